"""The small model behind the protocol, with random weights: scripts, long questions, and what is kept of a view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from geomagnifier.errors import GeomagWarning, QuestionUnreadable
from geomagnifier.geometry import Box
from geomagnifier.model import small
from geomagnifier.model.checkpoint import load_model
from geomagnifier.model.small import SmallModel, article, check_script, combine, crop, pad, shrink
from geomagnifier.values import Granularity, Query, Reply, View, Window


@pytest.fixture
def model(model_folder: Path) -> SmallModel:
    return load_model(model_folder)


def view(key: str, width: int = 64, height: int = 48, seed: int = 0, valid: Any = None) -> View:
    box = Box(0, 0, width, height)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return View(pixels, Window(box, width, height, "whole", box), key, valid)


def count_trunk(model: SmallModel, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """A list that grows by the shape of every picture that goes through the trunk."""
    calls: list[tuple[int, ...]] = []
    forward = model.network.trunk.forward

    def counted(x: torch.Tensor) -> list[torch.Tensor]:
        calls.append(tuple(x.shape))
        return forward(x)

    monkeypatch.setattr(model.network.trunk, "forward", counted)
    return calls


def equal(a: Reply, b: Reply) -> bool:
    same = a.asked == b.asked and a.note == b.note and len(a.views) == len(b.views)
    for x, y in zip(a.views, b.views, strict=True):
        same &= [(f.label, f.score, f.view_box, f.origin) for f in x.found] == [(f.label, f.score, f.view_box, f.origin) for f in y.found]
        same &= all(
            np.array_equal(f.cells, g.cells) for f, g in zip(x.found, y.found, strict=True) if f.cells is not None and g.cells is not None
        )
        same &= all((c.score, c.label) == (d.score, d.label) for c, d in zip(x.covers, y.covers, strict=True))
        same &= all(np.array_equal(c.probability, d.probability) for c, d in zip(x.covers, y.covers, strict=True))
    return same


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("找出所有的船", "Cjk"),
        ("أين السفن؟", "Arabic"),
        ("Сегментируй все корабли", "Cyrillic"),
        ("船はどこですか", "Cjk"),
        ("Πού είναι τα πλοία;", "Greek"),
        ("找船 ok", "Cjk"),
    ],
)
def test_other_scripts_are_refused(text: str, script: str, model: SmallModel) -> None:
    with pytest.raises(QuestionUnreadable, match=f"{script} letters.*English"):
        check_script(text)
    with pytest.raises(QuestionUnreadable):
        model.granularity(Query(text))
    with pytest.raises(QuestionUnreadable):
        model.embed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Where are the ships?",
        "Où sont les bateaux à l'écluse d'Évian ?",
        "Größe der Häfen in Łódź",
        "ship?!",
        "10 > 7 ?",
        "🚢🚢",
        "the ship 'Заря' is large",
    ],
)
def test_latin_letters_accents_and_signs_are_accepted(text: str) -> None:
    assert check_script(text) is None  # no error


def test_a_question_of_5000_words_is_cut_with_a_warning(model: SmallModel) -> None:
    long = "Please find all the ships " * 1000
    with pytest.warns(GeomagWarning, match="512 tokens"):
        levels = model.granularity(Query(long))
    assert sum(levels.values()) == pytest.approx(1, abs=1e-4)
    with pytest.warns(GeomagWarning):
        reply = model.answer(Query(long), Granularity.REGION, [view("long")])
    assert reply.asked == ("ship",) and len(reply.views) == 1


def test_features_are_computed_once_for_two_questions(model: SmallModel, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, shown = count_trunk(model, monkeypatch), view("a", 65, 48)
    first = model.answer(Query("Find all ships."), Granularity.PIXEL, [shown])
    assert calls == [(1, 3, 64, 96)]  # padded to multiples of 32
    model.relevance(Query("Find all ships."), shown)
    model.answer(Query("Where is the large ship?"), Granularity.REGION, [shown])
    again = model.answer(Query("Find all ships."), Granularity.PIXEL, [shown])
    assert len(calls) == 1
    assert equal(first, again)
    model.answer(Query("Find all ships."), Granularity.PIXEL, [view("b", 65, 48, seed=1)])
    assert len(calls) == 2


def test_kept_features_say_what_fresh_ones_say(model: SmallModel, model_folder: Path) -> None:
    query = Query("Segment all ships.")
    model.answer(Query("How many ships?"), Granularity.REGION, [view("a")])
    kept = model.answer(query, Granularity.PIXEL, [view("a")])
    fresh = load_model(model_folder).answer(query, Granularity.PIXEL, [view("a")])
    assert equal(kept, fresh)
    assert not equal(kept, model.answer(query, Granularity.PIXEL, [view("other", seed=5)]))


def test_what_is_kept_has_a_limit(model: SmallModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "KEPT_PIXELS", 2 * 64 * 48)
    calls, query = count_trunk(model, monkeypatch), Query("Find all ships.")
    for key in "abca":  # c pushes a out
        model.relevance(query, view(key))
    assert len(calls) == 4
    model.relevance(query, view("c"))
    assert len(calls) == 4 and len(model._views) == 2
    large = view("large", 128, 128)
    model.relevance(query, large)
    model.relevance(query, large)  # larger than the limit, kept all the same while it is in use
    assert len(calls) == 5 and len(model._views) == 1


def test_relevance_is_a_probability_on_the_views_own_cells(model: SmallModel) -> None:
    heat = model.relevance(Query("Find all ships."), view("a", 65, 47))
    assert heat.shape == (12, 17) and heat.dtype == np.float32
    assert 0 <= heat.min() < heat.max() <= 1


def test_where_the_scene_has_no_data_is_no_mask(model: SmallModel) -> None:
    valid = np.ones((48, 64), bool)
    valid[:, 32:] = False
    (reply,) = model.answer(Query("Segment all ships."), Granularity.PIXEL, [view("v", valid=valid)]).views
    assert (reply.covers[0].probability[:, 8:] == 0).all()
    assert (reply.covers[0].probability[:, :8] > 0).all()


def test_pictures_that_cannot_be_written_to_are_read(model: SmallModel) -> None:
    shown = view("read-only")
    shown.pixels.flags.writeable = False
    assert model.answer(Query("Find all ships."), Granularity.REGION, [shown]).asked == ("ship",)


def read_as(model: SmallModel, *logits: float) -> None:
    """Whatever is asked, the reader's outputs are these: ship, airplane, water, everything, unknown."""
    model.network.reader.kinds.bias.copy_(torch.tensor(logits))


