"""What an agent can do with the images of a folder: list, info, ask, follow up, search, map."""

from __future__ import annotations

import io
import os
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geomagnifier.agents.root_folder import RootFolder
from geomagnifier.conversation import Conversation
from geomagnifier.errors import GeomagError, GeomagWarning, NothingMeant, OptionError, SceneError
from geomagnifier.export import answer_json, overlay, search_hit
from geomagnifier.export.write import write
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask, embed
from geomagnifier.results import Answer
from geomagnifier.retrieval import SearchQuery, is_index, pictures_in, search
from geomagnifier.retrieval.query import NEAR, read_box, read_date, read_distance, read_place

OPEN = 4
"""Most images whose conversations are kept."""
LISTED = 1000
"""Most images that are listed, or asked by one call of `map_images`."""
REGIONS = 100
"""Most regions that an answer lists; answer.json has all."""
QUALITY = 85
"""Quality of the JPEG of an overlay: some clients take images of up to 1 MB."""
Progress = Callable[[int, int], object]
"""Called with (steps done, steps known so far)."""


@dataclass(frozen=True)
class Reply:
    """What a tool returns: plain values, and an image of the answer."""

    facts: dict[str, Any]
    """Values for JSON."""
    overlay: bytes | None = None
    """JPEG of the image with what was found, or None."""


