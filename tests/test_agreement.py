"""Text, regions and mask of an answer never disagree.

300 questions of all sorts over drawn and real scenes, whole and partial answers.

none said = no region = empty mask;  the number said = regions;  mask = union of the regions' masks,
pixel by pixel what was not looked at is said to be unseen;  the cost of an answer that was gone on
with is the whole cost
"""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image

import geomagnifier as gm
from geomagnifier import masks
from geomagnifier.conversation import Conversation
from geomagnifier.errors import GeomagError, GeomagWarning
from geomagnifier.export.write import write_picture
from geomagnifier.geometry import Box
from geomagnifier.model_protocol import Model
from geomagnifier.models.small.vocabulary import NUMBERS
from geomagnifier.raster.scene import Scene
from geomagnifier.results import Answer
from geomagnifier.types import Affine6, Bools, Granularity
from geomagnifier_lab.render.scene import draw_scene

DATA = Path(os.environ.get("GEOMAG_DATA", "nowhere"))
UTM: Affine6 = (0.5, 0, 500_000, 0, -0.5, 5_200_000)
CHINESE = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")

OBJECTS = ("ship", "storage tank", "vehicle", "airplane", "tennis court", "bridge")
PLAIN = [f"Segment every {kind}." for kind in OBJECTS] + [
    f"How many {kind}s are there?" for kind in OBJECTS[:4]
]
COVER = [
    "Segment the water.",
    "Mask all vegetation.",
    "Outline the roads.",
    "Segment all buildings.",
    "Find the land.",
    "Find the water.",
]
MORE = [
    "Find every ship.",
    "Segment all objects.",
    "Find everything you know.",
    "Describe the image and segment the objects you mention.",
    "Segment the ships and the water.",
    "Segment every ship and every vehicle.",
    "Segment the airplanes and the storage tanks.",
    "Segment the largest storage tank.",
    "Segment the two largest ships.",
    "Segment the leftmost airplane.",
    "Mask the vehicles in the upper left.",
    "Segment the ships near the harbor.",
    "Find the smallest vehicle.",
    "Is there a ship?",
    "Is there an airplane in this picture?",
    "Segment every helicopter.",
    "Find all zebras.",
    "Segment the helicopters and the ships.",
    "What kind of place is this?",
    "Describe this image in one sentence.",
    "Segment the basketball court.",
    "Segment every harbor.",
    "Outline the baseball diamonds.",
    "Segment the ground track field.",
    "分割所有船。",
    "分割水域。",
    "有多少架飞机？",
    "找出所有储罐。",
    "分割最大的船。",
    "这是什么地方？",
]
COMPOSED = [
    "How many ships are not in the upper half?",
    "Are there more vehicles than airplanes?",
    "Which are more numerous, the ships or the storage tanks?",
    "What is the most common object?",
    "What percentage of the picture is covered by ships?",
    "What is the total area of the buildings?",
    "What is the average length of the vehicles?",
    "How long is the longest ship?",
    "Segment the ships longer than 20 px.",
    "Find all objects except ships.",
    "How many ships are near the harbor?",
    "Is there a white ship?",
    "How many rows of storage tanks are there?",
    "What is the gap between the largest ship and the smallest ship?",
    "Is there more water than vegetation?",
    "Which covers more, the buildings or the roads?",
    "Is more than 10 % of the picture water?",
    "Are there two ships?",
    "船比储罐多吗？",
    "水域占画面的百分之几？",
]
QUESTIONS = PLAIN + COVER + MORE + COMPOSED
OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Segment every ship.", {"min_score": 0.05}),
    ("Segment every vehicle.", {"min_score": 0.02}),
    ("Segment every storage tank.", {"min_score": 0.9}),
    ("Segment the airplanes.", {"recall": 0.9}),
    ("Segment the water.", {"box": (37, 51, 250, 222)}),
    ("Segment every ship.", {"box": (100, 60, 330, 270)}),
    ("Segment the vegetation.", {"box": (0, 0, 90, 410)}),
    ("What is in this box?", {"box": (100, 100, 180, 160)}),
    ("Segment what is in this box.", {"box": (100, 100, 180, 160)}),
    ("Segment every ship.", {"search": "exhaustive"}),
)
TALKS = (
    ("Segment every ship.", "the largest of them?", "Segment the water.", "and the vegetation?"),
    ("Find the vehicles.", "Segment those.", "which is furthest left?"),
    ("分割所有储罐。", "其中最大的呢？"),
)
SCENES = (
    pytest.param("harbour", marks=pytest.mark.slow),
    pytest.param("mixed", marks=pytest.mark.slow),
    pytest.param("tank farm", marks=pytest.mark.slow),
    "vhr10",
    pytest.param("airbus", marks=pytest.mark.slow),
    pytest.param("dubai", marks=pytest.mark.slow),
)
"""The first three are drawn."""


