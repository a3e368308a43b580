"""Pictures that a question may be about: uploads, and those under one root folder.

Nothing else is ever opened or named.

A client never learns where a file lies: it sees ids, names relative to the root, and its own name
for an upload.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISDIR
from types import TracebackType
from typing import Any

from geomagnifier.errors import (
    GeomagError,
    OutputError,
    SceneError,
    SceneNotFound,
    SceneTooLarge,
    SceneUnreadable,
)
from geomagnifier.folder_lock import locked
from geomagnifier.raster.dataset import open_source
from geomagnifier.raster.scene import Scene
from geomagnifier.retrieval import SUFFIXES
from geomagnifier.server.lru_cache import Kept
from geomagnifier.server.settings import Settings
from geomagnifier.server.tiles import lonlat_bounds
from geomagnifier.server.uploads import Upload, clean
from geomagnifier.types import Affine6, SceneInfo

FORMATS = (
    "GTiff",
    "JPEG",
    "PNG",
    "JP2OpenJPEG",
    "JP2KAK",
    "JP2ECW",
    "GIF",
    "BIGGIF",
    "BMP",
    "WEBP",
    "PNM",
)
"""Of uploads: formats whose pixels can lie nowhere but in the file itself. An IMG or ENVI file can
name another one.
"""
FRESH = 3.0
"""Seconds for which a listing of the root is taken for true where an id is looked up."""
OPEN = 16
"""Pictures that are held open: a model remembers what it saw of an opened one, and the next
question about it costs less.
"""
MARK, LOCK = "geomag-serve-", ".lock.sqlite"
"""Of work folders, and in them: what their service holds while it runs."""


@dataclass(frozen=True)
class Card:
    """What is told of a picture.

    id: a secret for uploads, the same at every start for pictures under the root.  name: relative
    to the root, or what the client called its upload.  gsd: m for one px.  georeferenced: it can be
    laid on a web map; if not, it is shown in its own px.
    bounds: (west, south, east, north) in degrees where georeferenced, else (0, 0, width, height)
        px.  transform: px -> CRS.
    """

    id: str
    name: str
    width: int
    height: int
    bands: int
    crs: str | None
    gsd: float | None
    georeferenced: bool
    bounds: tuple[float, float, float, float]
    transform: Affine6 | None = None
    uploaded: bool = False

    @property
    def info(self) -> SceneInfo:
        """The scene, as far as a card tells."""
        return SceneInfo(
            self.name, self.width, self.height, self.bands, self.crs, self.transform, self.gsd
        )


@dataclass(frozen=True)
class _Place:
    """Where a picture lies."""

    path: Path
    stamp: tuple[int, int]
    """Modification time and size, by which a changed file is told."""
    card: Card


class Library:
    """All pictures of one service. Calls may come from several threads.

    Args:
        settings: of the service.

    Example:
        >>> with Library(Settings()) as library:
        ...     library.listing()
        []
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        given = settings.folder or Path(tempfile.gettempdir())
        try:
            given.mkdir(parents=True, exist_ok=True)
            _sweep(given, settings.keep_hours)
            self.folder, self._lock_of_folder = _own_folder(given)
        except OSError as error:
            raise OutputError(
                f"{given} cannot be used as a work folder: {error.strerror or error}"
            ) from error
        root = settings.root.resolve() if settings.root is not None else None
        self._single = root if root is not None and root.is_file() else None
        self._root = root.parent if root is not None and self._single is not None else root
        self._lock = threading.RLock()
        self._open = Kept(lambda path: Scene(open_source(path)), OPEN)
        self._known: dict[str, _Place] = {}
        self._uploads: dict[str, float] = {}
        self._listed = float("-inf")
        self._named: dict[str, Path] = {}
        self._names: dict[str, str] = {}

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the work folder with all uploads."""
        self._open.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock_of_folder.close()

    def receive(self, name: str) -> Upload:
        """An upload that is handed over piece by piece."""
        return Upload(self, name)

    def upload(self, name: str, chunks: Iterable[bytes]) -> Card:
        """Keep a picture that a client sends.

        Args:
            name: what the client calls it.
            chunks: its bytes.

        Raises:
            SceneTooLarge: more bytes, or more pixels in its header, than the settings allow.
            SceneError: it is not a picture that can be used.
            OutputError: the disk is full.
        """
        with self.receive(name) as upload:
            for chunk in chunks:
                upload.write(chunk)
            return upload.finish()

    def place(self, path: str) -> Card:
        """The card of a picture under the root.

        Args:
            path: relative to the root, "/" between its parts.

        Raises:
            SceneNotFound: there is none such, or it lies elsewhere; the message does not tell
                which.
            SceneError: it is not a picture that can be used.
        """
        return self._card_of(path, self._inside(path))

    def listing(self, uploads: bool = True) -> list[Card]:
        """Pictures under the root by name, then all uploads, the newest first.

        What cannot be opened is left out.

        Args:
            uploads: False where those who look may not know each other's uploads: the id of an
                upload is its key.
        """
        cards = []
        for name, path in self._index().items():
            try:
                cards.append(self._card_of(name, path))
            except SceneError:
                continue
        self.expire()
        with self._lock:
            newest = sorted(self._uploads if uploads else (), key=lambda key: -self._uploads[key])
            return cards + [self._known[key].card for key in newest]

    def card(self, id: str) -> Card:
        """The card of a picture.

        Raises:
            SceneNotFound: there is none of that id.
        """
        return self._place(id).card

    def path(self, id: str) -> Path:
        """Where a picture lies; for the service itself, never for a client.

        Raises:
            SceneNotFound: there is none of that id.
        """
        return self._place(id).path

    @contextmanager
    def open(self, id: str) -> Iterator[Scene]:
        """The opened picture, under the name on its card.

        Raises:
            SceneNotFound: there is none of that id.
            SceneError: it has been damaged or taken away meanwhile.
        """
        place = self._place(id)
        with self.naming(place.card), self._open.use(place.path, place.card.name) as scene:
            scene.info = replace(scene.info, name=place.card.name)
            yield scene

    @contextmanager
    def naming(self, card: Card) -> Iterator[None]:
        """Errors raised inside speak of a picture by the name on its card, not by its place on the disk."""
        place = self._known.get(card.id)
        try:
            yield
        except GeomagError as error:
            if place is None or (told := _hidden(str(error), place.path, card.name)) == str(error):
                raise
            raise type(error)(told) from None

    def expire(self, now: float | None = None) -> None:
        """Remove uploads that are older than `Settings.keep_hours`, and the oldest while all take more than `Settings.keep_bytes`."""
        now = time.time() if now is None else now
        with self._lock:
            held = sum(self._known[key].stamp[1] for key in self._uploads)
            for key in sorted(self._uploads, key=lambda key: self._uploads[key]):
                if (
                    now - self._uploads[key] < self.settings.keep_hours * 3600
                    and held <= self.settings.keep_bytes
                ):
                    break
                held -= self._known[key].stamp[1]
                self._open.close(path=self._known[key].path)
                self._known[key].path.unlink(missing_ok=True)
                del self._known[key], self._uploads[key]

    def keep(self, name: str, path: Path) -> Card:
        """Take a file of the upload folder in."""
        key = path.stem
        place = self._read(key, name, path, uploaded=True)
        with self._lock:
            self._known[key], self._uploads[key] = place, time.time()
        self.expire()
        return place.card

    def _place(self, id: str) -> _Place:
        with self._lock:
            place = self._known.get(id)
        if place is None:
            self._index()
            name = self._names.get(id)
            if name is None:
                raise SceneNotFound("there is no such scene; GET /v1/scenes lists those there are")
            self.place(name)
            return self._known[id]
        if id in self._uploads and place.path.is_file():
            return place
        if id not in self._uploads:
            self.place(place.card.name)  # it may have changed, or gone
            return self._known[id]
        raise SceneNotFound("the upload is no longer there; send it again")

    def _index(self) -> dict[str, Path]:
        """Pictures under the root: name -> path, by name."""
        if self._root is None:
            return {}
        with self._lock:
            if time.monotonic() - self._listed > FRESH:
                self._named = {}
                for name in (
                    [self._single.name] if self._single is not None else _pictures(self._root)
                ):
                    with suppress(SceneNotFound):  # a link that leads out
                        self._named[name] = self._inside(name)
                self._names = {_key(name): name for name in self._named}
                self._listed = time.monotonic()
            return self._named

    def _inside(self, name: str) -> Path:
        """The file of a name, with all links followed."""
        refused = SceneNotFound(
            f"{clean(name)} is not among the pictures of this service; GET /v1/scenes lists them"
        )
        plain = os.path.normpath(name)
        odd = not name.strip() or "\0" in name or "\\" in name or os.path.isabs(name)
        if (
            self._root is None or odd or any(part.startswith(".") for part in plain.split(os.sep))
        ):  # "..", and hidden ones
            raise refused
        try:
            path = (self._root / plain).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise refused from None
        inside = (
            path == self._single if self._single is not None else path.is_relative_to(self._root)
        )
        if not inside or not path.is_file():
            raise refused
        return path

    def _card_of(self, name: str, path: Path) -> Card:
        """The card of a picture under the root, from its header where it is new or changed."""
        assert self._root is not None
        name = Path(os.path.normpath(name)).as_posix()
        key = _key(name)
        try:
            found = path.stat()
        except OSError:
            raise SceneNotFound(
                f"{clean(name)} is not among the pictures of this service; GET /v1/scenes lists"
                " them"
            ) from None
        known = self._known.get(key)
        if known is None or known.path != path or known.stamp != (found.st_mtime_ns, found.st_size):
            known = self._read(key, name, path, uploaded=False)
            with self._lock:
                self._known[key] = known
        return known.card

    def _read(self, key: str, name: str, path: Path, uploaded: bool) -> _Place:
        """Open a picture's header, and refuse what is too large before a pixel is read."""
        stat = path.stat()
        try:
            source = open_source(path)
            try:
                _check(source.dataset, name, self.settings.pixels, uploaded)
                info = replace(Scene(source).info, name=name)
            finally:
                source.close()
        except SceneError as error:
            raise type(error)(_hidden(str(error), path, name)) from None
        bounds = lonlat_bounds(info)
        whole = (0.0, 0.0, float(info.width), float(info.height))
        card = Card(
            key,
            name,
            info.width,
            info.height,
            info.bands,
            info.crs,
            info.gsd,
            bounds is not None,
            bounds or whole,
            info.transform,
            uploaded,
        )
        return _Place(path, (stat.st_mtime_ns, stat.st_size), card)