class ImageTools:
    """The tools, one call at a time.

    Args:
        root: the only folder that is read and written.
        load: loads the model, when it is first needed.
    """

    def __init__(self, root: RootFolder, load: Callable[[], Model]) -> None:
        self.root, self._load = root, load
        self._model: Model | None = None
        self._talks: OrderedDict[Path, Conversation] = OrderedDict()

    @property
    def model(self) -> Model:
        """The model, loaded once."""
        if self._model is None:
            self._model = self._load()
        return self._model

    def close(self) -> None:
        """Close the images of all conversations."""
        while self._talks:
            self._talks.popitem()[1].scene.close()

    def images(self, folder: str = ".") -> Reply:
        """List the images of a folder and those in it, by path.

        Args:
            folder: relative to the root.
        """
        found = pictures_in(self.root.existing(folder))
        listed = [self.root.told(path) for path in found[:LISTED]]
        return Reply({"images": listed, "more": max(0, len(found) - LISTED)})

    def info(self, image: str | None = None) -> Reply:
        """Describe an image, or the model where none is given.

        Args:
            image: relative to the root.
        """
        if image is None:
            spec = self.model.spec
            named = {"model": spec.name, "version": spec.version}
            return Reply(named | {"classes": list(spec.kinds), "places": list(spec.scenes)})
        with _warned() as told, self.root.open(image) as scene:
            return Reply({**asdict(scene.info), **asdict(scene.layout), "warnings": told})

    def ask(
        self,
        image: str,
        question: str,
        box: tuple[float, float, float, float] | None = None,
        box_crs: str | None = None,
        out: str | None = None,
        progress: Progress | None = None,
    ) -> Reply:
        """Ask an image, and begin a conversation about it.

        Args:
            image: relative to the root.
            question: plain words.
            box: what the question is about, px, or in `box_crs`.
            box_crs: CRS of the box, such as "EPSG:4326" (west, south, east, north).
            out: folder for the files of the answer, relative to the root.
            progress: called after every window.
        """
        folder = None if out is None else self.root.output(out)
        path = self.root.existing(image)
        with _warned() as told:
            before = self._talks.pop(path, None)
            if before is not None:
                before.scene.close()
            talk = Conversation(self.root.open(image), self.model)
            self._talks[path] = talk
            while len(self._talks) > OPEN:
                self._talks.popitem(last=False)[1].scene.close()
            answer = talk.ask(question, box=box, box_crs=box_crs, progress=progress)
            return self._reply(answer, folder, told)

    def follow_up(
        self,
        question: str,
        image: str | None = None,
        out: str | None = None,
        progress: Progress | None = None,
    ) -> Reply:
        """Ask a question that may refer back to the last answer about an image.

        Args:
            question: such as "and the largest of them?".
            image: relative to the root; None for the one that was asked last.
            out: folder for the files of the answer, relative to the root.
            progress: called after every window.

        Raises:
            NothingMeant: nothing was asked of it before.
        """
        folder = None if out is None else self.root.output(out)
        path = next(reversed(self._talks), None) if image is None else self.root.existing(image)
        if path is None or path not in self._talks:
            raise NothingMeant("nothing was asked of that image before; use the tool `ask` first")
        self._talks.move_to_end(path)
        with _warned() as told:
            answer = self._talks[path].ask(question, progress=progress)
            return self._reply(answer, folder, told)

    def search(
        self,
        target: str = ".",
        words: str | None = None,
        near: str | None = None,
        within: str | None = None,
        bbox: str | None = None,
        after: str | None = None,
        before: str | None = None,
        top: int = 12,
        progress: Progress | None = None,
    ) -> Reply:
        """Find images by words, place and time.

        Args:
            target: a folder of images or an index of `geomag index`, relative to the root.
            words: what is to be seen.
            near: "LON,LAT" in degrees.
            within: distance from `near`, such as "10 km".
            bbox: "W,S,E,N" in degrees.
            after: taken then or later, such as "2024-05".
            before: taken before that.
            top: most images.
            progress: called after every image of a folder.
        """
        if not any((words, near, bbox, after, before)):
            raise OptionError("give words, near, bbox, after or before")
        if top < 1:
            raise OptionError(f"top is the number of images to return, at least 1, not {top}")
        path = self.root.existing(target)
        if not is_index(path):
            for picture in pictures_in(path):
                self.root.check_inside(picture)
        wanted = SearchQuery(
            embed(words, self.model) if words else None,
            read_place(near) if near else None,
            read_distance(within) if within else NEAR,
            read_box(bbox) if bbox else None,
            read_date(after) if after else None,
            read_date(before) if before else None,
        )
        with _warned() as told:
            found = search(path, wanted, self.model, top, progress)
        # An index may be of a folder elsewhere: what lies there is not told.
        inside = [hit for hit in found.hits if self._inside(hit.path)]
        hits = [
            search_hit.to_json(hit) | {"path": self.root.told(hit.path.resolve())} for hit in inside
        ]
        return Reply({"hits": hits, "searched": found.pictures, "warnings": told})

    def map_images(
        self, question: str, folder: str, out: str, progress: Progress | None = None
    ) -> Reply:
        """Ask every image of a folder, and write the answers.

        Args:
            question: plain words.
            folder: of the images, relative to the root.
            out: folder for the answers, relative to the root: a folder for each image.
            progress: called after every image.
        """
        target, start = self.root.output(out), self.root.existing(folder)
        pictures = [path for path in pictures_in(start) if not path.is_relative_to(target)]
        if len(pictures) > LISTED:
            raise OptionError(
                f"{folder} holds {len(pictures)} images, and at most {LISTED} are asked by one"
                " call; name a smaller folder, or use the command geomag map"
            )
        rows = []
        for number, path in enumerate(pictures, 1):
            row: dict[str, Any] = {"image": self.root.told(path)}
            try:
                with _warned() as told, self.root.open(str(path)) as scene:
                    answer = ask(scene, question, self.model)
                    place = target / os.path.relpath(path, start)
                    write(answer, place)
                row |= {**_short(answer), "files": self.root.told(place), "warnings": told}
            except GeomagError as error:
                if number == 1 and not isinstance(error, SceneError):  # the question is wrong
                    raise
                row["error"] = f"{type(error).__name__}: {error}"
            rows.append(row)
            if progress is not None:
                progress(number, len(pictures))
        return Reply({"answers": rows})

    def _inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.root.root)

    def _reply(self, answer: Answer, folder: Path | None, told: list[str]) -> Reply:
        facts = answer_json.to_json(answer)
        regions = facts.pop("regions")
        shown = [
            {name: value for name, value in region.items() if name != "segmentation"}
            for region in regions[:REGIONS]
        ]
        kept = ("question", "complete", "granularity", "crs", "transform", "scene", "broken")
        facts = {name: facts[name] for name in kept} | _short(answer)
        facts |= {"found": len(regions), "regions": shown, "warnings": told}
        if folder is not None:
            files = write(answer, folder)
            facts["files"] = {name: self.root.told(path) for name, path in files.items()}
        picture = io.BytesIO()
        overlay.sheet(answer).save(picture, "JPEG", quality=QUALITY)
        return Reply(facts, picture.getvalue())


def _short(answer: Answer) -> dict[str, Any]:
    """Return what an answer comes to."""
    count = len(answer.regions) if answer.granularity != "image" else None
    told = {"text": answer.text, "value": answer_json.value(answer), "unit": answer.unit}
    return told | {"understood": answer.understood, "found": count}


@contextmanager
def _warned() -> Iterator[list[str]]:
    """Collect the warnings of a call; tools run one at a time."""
    told: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", GeomagWarning)
        try:
            yield told
        finally:
            told += [str(one.message) for one in caught if issubclass(one.category, GeomagWarning)]
