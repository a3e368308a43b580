"""Composed questions through `ask`.

Value, unit, regions, mask and words agree, for whole pictures, parts, boxes and follow-ups.
"""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
import rasterio

import geomagnifier as gm
from fake import BLUE, FakeModel, paint
from geomagnifier.conversation import Conversation, transcript
from geomagnifier.export.answer_json import schema, to_json
from geomagnifier.export.write import write_picture
from geomagnifier.raster.shapes import value_fields, value_words
from geomagnifier.results import Answer
from geomagnifier.types import Bytes, Granularity

UTM = (0.5, 0, 500_000, 0, -0.5, 5_200_000)


def picture() -> Bytes:
    """Three ships of 80 x 20, 40 x 16 and 16 x 16 px, and water under the lower half, on 320 x 200
    px.
    """
    pixels = paint(320, 200, (20, 20, 100, 40), (200, 40, 240, 56), (40, 60, 56, 76))
    pixels[100:] = BLUE
    return pixels


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    path = tmp_path / "ground.tif"
    write_picture(path, picture(), "EPSG:32633", UTM)
    return path


@pytest.mark.parametrize(
    ("question", "value", "unit", "boxes", "understood"),
    [
        ("How many ships are there?", 3, None, 3, "count(ship)"),
        ("How many ships are in the left half?", 2, None, 2, "count(ship; in left half)"),
        ("Are there more ships than water?", True, None, 4, "count(ship) > count(water)"),
        ("What percentage of the picture is water?", 50.0, "%", 1, "share(water of picture)"),
        ("How long is the largest ship?", 40.0, "m", 1, "mean length(largest ship)"),
        (
            "How long is the largest ship in pixels?",
            80.0,
            "px",
            1,
            "mean length(largest ship) in px",
        ),
        ("What is the total area of the ships?", (1600 + 640 + 256) / 4, "m2", 3, "sum area(ship)"),
        ("How many ships are longer than 10 m?", 2, None, 2, "count(ship; length > 10 m)"),
        ("Segment the ships longer than 10 m.", None, None, 2, "select(ship; length > 10 m)"),
        ("Is there a ship longer than 100 m?", False, None, 0, "exists(ship; length > 100 m)"),
        (
            "What is the gap between the largest ship and the smallest ship?",
            10.0,
            "m",
            2,
            "gap(largest ship, smallest ship)",
        ),
        ("What colour are the ships?", "red", None, 3, "colour(ship)"),
        ("How many red ships are there?", 3, None, 3, "count(ship; red)"),
        ("How many white ships are there?", 0, None, 0, "count(ship; white)"),
        (
            "Which are more numerous, the ships or the water?",
            "ship",
            None,
            4,
            "most of count(ship), count(water)",
        ),
        ("船的平均长度是多少？", (40 + 20 + 8) / 3, "m", 3, "平均长度（ship）"),
    ],
)
def test_an_answer_with_its_value(
    question: str,
    value: object,
    unit: str | None,
    boxes: int,
    understood: str,
    ground: Path,
    tmp_path: Path,
) -> None:
    model = FakeModel()
    model.spec.names.update({"ship": ("ship", "船"), "water": ("water", "水")})  # type: ignore[attr-defined]
    answer = gm.ask(str(ground), question, model)
    assert answer.value == (
        value if value is None or isinstance(value, str | bool) else pytest.approx(value, rel=0.02)
    )
    assert (answer.unit, answer.understood, len(answer.regions)) == (unit, understood, boxes)
    agree(answer)
    told = to_json(answer)
    assert {"value", "unit", "understood"} <= set(schema()["required"]) and told[
        "understood"
    ] == understood
    written = gm.write(answer, tmp_path / "out", vector="gpkg")
    document = json.loads(Path(written["answer"]).read_text("utf-8"))
    assert (
        document["value"] == pytest.approx(answer.value, rel=1e-5)
        if isinstance(answer.value, float)
        else document["value"] == answer.value
    )
    fields = value_fields(answer)
    assert fields["unit"] == unit and (fields["value"] is None) == (
        value is None or isinstance(value, str)
    )


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (51.4567, "px", "51.46 px"),
        (12345.6, "m2", "12,346 m2"),
        (3, None, "3"),
        (True, None, "yes"),
        (False, None, "no"),
        ("ship", None, "ship"),
        (None, None, ""),
    ],
)
def test_a_value_in_words(value: float | str | None, unit: str | None, words: str) -> None:
    answer = gm.ask(paint(60, 40, (10, 10, 30, 20)), "Find the ships.", FakeModel())
    assert value_words(dataclasses.replace(answer, value=value, unit=unit)) == words