def _check(dataset: Any, name: str, pixels: int, uploaded: bool) -> None:
    """Refuse by its header what would take too much, or could lead elsewhere."""
    width, height = int(dataset.width), int(dataset.height)
    if width * height > pixels:
        raise SceneTooLarge(
            f"{name} has {width} x {height} px, more than the {pixels / 1e6:g} Mpx taken here; cut"
            " it into parts"
        )
    if uploaded and dataset.driver not in FORMATS:
        raise SceneUnreadable(
            f"{name} is of a kind that is not taken as an upload; send a GeoTIFF, COG, JPEG, PNG or"
            " JPEG 2000"
        )


def _pictures(root: Path) -> list[str]:
    """Names of pictures under a folder.

    Links to folders are not followed, hidden ones are left out.
    """
    found = []
    for base, folders, names in os.walk(root):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        here = Path(base).relative_to(root)
        found += [
            (here / name).as_posix()
            for name in names
            if name.lower().endswith(SUFFIXES) and not name.startswith(".")
        ]
    return sorted(found)


def _key(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:20]


def _hidden(message: str, path: Path, name: str) -> str:
    """A message without the place of a file."""
    places = [str(path)] if path.name in name else [str(path), path.name]
    told = re.sub("|".join(map(re.escape, places)), lambda _: name, message)
    return told.replace(f"{path.parent}{os.sep}", "")


