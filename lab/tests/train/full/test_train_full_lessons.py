"""Lessons: what is shown, asked and to be written, and targets that lie where the things are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn_data import SIDE, write_data

from geomagnifier.errors import OptionError
from geomagnifier.finetuning.crops import Crop, Piece, Source, identities
from geomagnifier.language.classes import KINDS
from geomagnifier.models.full.output_classes import parse
from geomagnifier_lab.train.full.samples import (
    FullSample,
    Lessons,
    PlainLessons,
    ask,
    cut,
    sentence,
    smaller,
    squashed,
)
from geomagnifier_lab.train.text_samples import present


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def lessons(root: Path) -> list[FullSample]:
    course = Lessons(root, SIDE, 0)
    return [course[i] for i in range(120)]


def test_a_lesson_follows_from_seed_and_number_alone(root: Path, lessons: list[FullSample]) -> None:
    again, other = Lessons(root, SIDE, 0), Lessons(root, SIDE, 1)
    for i in (17, 3, 17, 60):
        one, two = lessons[i], again[i]
        assert (one.turn.question, one.turn.answer, one.there, one.level) == (
            two.turn.question,
            two.turn.answer,
            two.there,
            two.level,
        )
        for a, b in zip(one.turn.views, two.turn.views, strict=True):
            assert a.place == b.place and (a.pixels == b.pixels).all()
        for p, q in zip(one.targets, two.targets, strict=True):
            assert (p is None and q is None) or (p.mask == q.mask).all()
    assert [other[i].turn.question for i in range(8)] != [
        lesson.turn.question for lesson in lessons[:8]
    ]


def test_every_level_comes_up_with_its_tie(lessons: list[FullSample]) -> None:
    assert {lesson.level for lesson in lessons} == {0, 1, 2}
    for lesson in lessons:
        if lesson.level == 0:
            (view,) = lesson.turn.views
            assert (
                view.pixels.shape == (100, 100, 3)
                and lesson.picture is None
                and lesson.there == lesson.targets == ()
            )
            assert "[" not in lesson.turn.answer and lesson.turn.answer[0].isupper()
            continue
        kinds = parse(lesson.turn.answer)
        assert len(kinds) == len(lesson.there) == len(lesson.targets) and set(kinds) <= {
            kind.name for kind in KINDS
        }
        assert ("[BOX]" if lesson.level == 2 else "[SEG]") not in lesson.turn.answer
        assert lesson.picture is not None and lesson.picture.shape == (SIDE, SIDE, 3)
        assert (lesson.turn.views[-1].pixels == lesson.picture).all()
    assert {lesson.turn.answer for lesson in lessons if lesson.level == 0} == {
        "This is a harbor.",
        "There are many ships in the harbor.",
    }


def test_what_is_not_there_is_read_both_ways_and_never_drawn(lessons: list[FullSample]) -> None:
    seen = set()
    for lesson in lessons:
        for clause, there, target in zip(
            lesson.turn.answer.split("; "), lesson.there, lesson.targets, strict=False
        ):
            if "[NONE]" in clause:
                assert not there and target is None
            else:
                assert (
                    target is not None
                    and (target.mask.max() > 0) == there
                    and target.present == int(there)
                )
                assert target.mask.shape == (SIDE // 2, SIDE // 2) and target.centre.shape == (
                    SIDE // 4,
                    SIDE // 4,
                )
            seen.add((there, target is None))
    assert seen == {(True, False), (False, False), (False, True)}


def test_a_closer_look_comes_after_the_whole_with_its_place(lessons: list[FullSample]) -> None:
    looked = [lesson for lesson in lessons if lesson.level and len(lesson.turn.views) == 2]
    assert 0.3 < len(looked) / sum(lesson.level > 0 for lesson in lessons) < 0.7
    for lesson in looked:
        whole, crop = lesson.turn.views
        assert whole.place == (0, 0, 1, 1) and whole.pixels.shape == (2 * SIDE, 2 * SIDE, 3)
        x0, y0, x1, y1 = (round(v * 2 * SIDE) for v in crop.place)
        assert (whole.pixels[y0:y1, x0:x1] == crop.pixels).all()  # small enough to be left as it is


def test_land_cover_and_objects_are_both_asked_for(lessons: list[FullSample]) -> None:
    kinds = {kind for lesson in lessons if lesson.level for kind in parse(lesson.turn.answer)}
    assert kinds >= {"airplane", "storage tank", "building", "road"}


def square(x0: int, y0: int, x1: int, y1: int) -> Piece:
    ring = np.array([[x0, y0], [x1 - 1, y0], [x1 - 1, y1 - 1], [x0, y1 - 1]], np.float32)
    return Piece("ship", np.array([x0, y0, x1, y1], np.float32), [ring], 1.0)


def test_labels_are_cut_with_their_pixels() -> None:
    canvas = Crop(
        np.zeros((128, 128, 3), np.uint8),
        [square(20, 20, 60, 40), square(90, 80, 100, 90)],
        frozenset({"ship", "harbor"}),
    )
    canvas.pixels[20:40, 20:60] = canvas.pixels[80:90, 90:100] = 255
    canvas.cover, canvas.cover_names = (
        np.arange(128 * 128).reshape(128, 128).astype(np.uint8),
        ("water",),
    )
    crop = cut(canvas, 40, 24, 64)
    first, second = crop.pieces
    assert first.box.tolist() == [0, 0, 20, 16] and first.share == pytest.approx(20 * 16 / 800)
    assert second.box.tolist() == [50, 56, 60, 64] and second.share == pytest.approx(0.8)
    assert ((identities(crop, "ship")[0] > 0) == (crop.pixels[..., 0] > 0)).all()
    assert crop.cover is not None and (crop.cover == canvas.cover[24:88, 40:104]).all()
    assert cut(canvas, 64, 0, 64).pieces == []
    assert present(crop) == {**present(crop), "ship": True, "harbor": False}


def test_a_whole_picture_is_squashed_with_its_labels() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[40:80, 100:180] = 255
    ring = np.array([[100, 40], [179, 40], [179, 79], [100, 79]], np.float32)
    crop = squashed(
        Source(pixels, (("ship", (100.0, 40.0, 180.0, 80.0), (ring,)),), frozenset({"ship"})), 64
    )
    assert crop.pixels.shape == (64, 64, 3)
    assert crop.pieces[0].box.tolist() == pytest.approx([32, 25.6, 57.6, 51.2])
    assert ((identities(crop, "ship")[0] > 0) == (crop.pixels[..., 0] > 127)).mean() > 0.97


def test_questions_are_about_what_the_labels_tell() -> None:
    rng = np.random.default_rng(0)
    told = {"ship": True, "harbor": False, "airplane": False, "vehicle": False}
    asked = [ask(told, rng) for _ in range(300)]
    assert {kind for question in asked for kind in question.kinds} == {*told, "*"}
    about = [
        question.kinds[0]
        for question in asked
        if len(question.kinds) == 1 and question.kinds != ("*",)
    ]
    assert (
        0.5 < about.count("ship") / len(about) < 0.8
        and about.count("harbor") > about.count("airplane") > 0
    )  # a look-alike
    several = [question.kinds for question in asked if len(question.kinds) > 1]
    assert several and all("ship" in kinds for kinds in several)
    assert all(
        question.kinds != ("*",)
        for question in (ask({"ship": False, "harbor": False}, rng) for _ in range(60))
    )


def test_plain_lessons_are_whole_pictures_with_questions_that_stay(root: Path) -> None:
    plain = PlainLessons(root, "train", SIDE, 0, 3)
    assert len(plain.samples) == 3 and len(plain) >= 3
    for i in range(len(plain)):
        lesson, again = plain[i], plain[i + len(plain)]
        assert (
            lesson.turn.question == again.turn.question and (lesson.picture == again.picture).all()
        )
        assert lesson.level == 2 and lesson.there == (True,) and lesson.targets[0].mask.max() > 0
        (view,) = lesson.turn.views
        assert view.pixels.shape == (55, 73, 3)  # as many px as the segmenter's square


def test_missing_data_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"instances_train\.json is missing"):
        Lessons(tmp_path, SIDE, 0)
    write_data(tmp_path, scenes=False)
    assert all(
        Lessons(tmp_path, SIDE, 0)[i].level > 0 for i in range(12)
    )  # the others are done without


def test_small_things() -> None:
    picture = np.zeros((2048, 1024, 3), np.uint8)
    assert smaller(picture, longest=448).shape == (448, 224, 3)
    assert smaller(picture, most=512 * 256).shape == (512, 256, 3)
    assert smaller(picture) is picture
    assert (
        sentence("many planes are parked . it is an airport .")
        == "Many planes are parked. It is an airport."
    )
