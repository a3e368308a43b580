"""A large scene looked at by several processes, a share each: together they see what one would."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from fake import FakeModel, paint
from geomagnifier.errors import OptionError
from geomagnifier.inference.resume import join
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.scene_search import look_at_share

BOXES = tuple(
    (x, y, x + 24, y + 16)
    for x, y in ((100, 80), (1900, 140), (900, 1200), (2600, 1500), (2620, 60), (60, 1600))
)


def together(scene, question: str, folder: Path, of: int, search: str) -> Path:
    """What a driver does: rounds of shares, journals made one. Returns the journal of all."""
    whole = folder / "whole.sqlite"
    for turn in range(4):
        finished = []
        for k in range(of):
            own = folder / f"{turn}-{k}.sqlite"
            if whole.exists():
                shutil.copy(whole, own)
            finished.append(
                look_at_share(scene, question, FakeModel(), own, (k, of), search=search)
            )
        assert turn or not all(finished), "it is too large for one of them"
        join(whole, [folder / f"{turn}-{k}.sqlite" for k in range(of)])
        if all(finished):
            return whole
    raise AssertionError("it does not come to an end")


@pytest.mark.parametrize("search", ["adaptive", "exhaustive", "paper"])
@pytest.mark.parametrize("question", ["Segment every ship.", "Find every ship."])
def test_shares_see_what_one_process_sees(tmp_path: Path, search: str, question: str) -> None:
    with open_scene(paint(2800, 1700, *BOXES)) as scene:
        alone = ask(scene, question, FakeModel(), search=search)
        journal = together(scene, question, tmp_path, 3, search)
        model = FakeModel()
        answer = ask(scene, question, model, search=search, journal=journal)
    assert answer.complete
    assert answer.text == alone.text
    assert [(r.label, r.score, r.box, r.segmentation) for r in answer.regions] == [
        (r.label, r.score, r.box, r.segmentation) for r in alone.regions
    ]
    assert len(alone.regions) >= (1 if search == "paper" else len(BOXES))
    assert (answer.mask is None) == (alone.mask is None)
    if alone.mask is not None:
        np.testing.assert_array_equal(answer.mask, alone.mask)
    assert len(model.views) <= 2, "what is in the journal is not looked at again"


def test_every_window_is_looked_at_by_one_of_them_and_the_first_by_all(tmp_path: Path) -> None:
    """What is asked for is read from the first, so that all see what one process would."""
    with open_scene(paint(2800, 1700, *BOXES)) as scene:
        models = [FakeModel() for _ in range(3)]
        for k, model in enumerate(models):
            assert not look_at_share(
                scene, "Find every ship.", model, tmp_path / f"{k}", (k, 3), search="exhaustive"
            )
        alone = FakeModel()
        ask(scene, "Find every ship.", alone, search="exhaustive")
    keys = [[key for what, _, key in model.views if what == "answer"] for model in (*models, alone)]
    assert {mine[0] for mine in keys} == {keys[3][0]}
    assert sorted([keys[0][0], *(key for mine in keys[:3] for key in mine[1:])]) == sorted(keys[3])


def test_a_journal_of_another_question_is_not_taken_in(tmp_path: Path) -> None:
    with open_scene(paint(2800, 1700, *BOXES)) as scene:
        for name, question in (("a", "Find every ship."), ("b", "Segment every ship.")):
            look_at_share(
                scene, question, FakeModel(), tmp_path / name, (0, 2), search="exhaustive"
            )
    with pytest.raises(OptionError, match="another question"):
        join(tmp_path / "whole", [tmp_path / "a", tmp_path / "b"])
