"""Contact sheets: which cases are shown, and that truth and prediction are drawn where they lie."""

from dataclasses import replace

import numpy as np
import pytest
from eval.made import WORKS, filled, made, right

from fake import GROUND, RED
from geomagnifier import masks
from geomagnifier.errors import OptionError
from geomagnifier_lab.eval.examples import (
    AGREED,
    CELL,
    GAP,
    SAID,
    TINT,
    TRUE,
    chosen,
    draw,
    shown,
    write_examples,
)
from geomagnifier_lab.eval.predictions import Header, Predictions
from geomagnifier_lab.eval.scoring import result


def scored(tmp_path, work, **changes):
    known, cases = made(tmp_path, work)
    records = {case.id: right(case) for case in cases}
    records[cases[0].id] |= changes
    whole = result(
        known,
        "test",
        cases,
        Predictions(
            Header(known.name, "test", "fake", "1", len(cases)), records, lambda record: record
        ),
    )
    return cases, records, whole


def colours(sheet):
    return {tuple(colour) for colour in np.asarray(sheet).reshape(-1, 3).tolist()}


def test_best_worst_and_random_are_chosen():
    values = {name: value for value, name in enumerate("abcdef")}
    found = chosen(values, 2)
    assert (
        found["best"] == ["f", "e"]
        and found["worst"] == ["a", "b"]
        and len(set(found["random"])) == 2
    )
    assert found == chosen(values, 2) and found["random"] != chosen(values, 2, seed=5)["random"]
    assert all(sorted(ids) == list("abcdef") for ids in chosen(values, 10).values())
    even = chosen(dict.fromkeys("abcdef", 1.0), 3)
    assert not set(even["best"]) & set(even["worst"])


@pytest.mark.parametrize("work", WORKS)
def test_every_kind_can_be_drawn(work, tmp_path):
    cases, records, whole = scored(tmp_path, work)
    sheet = draw(cases, records, whole, 2)
    assert sheet.width == GAP + 2 * (CELL + GAP) and sheet.height > 3 * CELL // 2
    assert {TRUE, SAID} <= colours(sheet)
    write_examples(tmp_path / "out" / "examples.png", cases, records, whole, 1)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["examples.png"]


def test_words_of_truth_and_prediction_stand_under_the_picture(tmp_path):
    cases, records, _ = scored(tmp_path, "scene")
    assert shown(cases[0], records["0.png"]).texts == [
        (TRUE, "Red_Place"),
        (SAID, "Red_Place 90%, Green_Place 10%"),
    ]
    cases, records, _ = scored(tmp_path, "refer")
    drawn = shown(cases[0], records["0.png#0"])
    assert drawn.texts == [(None, "Every ship")] and np.array_equal(drawn.truth, drawn.prediction)
    cases, records, _ = scored(tmp_path, "caption", text="")
    assert shown(cases[0], records["0.png"]).texts[1] == (SAID, "nothing")
    assert shown(cases[0], {"error": "gone"}).texts == [(SAID, "no answer: gone")]


def test_as_many_boxes_are_drawn_as_there_are_objects(tmp_path):
    cases, records, _ = scored(tmp_path, "detect")
    records["1.png"] |= {
        "boxes": [[0, 0, 4, 4], [16, 16, 32, 32]],
        "scores": [0.1, 0.9],
        "names": ["water", "ship"],
    }
    drawn = shown(cases[1], records["1.png"])
    assert drawn.said == [[16, 16, 32, 32]] and drawn.texts == [(TRUE, "ship"), (SAID, "ship")]
    assert shown(cases[2], records["2.png"]).texts == [(TRUE, "nothing"), (SAID, "nothing")]


def test_masks_are_tinted_by_who_has_them(tmp_path):
    cases, records, whole = scored(
        tmp_path, "refer", mask=masks.encode(filled((8, 8, 24, 16), (40, 0, 56, 16)))
    )
    sheet = np.asarray(
        draw(cases[:1], records, replace(whole, per_case={"0.png#0": 0.5}), 1)
    ).astype(int)
    scale, top = CELL / 64, next(y for y in range(60, 300) if (sheet[y, GAP + 10] == 120).all())

    def pixel(x, y):
        return sheet[round(top + y * scale), round(GAP + x * scale)]

    def tinted(ground, colour):
        return np.array(ground) + (np.array(colour) - ground) * TINT / 255

    assert pixel(48, 32) == pytest.approx(tinted(RED, TRUE), abs=2)  # missed
    assert pixel(48, 8) == pytest.approx(tinted(GROUND, SAID), abs=2)  # too much
    assert pixel(16, 12) == pytest.approx(tinted(RED, AGREED), abs=2)
    assert pixel(2, 40) == pytest.approx(np.array(GROUND))


def test_a_picture_that_is_gone_leaves_a_blank(tmp_path):
    cases, records, whole = scored(tmp_path, "caption")
    cases[0].image.unlink()
    assert draw(cases, records, whole, 3).height > CELL


def test_a_number_below_one_or_nothing_to_show_is_refused(tmp_path):
    cases, records, whole = scored(tmp_path, "caption")
    with pytest.raises(OptionError, match="0 examples"):
        write_examples(tmp_path / "e.png", cases, records, whole, 0)
    with pytest.raises(OptionError, match="0 cases with a value"):
        write_examples(tmp_path / "e.png", cases, records, replace(whole, per_case={}), 2)