def drawn(theme: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return draw_scene(7, 620, 430, theme=theme).pixels


@contextmanager
def scene_of(name: str, folder: Path) -> Iterator[Scene]:
    """A small scene by its name; one of the drawn ones lies on the ground."""
    real = {
        "vhr10": "vhr10/images/167.jpg",
        "airbus": "airbus/images/9089631b-b1c0-4df8-b3f4-061c98149a94.jpg",
    }
    real["dubai"] = "dubai/tile6/image_part_002.jpg"
    if name in real:
        path = DATA / real[name]
        if not path.is_file():
            pytest.skip("needs the real pictures")
        pixels = (
            np.array(Image.open(path).convert("RGB"))[400:1000, 400:1200]
            if name == "airbus"
            else np.array(Image.open(path))
        )
        with gm.open_scene(pixels[:700, :800, :3]) as scene:
            yield scene
        return
    path = folder / f"{name}.tif"
    write_picture(path, drawn(name), *(("EPSG:32633", UTM) if name == "mixed" else ()))
    with gm.open_scene(path) as scene:
        yield scene


@pytest.fixture(scope="module")
def model() -> Model:
    return gm.load_model("small")


def said(phrase: str) -> int:
    """The number that a phrase begins with: "two ships", "a bridge", "17 vehicles", "三艘船"."""
    digits = re.match(r"\d+", phrase)
    if digits:
        return int(digits[0])
    words = [n for n, word in enumerate(NUMBERS) if phrase.lower().startswith(f"{word} ")]
    words += [1] if re.match("an? ", phrase, re.I) else []
    words += [n for n, word in enumerate(CHINESE) if re.match(rf"{word}[^十一二]", phrase)]
    assert words, f"no number in {phrase!r}"
    return words[-1]


def union(answer: Answer) -> Bools:
    whole = np.zeros((answer.scene.height, answer.scene.width), bool)
    for region in answer.regions:
        if region.segmentation is not None:
            whole |= masks.decode(region.segmentation)
    return whole


def check(answer: Answer, out: Path | None = None) -> None:
    """Everything that must agree in one answer.

    Out: a folder that the answer is written to as well.
    """
    text, regions = answer.text, answer.regions
    counts = Counter(region.label for region in regions)
    whole = union(answer)
    for label in counts:
        phrases = Counter(region.phrase for region in regions if region.label == label)
        assert "" not in phrases or len(phrases) == 1, (text, phrases)
        for phrase, number in phrases.items():
            if phrase:
                assert said(phrase) == number and phrase.lower() in text.lower(), (
                    text,
                    phrase,
                    number,
                )
    if answer.granularity is Granularity.PIXEL:
        bare = [region for region in regions if region.segmentation is None]
        assert not bare or "could not be outlined" in text, (
            text
        )  # an earlier region, of which the closer look sees nothing
        assert all(
            masks.decode(region.segmentation).any()
            for region in regions
            if region.segmentation is not None
        ), text
        assert answer.mask is not None and (answer.mask == whole).all(), (
            text,
            int(answer.mask.sum()),
            int(whole.sum()),
        )
        window = Box(11, 7, answer.scene.width // 2 + 0.5, answer.scene.height - 3)
        y1, x1 = answer.scene.height - 3, answer.scene.width // 2 + 1
        assert (answer.read_mask(window) == whole[7:y1, 11:x1]).all()
        assert (
            bool(regions) == bool(whole.any()) == ("The mask covers" in text or "掩膜" in text)
        ), text
    else:
        assert answer.mask is None and "mask covers" not in text
    check_value(answer)
    if not regions:
        assert (
            not re.search(r"\bthere (are|is) (?!no)", text, re.I)
            or answer.granularity is Granularity.IMAGE
        ), text
    assert not re.search(r"\b0\.0%", text), text
    if not answer.complete:
        assert re.search(r"\d ?%|[Nn]one of the scene", text), text
        assert "searched" in text or "looked at" in text or "查看" in text, text
    if out is not None:
        written = gm.write(answer, out)
        if answer.granularity is Granularity.PIXEL:
            with rasterio.open(written["mask"]) as dataset:
                assert (dataset.read(1).astype(bool) == whole).all()


def check_value(answer: Answer) -> None:
    """A value is said, and made of the regions.

    A question without one has neither a unit nor a reading, or a reason in words.
    """
    value, text = answer.value, answer.text
    if value is None:
        assert answer.text and (
            not answer.understood or answer.unit is None or not answer.regions
        ), text
        return
    assert answer.understood
    if isinstance(value, bool):
        assert re.match("Yes|有|是" if value else "No|There|没有|否", text), (value, text)
    elif isinstance(value, int) and answer.understood.startswith("count("):
        assert value == len(answer.regions), text
    elif isinstance(value, float):
        numbers = [
            float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)
        ]
        told = any(
            abs(number - value) <= 0.001 * abs(value) + 0.5 * (abs(value) >= 1000)
            for number in numbers
        )
        assert told or (value == 0 and not answer.regions and re.search(r"\bno\b|没有", text)), (
            value,
            text,
        )
        if answer.understood.startswith("share("):
            assert answer.mask is None or value == pytest.approx(
                100 * float(answer.mask.mean()), abs=1e-6
            )


@pytest.mark.filterwarnings(
    "ignore::geomagnifier.errors.GeomagWarning", "ignore::rasterio.errors.NotGeoreferencedWarning"
)
@pytest.mark.parametrize("name", SCENES)
def test_whole_answers(name: str, model: Model, tmp_path: Path) -> None:
    checked = count()
    with scene_of(name, tmp_path) as scene:
        for number, (question, options) in enumerate([*((q, {}) for q in QUESTIONS), *OPTIONS]):
            with suppress(GeomagError):  # said in words, not answered
                check(
                    gm.ask(scene, question, model, **options),
                    tmp_path / str(number) if number % 16 == 0 else None,
                )
            next(checked)
        for talk in TALKS:
            chat = Conversation(scene, model)
            for question in talk:
                with suppress(GeomagError):
                    check(chat.ask(question))
                next(checked)
    print(f"{name}: {next(checked)} answers checked")


def test_three_hundred_questions_are_asked() -> None:
    assert len(SCENES) * (len(QUESTIONS) + len(OPTIONS) + sum(map(len, TALKS))) >= 300


# partial answers


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four harbours and towns on 1600 x 1200 px: more than a view shows."""
    path = tmp_path_factory.mktemp("coast") / "coast.tif"
    whole = np.zeros((1200, 1600, 3), np.uint8)
    for k, theme in enumerate(("harbour", "town", "tank farm", "harbour")):
        x, y = k % 2 * 800, k // 2 * 600
        whole[y : y + 600, x : x + 800] = draw_scene(k, 800, 600, theme=theme).pixels
    write_picture(path, whole, "EPSG:32633", UTM)
    return path


PARTIAL = ("Segment every ship.", "Find every airplane.", "Segment the water.", "有多少架飞机？")


def stop_after(windows: int) -> Callable[[int, int], bool]:
    return lambda done, known: done < windows


@pytest.mark.parametrize("search", ["adaptive", "exhaustive"])
def test_a_search_that_was_stopped_says_what_it_saw(
    search: str, coast: Path, model: Model, tmp_path: Path
) -> None:
    for number, question in enumerate(PARTIAL):
        with gm.open_scene(coast) as scene:
            answer = gm.ask(scene, question, model, search=search, progress=stop_after(1))
        assert not answer.complete and answer.trace.skipped, question
        check(answer, tmp_path / str(number))


def test_a_budget_says_what_it_left(coast: Path, model: Model) -> None:
    for question in ("How many storage tanks are there?", "Find every airplane."):
        with gm.open_scene(coast) as scene:
            whole = gm.ask(scene, question, model)
            check(whole)
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                answer = gm.ask(scene, question, model, budget=whole.trace.pixels_processed - 1)
        check(answer)
        left = [
            int(found[1])
            for w in told
            if (found := re.search(r"the budget ran out; .* skipped: (\d+)", str(w.message)))
        ]
        assert left == ([len(answer.trace.skipped)] if answer.trace.skipped else []), question
        assert answer.complete == (not answer.trace.skipped)


def test_a_damaged_file_is_not_whole(coast: Path, model: Model, tmp_path: Path) -> None:
    path = tmp_path / "damaged.tif"
    content = coast.read_bytes()
    path.write_bytes(content[: len(content) // 4])
    for question in PARTIAL:
        with (
            gm.open_scene(path) as scene,
            pytest.warns(GeomagWarning, match="damaged parts|处损坏"),
        ):
            answer = gm.ask(scene, question, model)
        assert not answer.complete and answer.trace.broken, question
        check(answer)


@pytest.mark.parametrize("search", ["adaptive", "exhaustive"])
def test_an_answer_gone_on_with_costs_as_much_as_one_in_a_piece(
    search: str, coast: Path, model: Model, tmp_path: Path
) -> None:
    question = "Segment every ship."
    with gm.open_scene(coast) as scene:
        whole = gm.ask(scene, question, model, search=search)
    for stops in (1, 2):
        with gm.open_scene(coast) as scene:
            part = gm.ask(
                scene,
                question,
                model,
                search=search,
                journal=tmp_path / "journal",
                progress=stop_after(stops),
            )
        assert not part.complete
        check(part)
    with gm.open_scene(coast) as scene:
        again = gm.ask(scene, question, model, search=search, journal=tmp_path / "journal")
    check(again)
    assert again.complete and len(again.trace.crops) == len(whole.trace.crops)
    if search == "adaptive":  # the same first view has read the question
        assert (again.mask == whole.mask).all()  # type: ignore[union-attr]
    assert again.trace.pixels_processed == whole.trace.pixels_processed
    assert again.trace.flops == pytest.approx(whole.trace.flops)
    assert len(again.trace.views) == len(whole.trace.views)
    assert again.trace.seconds["answer"] > part.trace.seconds["answer"]