def _own_folder(given: Path) -> tuple[Path, ExitStack]:
    """A new work folder, and what holds its lock.

    As long as it is held no other service takes the folder for a left one.
    """
    held = ExitStack()
    new = Path(
        tempfile.mkdtemp(prefix=f".{MARK}", dir=given)
    )  # under another name until it is locked: nobody looks there
    try:
        held.enter_context(locked(new / LOCK, OutputError(f"{new} is used by another process")))
        (new / "uploads").mkdir()
        return new.rename(given / new.name.removeprefix(".")), held
    except BaseException:
        held.close()
        shutil.rmtree(new, ignore_errors=True)
        raise


def _sweep(folder: Path, hours: float) -> None:
    """Remove what services that were killed have left in the work folder.

    At once where nobody holds its lock, without one by its age.
    """
    for left in (*folder.glob(f"{MARK}*"), *folder.glob(f".{MARK}*")):
        try:
            stat = left.lstat()
            if not S_ISDIR(stat.st_mode) or (
                hasattr(os, "geteuid") and stat.st_uid != os.geteuid()
            ):  # the folder may be for everybody
                continue
            if (left / LOCK).is_file():
                with locked(left / LOCK, OutputError("in use")):
                    shutil.rmtree(left, ignore_errors=True)
            elif time.time() - stat.st_mtime > hours * 3600:
                shutil.rmtree(left, ignore_errors=True)
        except (OSError, OutputError):
            continue
