"""ask_many(): answers in the order of the scenes, some at a time, with nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier import default_model
from geomagnifier.errors import BoxError, OptionError, QuestionEmpty, SceneNotFound
from geomagnifier.results import ModelOutput
from geomagnifier.types import Bytes, Granularity, Query, View

WAIT = 60.0


def scene(ships: int) -> Bytes:
    return paint(300, 100, *((30 * i + 4, 40, 30 * i + 24, 60) for i in range(ships)))


def counts(answers: Iterator[Any]) -> list[int]:
    return [len(answer) for answer in answers]


class Waiting(FakeModel):
    """Begins no answer about a picture before another is begun, so that it ends only where two are
    worked on at a time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.two = threading.Barrier(2, timeout=WAIT)

    def answer(
        self,
        query: Query,
        granularity: Granularity,
        views: Sequence[View],
        beside: Sequence[View] | None = None,
    ) -> ModelOutput:
        self.two.wait()
        return super().answer(query, granularity, views, beside)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_answers_come_in_the_order_of_the_scenes(workers: int) -> None:
    asked = [scene(n) for n in (3, 0, 5, 1, 2, 4, 0)]
    assert counts(gm.ask_many(asked, "Find every ship.", FakeModel(), workers=workers)) == [
        3,
        0,
        5,
        1,
        2,
        4,
        0,
    ]
    assert counts(gm.ask_many([], "Find every ship.", FakeModel(), workers=workers)) == []


def test_as_many_scenes_as_there_are_workers_are_worked_on_at_a_time() -> None:
    assert counts(
        gm.ask_many(
            [scene(1), scene(2), scene(3), scene(4)], "Find every ship.", Waiting(), workers=2
        )
    ) == [1, 2, 3, 4]


def test_open_scenes_stay_open_and_a_generator_is_not_run_ahead(tmp_path: Path) -> None:
    taken: list[int] = []

    def scenes() -> Iterator[Bytes]:
        for n in range(50):
            taken.append(n)
            yield scene(n % 4)

    answers = gm.ask_many(scenes(), "Find every ship.", FakeModel(), workers=2)
    assert taken == []
    assert len(next(answers)) == 0 and len(next(answers)) == 1 and len(taken) <= 6
    answers.close()  # type: ignore[attr-defined]
    assert len(taken) <= 6
    with gm.open_scene(scene(2)) as one:
        assert counts(gm.ask_many([one, one], "Find every ship.", FakeModel())) == [2, 2]
        assert len(gm.ask(one, "Find every ship.", FakeModel())) == 2


def test_an_error_is_raised_in_its_place_or_given(tmp_path: Path) -> None:
    asked = [scene(1), scene(2), tmp_path / "gone.tif", scene(3)]
    before: list[int] = []
    with pytest.raises(SceneNotFound, match=r"gone\.tif does not exist") as raised:
        before.extend(map(len, gm.ask_many(asked, "Find every ship.", FakeModel(), workers=3)))
    assert before == [1, 2] and raised.value.__notes__ == [
        f"scene 2 of ask_many: {tmp_path / 'gone.tif'}"
    ]
    given = list(gm.ask_many(asked, "Find every ship.", FakeModel(), errors="yield"))
    assert isinstance(given[2], SceneNotFound) and [
        len(one) for one in given if isinstance(one, gm.Answer)
    ] == [1, 2, 3]
    refused = list(gm.ask_many([scene(1), scene(2)], " ", FakeModel(), errors="yield"))
    assert [type(one) for one in refused] == [QuestionEmpty, QuestionEmpty]
    with pytest.raises(BoxError, match="outside the scene"):
        next(gm.ask_many([scene(1)], "Find every ship.", FakeModel(), box=(900, 900, 990, 990)))


def test_what_is_no_error_of_a_scene_is_never_given() -> None:
    class Broken(FakeModel):
        def granularity(self, query: Query) -> dict[Granularity, float]:
            raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        list(gm.ask_many([scene(1)], "Find every ship.", Broken(), errors="yield"))


def test_progress_counts_scenes_and_may_end_it() -> None:
    told: list[tuple[int, int | None]] = []

    def progress(done: int, known: int | None) -> bool:
        told.append((done, known))
        return done < 3

    asked = [scene(n) for n in range(6)]
    assert counts(gm.ask_many(asked, "Find every ship.", FakeModel(), progress=progress)) == [
        0,
        1,
        2,
    ]
    assert told == [(1, 6), (2, 6), (3, 6)]
    told.clear()
    assert counts(
        gm.ask_many((s for s in asked), "Find every ship.", FakeModel(), progress=progress)
    ) == [0, 1, 2]
    assert told[0] == (1, None)


def test_wrong_options_are_refused_before_the_first_answer() -> None:
    with pytest.raises(OptionError, match="1 or more, not 0"):
        gm.ask_many([], "Find every ship.", workers=0)
    with pytest.raises(
        OptionError, match="has no option journal; there are box, box_crs, aoi, aoi_crs"
    ):
        gm.ask_many([], "Find every ship.", journal="a.journal")
    with pytest.raises(OptionError, match="errors is 'raise' or 'yield', not 'skip'"):
        gm.ask_many([], "Find every ship.", errors="skip")  # type: ignore[call-overload]
    for one in ("city.tif", Path("city.tif"), np.zeros((90, 90, 3), np.uint8)):
        with pytest.raises(OptionError, match="takes several scenes"):
            gm.ask_many(one, "Find every ship.")  # type: ignore[arg-type]


def test_threads_without_a_model_load_one(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[FakeModel] = []
    first = threading.Event()

    def load(name: str) -> FakeModel:
        assert not first.is_set(), "two threads load at a time"
        first.set()
        loaded.append(FakeModel())
        return loaded[-1]

    from geomagnifier.models import registry

    monkeypatch.setattr(registry, "load_model", load)
    default_model._loaded.cache_clear()
    try:
        assert counts(
            gm.ask_many([scene(n) for n in range(8)], "Find every ship.", workers=8)
        ) == list(range(8))
        assert len(loaded) == 1
    finally:
        default_model._loaded.cache_clear()
