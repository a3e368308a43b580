"""Features of a view are computed once, and kept within a limit of bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models.registry import load_model
from geomagnifier.models.small.model import SmallModel
from geomagnifier.results import ModelOutput
from geomagnifier.types import Granularity, Query, View, Window


@pytest.fixture
def model(model_folder: Path) -> SmallModel:
    return load_model(model_folder)


def view(key: str, width: int = 64, height: int = 48, seed: int = 0, valid: Any = None) -> View:
    box = Box(0, 0, width, height)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return View(pixels, Window(box, width, height, "whole", box), key, valid)


def count_trunk(model: SmallModel, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """A list that grows by the shape of every picture that goes through the image side."""
    calls: list[tuple[int, ...]] = []
    run = model.networks.small.run

    def counted(graph: str, **inputs: Any) -> Any:
        if graph in ("views", "glance"):
            calls.append(inputs["pixels"].shape)
        return run(graph, **inputs)

    monkeypatch.setattr(model.networks.small, "run", counted)
    return calls


def held(array: Any) -> int:
    """Bytes that an array keeps in memory, those of the array that it is a part of."""
    while array.base is not None and hasattr(array.base, "nbytes"):
        array = array.base
    return array.nbytes


def equal(a: ModelOutput, b: ModelOutput) -> bool:
    same = a.asked == b.asked and a.unknown == b.unknown and len(a.views) == len(b.views)
    for x, y in zip(a.views, b.views, strict=True):
        same &= [(f.label, f.score, f.view_box, f.origin) for f in x.found] == [
            (f.label, f.score, f.view_box, f.origin) for f in y.found
        ]
        same &= all(
            np.array_equal(f.cells, g.cells)
            for f, g in zip(x.found, y.found, strict=True)
            if f.cells is not None and g.cells is not None
        )
        same &= all(
            (c.score, c.label) == (d.score, d.label)
            for c, d in zip(x.covers, y.covers, strict=True)
        )
        same &= all(
            np.array_equal(c.probability, d.probability)
            for c, d in zip(x.covers, y.covers, strict=True)
        )
    return same


def test_features_are_computed_once_for_two_questions(
    model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, shown = count_trunk(model, monkeypatch), view("a", 65, 48)
    first = model.answer(Query("Find all ships."), Granularity.PIXEL, [shown])
    assert calls == [(1, 64, 96, 3)]  # padded to multiples of 32
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


def test_what_is_kept_has_a_limit_in_bytes(
    model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, query = count_trunk(model, monkeypatch), Query("Find all ships.")
    model.relevance(query, view("a"))
    one = model.views.bytes
    seen = model.views.see(view("a"))
    tensors = [*(seen.pyramid or ()), *seen.prepared, seen.last, *seen.memory]
    assert one == sum(held(tensor) for tensor in tensors)  # and no more than that is held by them
    model.remember(2.5 * one)
    for key in ("s:b", "s:c", "s:a"):  # c pushes a out
        model.relevance(query, view(key))
    assert len(calls) == 4 and model.views.bytes == 2 * one
    model.relevance(query, view("s:c"))
    assert len(calls) == 4 and len(model.views) == 2
    model.relevance(query, view("other:a"))  # all scenes but one have half of it
    assert len(calls) == 5 and len(model.views) == 1
    large = view("large", 128, 128)
    model.relevance(query, large)
    model.relevance(query, large)  # larger than the limit, kept all the same while it is in use
    assert len(calls) == 6 and len(model.views) == 1
    model.remember(0)
    assert len(model.views) == 0
    model.remember(None)
    for key in "abc":
        model.relevance(query, view(key))
    assert model.views.bytes == 3 * one


def test_with_nothing_kept_views_are_still_looked_at_once_for_a_question(
    model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, query, three = (
        count_trunk(model, monkeypatch),
        Query("Segment all ships."),
        [view(key, seed=ord(key)) for key in "abc"],
    )
    usual = model.answer(query, Granularity.PIXEL, three)
    model.remember(0)
    again = model.answer(query, Granularity.PIXEL, three)
    assert [shape[0] for shape in calls] == [3, 3] and equal(usual, again)
    model.answer(query, Granularity.PIXEL, [view("d", seed=5)])
    assert len(model.views) == 1
    # one of three computed in one batch holds no memory of the others
    for seen in model.views.kept():
        assert seen.bytes == sum(
            held(t) for t in (*(seen.pyramid or ()), *seen.prepared, seen.last, *seen.memory)
        )