def test_unknown_things_are_not_guessed(model: SmallModel) -> None:
    read_as(model, -3, -3, -3, -3, 5)
    reply = model.answer(Query("Segment the elephants."), Granularity.PIXEL, [view("a"), view("b")])
    assert reply.asked == () and len(reply.views) == 2 and all(v.found == () == v.covers for v in reply.views)
    assert reply.note == "I was not taught to find that. I know: ship, airplane, water."
    assert model.relevance(Query("Segment the elephants."), view("a")).max() == 0


def test_everything_means_all_objects(model: SmallModel) -> None:
    read_as(model, -3, -3, -3, 5, -3)
    assert model.answer(Query("Find all objects."), Granularity.REGION, [view("a")]).asked == ("ship", "airplane")
    read_as(model, 4, -3, 4, -3, -3)
    reply = model.answer(Query("Segment ships and water."), Granularity.PIXEL, [view("a")])
    assert reply.asked == ("ship", "water")
    assert [(c.label, c.separate) for c in reply.views[0].covers] == [("ship", True), ("water", False)]


def test_a_given_box_is_named(model: SmallModel) -> None:
    read_as(model, -3, -3, -3, 5, -3)
    reply = model.answer(Query("What is this?", Box(8, 8, 40, 30)), Granularity.REGION, [view("a")])
    (found,) = reply.views[0].found
    assert found.view_box == (8, 8, 40, 30) and found.label in ("ship", "airplane")
    assert 0.5 <= found.score <= 1  # of two kinds the likelier one
    assert reply.note == f"The box shows {article(found.label)} ({found.score:.0%})."


def test_min_score_lets_more_through(model: SmallModel) -> None:
    def count(lowest: float) -> int:
        return len(model.answer(Query("Find all ships.", None, lowest), Granularity.REGION, [view("a")]).views[0].found)

    assert count(0.0) >= count(0.05) >= count(0.5) >= count(1.0) == 0
    assert count(0.0) > 0


def test_a_closed_gate_empties_mask_and_boxes(model: SmallModel) -> None:
    model.calibration["ship"] = small.Calibration(presence=1.1)
    (reply,) = model.answer(Query("Segment all ships."), Granularity.PIXEL, [view("a")]).views
    assert reply.found == () and (reply.covers[0].probability == 0).all()


def test_small_helpers() -> None:
    assert pad(np.ones((33, 64, 3), np.uint8)).shape == (64, 64, 3)
    assert pad(np.ones((32, 1, 3), np.uint8))[:, 1:].max() == 0
    assert crop(torch.arange(64.0).view(8, 8), view("a", 9, 5)).tolist() == [[0, 1, 2], [8, 9, 10]]
    assert (article("airplane"), article("ship")) == ("an airplane", "a ship")
    valid = np.zeros((5, 6), bool)
    valid[:2, :4] = True
    valid[4, 5] = True
    assert shrink(valid).tolist() == [[0.5, 0], [0, 0.5]]
    scores = combine(np.array([0.8, 0.8], np.float32), np.array([1.0, 0.25], np.float32), 1.0)
    assert scores.tolist() == pytest.approx([0.8, 0.4])