def agree(answer: Answer) -> None:
    """The mask is the union of the regions' masks, and the number that is said is the value."""
    if answer.granularity is Granularity.PIXEL:
        assert answer.mask is not None and bool(answer.mask.any()) == bool(answer.regions)
        assert all(region.segmentation is not None for region in answer.regions)
    else:
        assert answer.mask is None and all(region.segmentation is None for region in answer.regions)
    if isinstance(answer.value, bool):
        assert re.match(
            "Yes|有|是|Found" if answer.value else "No|There is no|没有|否", answer.text
        )
    elif isinstance(answer.value, int):
        assert answer.value == len(answer.regions)
        assert (str(answer.value) in answer.text) == bool(answer.value)
    elif isinstance(answer.value, float):
        said = [
            float(number.replace(",", ""))
            for number in re.findall(r"\d[\d,]*(?:\.\d+)?", answer.text)
        ]
        assert any(abs(number - answer.value) <= 0.001 * answer.value + 0.05 for number in said), (
            answer.text
        )


def test_metres_that_are_not_known_are_said_to_be_so() -> None:
    answer = gm.ask(picture(), "Segment the ships longer than 30 m.", FakeModel())
    assert (answer.value, answer.regions, answer.mask is not None and answer.mask.any()) == (
        None,
        (),
        False,
    )
    assert "no georeferencing" in answer.text and "px" in answer.text
    plain = gm.ask(picture(), "How long is the largest ship?", FakeModel())
    assert plain.unit == "px" and plain.value == pytest.approx(80)


def test_a_box_is_the_picture_that_is_asked_about(ground: Path) -> None:
    answer = gm.ask(
        str(ground), "What percentage of the picture is water?", FakeModel(), box=(0, 80, 100, 120)
    )
    assert answer.value == pytest.approx(50, rel=0.03)
    assert (
        gm.ask(str(ground), "How many ships are there?", FakeModel(), box=(0, 0, 160, 100)).value
        == 2
    )


def test_what_is_not_known_of_a_part_has_no_value() -> None:
    pixels = paint(3000, 400, (20, 20, 100, 40), (2800, 40, 2860, 56))
    model = FakeModel(view_pixels=300_000, tile=400, overlap=40)

    def stop(done: int, known: int) -> bool:
        return done < 1

    with gm.open_scene(pixels) as scene:
        more = gm.ask(
            scene, "Are there more ships than water?", model, search="exhaustive", progress=stop
        )
        there = gm.ask(scene, "Is there a ship?", model, search="exhaustive", progress=stop)
        whole = gm.ask(scene, "Are there more ships than water?", model, search="exhaustive")
    assert not more.complete and more.value is None and "searched" in more.text
    assert not there.complete and there.value is True
    assert whole.complete and whole.value is True


def test_follow_ups_are_about_the_last_answer(ground: Path, tmp_path: Path) -> None:
    with gm.open_scene(str(ground)) as scene:
        chat = Conversation(scene, FakeModel())
        chat.ask("Find the ships.")
        longer = chat.ask("Which of them are longer than 15 m?")
        assert len(longer.regions) == 2 and longer.understood == "select(them; length > 15 m)"
        left = chat.ask("how many of them are in the left half?")
        assert left.value == 1 and len(left.regions) == 1
        area = chat.ask("What is the total area of the ships?")
        again = chat.ask("and in hectares?")
        assert again.unit == "ha" and again.value == pytest.approx(float(area.value or 0) / 1e4)
        assert chat.ask("Are there more ships than water?").value is True
        red = chat.ask("How many of them are red?")
        assert red.value == 3
        transcript.save(tmp_path / "chat.jsonl", chat.turns)
        turns = transcript.load(tmp_path / "chat.jsonl", scene)
        for read, turn in zip(turns, chat.turns, strict=True):
            assert (read.answer.unit, read.answer.understood) == (
                turn.answer.unit,
                turn.answer.understood,
            )
            assert read.answer.value == (
                pytest.approx(turn.answer.value)
                if isinstance(turn.answer.value, float)
                else turn.answer.value
            )


def test_nothing_found_before_and_a_question_that_refers() -> None:
    with gm.open_scene(paint(64, 64)) as scene:
        chat = Conversation(scene, FakeModel())
        with pytest.raises(gm.errors.NothingMeant):
            chat.ask("Which of them are longer than 30 px?")


def test_tables_have_value_and_unit(ground: Path, tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    answer = gm.ask(str(ground), "How long is the largest ship?", FakeModel())
    written = gm.write(answer, tmp_path / "out", vector="gpkg")
    meta, _, _, columns = pyogrio.raw.read(written["regions"], layer="regions")
    row = {name: column[0] for name, column in zip(meta["fields"], columns, strict=True)}
    assert (
        row["value"] == pytest.approx(40, rel=0.02)
        and row["unit"] == "m"
        and row["value_word"] is None
    )
    with rasterio.open(written["mask"]) as mask:
        assert np.count_nonzero(mask.read(1)) == np.count_nonzero(answer.mask)
