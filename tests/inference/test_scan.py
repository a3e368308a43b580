"""The paper's I' is one input.

What is seen together, what is answered, and what comes out where the search is ended early.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fake import FakeModel, paint
from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Answer, Region
from geomagnifier.types import Bytes
from geomagnifier.variants import VARIANTS, Variant

SHIPS = ((3200, 700, 3240, 740), (300, 1900, 340, 1940))
"""The first one is larger in D(D(I)) by a hair: it is opened."""


@pytest.fixture(scope="module")
def pixels() -> Bytes:
    return paint(4096, 2160, SHIPS[0], (*SHIPS[1][:2], SHIPS[1][2] - 8, SHIPS[1][3]))


def asked(pixels: Bytes, question: str, **how: object) -> tuple[Answer, FakeModel]:
    model = FakeModel()
    with open_scene(pixels) as scene:
        return ask(scene, question, model, search="paper", **how), model  # type: ignore[arg-type]


def test_a_region_question_is_one_input_of_c1_and_d_of_i(pixels: Bytes) -> None:
    answer, model = asked(pixels, "Find every ship.")
    (roles,) = model.inputs
    assert roles[0] == "wide" and set(roles[1:]) == {"C1"}
    assert len(answer.trace.crops) == 3 and len(answer.regions) == 2
    assert (
        sorted(tuple(v) for v in np.array([r.box for r in answer.regions]).tolist())[1] == SHIPS[0]
    )


def test_a_pixel_question_is_one_input_and_its_masks_come_from_c2(pixels: Bytes) -> None:
    answer, model = asked(pixels, "Segment every ship.")
    (roles,) = model.inputs
    assert [*roles][:4] == ["wide", "D(C1)", "D(C1)", "D(C1)"] and set(roles[4:]) == {"C2"}
    answered = {key for what, _, key in model.views if what == "answer"}
    assert len(answered) == len(roles) - 4, (
        "the coarse views are part of the input, and are not answered"
    )
    assert [r.box for r in answer.regions] == [tuple(map(float, SHIPS[0]))]
    assert answer.mask is not None and not answer.mask[1900:1940, 300:340].any()
    assert answer.text.endswith("Masks are of the last window alone, 6% of the scene.")


def test_masks_of_coarse_views_are_an_extension(pixels: Bytes) -> None:
    answer, model = asked(pixels, "Segment every ship.", variant="coarse masks")
    assert len(model.inputs) == 1 and len(answer.regions) == 2 and "last window" not in answer.text
    assert answer.mask is not None and answer.mask[1900:1940, 300:332].mean() > 0.5


def test_views_can_be_answered_one_by_one(pixels: Bytes) -> None:
    answer, model = asked(pixels, "Find every ship.", variant="separate")
    assert all(len(set(roles)) == 1 for roles in model.inputs) and len(model.inputs) > 3
    together, _ = asked(pixels, "Find every ship.")
    assert [r.box for r in answer.regions] == [r.box for r in together.regions]
    assert answer.trace.pixels_processed == together.trace.pixels_processed
    alone, _ = asked(pixels, "Segment every ship.", variant="separate")
    assert [r.box for r in alone.regions] == [tuple(map(float, SHIPS[0]))]
    both, _ = asked(pixels, "Segment every ship.", variant="separate+coarse masks")
    assert len(both.regions) == 2


def test_a_hull_opens_one_window(pixels: Bytes) -> None:
    few, _ = asked(pixels, "Find every ship.", variant="hull")
    many, _ = asked(pixels, "Find every ship.")
    assert len(few.trace.crops) < len(many.trace.crops) == 3


def test_a_search_that_ends_early_tells_what_the_coarse_views_show(pixels: Bytes) -> None:
    stopped, model = asked(pixels, "Find every ship.", progress=lambda done, known: False)
    assert stopped.stopped and model.inputs == [("wide",)]
    assert len(stopped.regions) == 2
    with pytest.warns(UserWarning, match="the budget ran out"):
        short, model = asked(pixels, "Find every ship.", budget=1024 * 540 + 1)
    assert model.inputs == [("wide",)] and len(short.regions) == 2 and not short.complete


def test_empty_windows_leave_the_answer_to_the_coarse_views() -> None:
    answer, model = asked(paint(4096, 2160), "Find every ship.")
    assert answer.regions == () and answer.complete and "No ship" in answer.text
    assert len(model.inputs) == 1


@pytest.mark.parametrize("question", ["Find every ship.", "Segment every ship."])
def test_an_input_that_is_kept_is_kept_as_a_whole(
    pixels: Bytes, tmp_path: Path, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at_once in (2, 28):
        monkeypatch.setattr("geomagnifier.inference.view_groups.ONE_INPUT", at_once)
        whole, first = asked(pixels, question)
        assert len(first.inputs) == 1 or at_once == 2
        path = tmp_path / f"{question[:4]}{at_once}.sqlite"
        done: list[int] = []
        asked(
            pixels,
            question,
            journal=path,
            progress=lambda n, _, done=done: done.append(n) or len(done) < 3,
        )
        again, _ = asked(pixels, question, journal=path)
        assert [(r.box, r.segmentation) for r in again.regions] == [
            (r.box, r.segmentation) for r in whole.regions
        ]
        assert again.text == whole.text
        third, model = asked(pixels, question, journal=path)
        assert [r.box for r in third.regions] == [r.box for r in whole.regions]
        assert model.inputs == [first.inputs[0][:1]], (
            "all is in the journal but what was made of the question"
        )


def test_variants_are_named() -> None:
    assert Variant.of(None) == Variant() and Variant().name == ""
    for name, (fields, what) in VARIANTS.items():
        assert Variant.of(name).name == name and what
        assert all(getattr(Variant.of(name), key) == value for key, value in fields.items())
    assert Variant.of("hull + Cross-Entropy").name == "hull+cross entropy"
    with pytest.raises(OptionError, match="no variant 'hul'; choose among hull, separate"):
        Variant.of("hul")


def test_a_variant_is_one_of_the_papers_search(pixels: Bytes) -> None:
    with (
        open_scene(pixels) as scene,
        pytest.raises(
            OptionError, match="is a variant of search='paper', but search is 'adaptive'"
        ),
    ):
        ask(scene, "Find every ship.", FakeModel(), variant="hull")


def test_the_regions_of_each_window_are_told_as_it_is_answered(pixels: Bytes) -> None:
    told: list[tuple[Region, ...]] = []
    answer = ask(pixels, "Segment every ship.", FakeModel(), search="exhaustive", found=told.append)
    assert len(answer.regions) == 2 and len(told) >= 2
    early = {region.label for regions in told for region in regions}
    assert early == {"ship"} and all(told)
    for region in answer.regions:
        x, y = Box(*region.box).centre
        assert any(Box(*one.box).contains(x, y) for regions in told for one in regions)
    asked_in = Box(3000, 500, 3400, 900)
    told.clear()
    ask(pixels, "Find every ship.", FakeModel(), box=asked_in, found=told.append)
    assert {one.box for regions in told for one in regions} == {tuple(map(float, SHIPS[0]))}
