"""Programs over drawn regions: values that follow from the drawing."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from geomagnifier.composed import understood
from geomagnifier.composed.evaluation import run
from geomagnifier.composed.ground import Ground, Outcome
from geomagnifier.geometry import Box
from geomagnifier.masks import encode
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo
from labelled import FLAT, GROUND, SPEC, region, slanted

CASES = Path(os.environ.get("GEOMAG_DATA", "nowhere")).parent / "measure" / "cases"
LABELS = Path(os.environ.get("GEOMAG_DATA", "nowhere")) / "vhr10" / "instances_val.json"

SHIPS = (
    region("ship", 20, 20, 60, 30),
    region("ship", 20, 100, 80, 120),
    region("ship", 300, 40, 320, 48),
    region("ship", 300, 250, 390, 280),
)
TANKS = (
    region("storage tank", 100, 20, 120, 40),
    region("storage tank", 200, 20, 220, 40),
    region("storage tank", 100, 200, 140, 240),
)
HARBOR = (region("harbor", 10, 10, 90, 130),)
WATER = (region("water", 0, 150, 400, 300),)
BRIDGE = (region("bridge", 195, 140, 205, 300),)
ALL = (*SHIPS, *TANKS, *HARBOR, *WATER, *BRIDGE)


def ask(
    question: str, regions: tuple[Region, ...] = ALL, scene: SceneInfo = FLAT, **more: Any
) -> Outcome:
    read = understood(question, SPEC, referring="them" in more)
    assert read is not None, question
    return run(read.program, Ground([r for r in regions if r.label in read.kinds], scene, **more))


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("How many ships are there?", 4, None),
        ("How many ships and tanks are there in total?", 7, None),
        ("How many ships are in the left half?", 2, None),
        ("How many ships are not in the upper half?", 1, None),
        ("How many ships are in the upper right corner?", 1, None),
        ("Is there a bridge?", True, None),
        ("Is there an airplane?", False, None),
        ("Is there a ship and an airplane?", False, None),
        ("Is there a ship or an airplane?", True, None),
        ("Is there no airplane?", True, None),
        ("Are there more ships than storage tanks?", True, None),
        ("Are there fewer ships than storage tanks?", False, None),
        ("Are there as many harbors as bridges?", True, None),
        ("Are there twice as many ships as bridges?", True, None),
        ("How many more ships than tanks are there?", 1, None),
        ("Are there more than 4 ships?", False, None),
        ("Are there at least 4 ships?", True, None),
        ("Which are more numerous, the ships or the storage tanks?", "ship", None),
        ("What is the most common object?", "ship", None),
        ("What percentage of the picture is water?", 50.0, "%"),
        ("Is more than half of the image water?", False, None),
        ("What share of the ships is in the left half?", 50.0, "%"),
        ("Are most of the ships in the upper half?", True, None),
        ("How long is the largest ship?", 90.0, "px"),
        ("How wide is the largest ship?", 30.0, "px"),
        ("What is the average length of the ships?", (40 + 60 + 20 + 90) / 4, "px"),
        ("What is the median width of the ships?", 15.0, "px"),
        ("What is the total area of the ships?", 400 + 1200 + 160 + 2700, "px2"),
        ("What is the smallest length of the ships?", 20.0, "px"),
        ("Is the largest ship bigger than the largest storage tank?", True, None),
        ("Is the longest ship longer than the bridge?", False, None),
        ("Which is longer, the bridge or the longest ship?", "bridge", None),
        ("How many ships are longer than 50 px?", 2, None),
        ("How many ships are between 30 and 70 px long?", 2, None),
        ("Is the longest ship at least 90 px long?", True, None),
        ("Are all ships longer than 30 px?", False, None),
        ("How far is the bridge from the harbor?", float(np.hypot(150, 150)), "px"),
        ("What is the gap between the largest storage tank and the bridge?", 55.0, "px"),
        ("How many ships are inside the harbor?", 2, None),
        ("How many ships are within 60 px of a storage tank?", 1, None),
        ("Is the bridge over the water?", True, None),
        ("Is the largest storage tank left of the bridge?", True, None),
        ("Are the storage tanks north of the largest ship?", True, None),
        ("How many storage tanks are between the harbor and the bridge?", 2, None),
        ("How many ships have no harbor nearby?", 2, None),
        ("Which way does the bridge point?", 0.0, "deg"),
        ("Which way does the largest ship point?", 90.0, "deg"),
        ("船比储罐多吗？", True, None),
        ("水域占画面的百分之几？", 50.0, "%"),
        ("长度大于50像素的船有多少艘？", 2, None),
    ],
)
def test_values(question: str, value: Any, unit: str | None) -> None:
    made = ask(question.replace("have no harbor nearby", "are there without a harbor nearby"))
    assert (
        made.value == (value if isinstance(value, bool | str) else pytest.approx(value))
        and made.unit == unit
    )
    assert isinstance(made.value, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("How long is the largest ship?", 45.0, "m"),
        ("How long is the largest ship in pixels?", 90.0, "px"),
        ("How long is the largest ship in feet?", 45.0, "m"),
        ("What is the total area of the storage tanks?", (400 + 400 + 1600) / 4, "m2"),
        ("What is the total area of the water in hectares?", 400 * 150 / 4 / 1e4, "ha"),
        ("What is the total area of the water in km2?", 400 * 150 / 4 / 1e6, "km2"),
        ("How many ships are longer than 25 m?", 2, None),
        ("How many buildings are larger than 100 m2?", 0, None),
        ("How many ships per hectare?", 4 / (400 * 300 / 4 / 1e4), "1/ha"),
        ("How many ships per square kilometre?", 4 / (400 * 300 / 4 / 1e6), "1/km2"),
        ("How far is the bridge from the harbor?", float(np.hypot(75, 75)), "m"),
        ("How many ships are within 30 m of a storage tank?", 1, None),
    ],
)
def test_values_on_the_ground(question: str, value: float, unit: str | None) -> None:
    made = ask(question, scene=GROUND)
    assert made.value == pytest.approx(value, rel=1e-3) and made.unit == unit


def test_what_a_value_is_made_of() -> None:
    assert ask("Are there more ships than storage tanks?").regions == (*SHIPS, *TANKS)
    assert ask("How long is the largest ship?").regions == (SHIPS[3],)
    assert ask("What is the largest length of the ships?").regions == (SHIPS[3],)
    assert ask("Find the ships longer than 50 px.").regions == (SHIPS[1], SHIPS[3])
    assert ask("Find all objects except ships.").regions == (*TANKS, *HARBOR, *BRIDGE)
    assert ask("Find all but the largest ship.").regions == SHIPS[:3]
    assert ask("What is the gap between the storage tanks and the bridge?").regions == (
        TANKS[2],
        BRIDGE[0],
    )
    assert ask("What is the most common object?").regions == SHIPS
    assert ask("Which of them are longer than 50 px?", them=SHIPS[:2]).regions == (SHIPS[1],)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("How long is the largest ship in metres?", "no scale"),
        ("Find the ships longer than 30 m.", "no scale"),
        ("How many ships per hectare?", "no scale"),
        ("How long is the airplane?", "none"),
        ("Is the largest airplane bigger than the largest ship?", "none"),
        ("Are the airplanes north of the bridge?", "none"),
        ("How far apart are the ships?", "not two"),
        ("How far apart are the bridges?", "not two"),
        ("Which are more numerous, the harbors or the bridges?", "tie"),
        ("What is the most common object?", "tie"),
        ("What colour is the largest ship?", "no colour"),
        ("What is the heading of the largest storage tank?", "round"),
    ],
)
def test_what_cannot_be_told_has_no_value_and_a_reason(question: str, why: str) -> None:
    made = ask(
        question, (*SHIPS[:2], *TANKS[:2], *HARBOR, *BRIDGE) if "common" in question else ALL
    )
    assert made.value is None and made.why == why


def test_two_are_meant_where_three_were_found() -> None:
    scores = (0.9, 0.5, 0.95)
    tanks = tuple(
        region("storage tank", x, 20, x + 20, 40, score)
        for x, score in zip((100, 200, 300), scores, strict=True)
    )
    made = ask("How far apart are the two storage tanks?", tanks)
    assert made.value == pytest.approx(200) and {r.score for r in made.regions} == {0.9, 0.95}


def test_a_box_is_the_picture_that_is_asked_about() -> None:
    made = ask(
        "What percentage of the picture is covered by storage tanks?",
        TANKS[:1],
        within=Box(100, 0, 200, 100),
    )
    assert made.value == pytest.approx(4.0)
    left = ask("How many ships are in the left half?", SHIPS, within=Box(200, 0, 400, 300))
    assert left.value == 2


def test_masks_that_overlap_count_once() -> None:
    two = (region("building", 0, 0, 100, 100), region("building", 50, 0, 150, 100))
    assert ask("What percentage of the image is covered by buildings?", two).value == pytest.approx(
        12.5
    )


@pytest.mark.parametrize("degrees", [0, 30, 63, 90, 140])
def test_lengths_and_axes_of_slanted_things(degrees: float) -> None:
    ship = slanted("ship", (200, 150), 120, 20, degrees)
    assert ask("How long is the ship?", (ship,)).value == pytest.approx(120, abs=4)
    assert ask("How wide is the ship?", (ship,)).value == pytest.approx(20, abs=4)
    value = ask("Which way does the ship point?", (ship,)).value
    assert isinstance(value, float) and abs((value - degrees + 90) % 180 - 90) < 3
    north = ask("Find the ships pointing north.", (ship,)).regions
    assert bool(north) == (abs((degrees + 90) % 180 - 90) <= 22.5)


def test_colours_are_those_of_the_pixels_inside_the_mask() -> None:
    picture = np.full((300, 400, 3), (40, 70, 160), np.uint8)
    paints = {
        "white": (235, 235, 230),
        "black": (20, 20, 22),
        "grey": (120, 122, 125),
        "red": (190, 40, 35),
        "green": (60, 130, 55),
    }
    paints |= {
        "yellow": (225, 205, 60),
        "orange": (230, 130, 40),
        "brown": (120, 85, 55),
        "blue": (50, 80, 190),
    }
    ships = []
    for number, paint in enumerate(paints.values()):
        ship = slanted("ship", (40.0 + 40 * number, 150.0), 100, 16, 20)
        inside = np.zeros((300, 400), bool)
        inside |= np.asarray(_mask(ship))
        picture[inside] = paint
        ships.append(ship)

    def pixels(box: Box) -> Any:
        return picture[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]

    for number, name in enumerate(paints):
        assert ask(f"How many {name} ships are there?", tuple(ships), pixels=pixels).value == 1, (
            name
        )
        assert ask("What colour is the ship?", (ships[number],), pixels=pixels).value == name
    assert (
        ask("How many ships are neither white nor red?", tuple(ships), pixels=pixels).value
        == len(paints) - 2
    )


def _mask(ship: Region) -> Any:
    from geomagnifier.masks import decode

    assert ship.segmentation is not None
    return decode(ship.segmentation)


@pytest.mark.skipif(
    not (CASES.is_dir() and LABELS.is_file()), reason="needs the shared cases and labels"
)
@pytest.mark.parametrize("name", ["questions", "questions_zh"])
def test_shared_cases_with_labelled_objects_in_place_of_found_ones(name: str) -> None:
    """The reader and the program alone.

    Labelled lengths are those of upright boxes; ours are of turned ones, which three cases show.
    """
    coco = json.loads(LABELS.read_text("utf-8"))
    kinds = {c["id"]: c["name"].replace("_", " ") for c in coco["categories"]}
    pictures = {i["file_name"]: i for i in coco["images"]}
    labels: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for a in coco["annotations"]:
        labels[a["image_id"]].append(a)
    right, rows = (
        [],
        [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()],
    )
    for row in rows:
        picture = pictures[Path(row["image"]).name]
        read = understood(row["question"], SPEC)
        assert read is not None
        ids, regions = {}, []
        for a in labels[picture["id"]]:
            if kinds[a["category_id"]] in read.kinds:
                drawn = Image.new("L", (picture["width"], picture["height"]))
                for ring in a["segmentation"]:
                    ImageDraw.Draw(drawn).polygon(
                        [tuple(point) for point in np.reshape(ring, (-1, 2))], fill=1
                    )
                x, y, w, h = a["bbox"]
                regions.append(
                    Region(
                        kinds[a["category_id"]],
                        1.0,
                        (x, y, x + w, y + h),
                        encode(np.asarray(drawn, bool)),
                    )
                )
                ids[id(regions[-1])] = a["id"]
        made = run(
            read.program, Ground(regions, SceneInfo("p", picture["width"], picture["height"], 3))
        )
        want, got = row["value"], made.value
        if row["type"] == "mask":
            right.append({ids[id(r)] for r in made.regions} == set(row["ids"]))
        elif isinstance(want, bool | str):
            right.append(type(got) is type(want) and got == want)
        else:
            close = isinstance(got, int | float) and abs(got - want) <= max(
                row.get("slack", 0), 0.1 * abs(want)
            )
            right.append(close and not isinstance(got, bool))
    assert np.mean(right) >= 0.95, f"{np.mean(right):.3f} of {len(right)}"


def test_several_things_are_each_answered() -> None:
    found = ask("清点船只，并勾出最大的一艘")
    assert found.value == 4 and [one.value for one in found.each] == [4, None]
    assert {region.box for region in found.regions} == {ship.box for ship in SHIPS}
    outlined = [region.box for region in found.regions if region.segmentation is not None]
    assert outlined == [SHIPS[3].box]
    none = ask("船有多少米长，桥有多少米宽")
    assert none.value is None and none.why == "no scale" and len(none.each) == 2
