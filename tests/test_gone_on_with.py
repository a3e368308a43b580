"""An answer killed after any window and resumed is that of an unbroken run, to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from fake import FakeModel, paint
from geomagnifier.inference.resume import Journal
from geomagnifier.inference.view_limits import RESERVED
from geomagnifier.model_protocol import Model
from geomagnifier.models.registry import load_small
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import Answer, GeneratedText, ModelOutput, Region
from geomagnifier.types import Floats, Granularity, Query, Relevance, SceneInfo, View
from geomagnifier_lab.render.scene import draw_scene

SHIPS = tuple((x, y, x + 24, y + 16) for x in range(60, 1380, 270) for y in range(50, 960, 300))


class Killed(BaseException):
    """In place of a signal that leaves no time."""


class Particular(FakeModel):
    """As networks are.

    What is made of a question depends on the first view, and a view's last digits on those that it
    is seen with.
    """

    def __init__(self) -> None:
        super().__init__(view_pixels=120_000, tile=320, overlap=64)
        self.first = ""

    def relevance(self, query: Query, view: View, by: Relevance = "gradient") -> Floats:
        return np.asarray(super().relevance(query, view, by) * (1 - self._made(view)), np.float32)

    def answer(
        self,
        query: Query,
        granularity: Granularity,
        views: Sequence[View],
        beside: Sequence[View] | None = None,
    ) -> ModelOutput:
        reply = super().answer(query, granularity, views, beside)
        shift = self._made(views[0] if beside is None else [*beside, *views][0]) + 1e-6 * len(
            [*views, *(beside or ())]
        )
        return replace(
            reply,
            views=tuple(
                replace(v, found=tuple(_moved(f, shift) for f in v.found)) for v in reply.views
            ),
        )

    def say(
        self,
        query: Query,
        granularity: Granularity,
        view: View,
        reply: ModelOutput,
        scene: SceneInfo,
        regions: Sequence[Region],
    ) -> GeneratedText:
        said = super().say(query, granularity, view, reply, scene, regions)
        return replace(said, text=f"{said.text} {view.window.box}")

    def _made(self, view: View) -> float:
        self.first = self.first or str(view.window.box)
        return crc32(self.first.encode()) % 97 / 1e4


def _moved(found, shift: float):  # type: ignore[no-untyped-def]
    return replace(
        found, score=found.score - shift, view_box=tuple(v + shift for v in found.view_box)
    )


def told(answer: Answer) -> object:
    regions = [(r.label, r.score, r.box, r.segmentation) for r in answer.regions]
    shown = answer.preview.shape, answer.preview.tobytes()
    return (
        answer.text,
        regions,
        answer.trace.pixels_processed,
        [window.box for window in answer.trace.views],
        answer.complete,
        shown,
    )


def killed(
    scene: Scene,
    question: str,
    model: Model,
    path: Path,
    after: int,
    monkeypatch: pytest.MonkeyPatch,
    **options: Any,
) -> bool:
    """Ask, and be killed when so many windows are kept; whether there were as many."""
    keep, kept = Journal.keep, [0]

    def counted(self, *given, **named):  # type: ignore[no-untyped-def]
        keep(self, *given, **named)
        kept[0] += 1
        if kept[0] == after:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "keep", counted)
        try:
            ask(scene, question, model, journal=path, **options)
        except Killed:
            return True
    return False


@pytest.mark.parametrize(
    ("question", "options"),
    [
        pytest.param("Segment every ship.", {"search": "adaptive"}, id="adaptive"),
        pytest.param("Find every ship.", {"search": "exhaustive"}, id="exhaustive"),
        pytest.param("Find every ship.", {"search": "paper"}, id="paper, region"),
        pytest.param("Segment every ship.", {"search": "paper"}, id="paper, pixel"),
        pytest.param(
            "Segment every ship.", {"search": "paper", "variant": "separate"}, id="separate"
        ),
        pytest.param("Segment every ship.", {"search": "random"}, id="random"),
    ],
)
def test_killed_after_any_window(
    question: str, options: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "geomagnifier.raster.preview.CHEAP", 0
    )  # the picture of the whole is laid from the views, as in large scenes
    with open_scene(paint(1400, 1000, *SHIPS)) as scene:
        unbroken = told(ask(scene, question, Particular(), **options))
        after = 1
        while killed(
            scene,
            question,
            Particular(),
            path := tmp_path / f"{after}.sqlite",
            after,
            monkeypatch,
            **options,
        ):
            assert told(ask(scene, question, Particular(), journal=path, **options)) == unbroken, (
                f"killed after {after}"
            )
            after += max(1, after // 2)
        assert after > 3
        assert told(ask(scene, question, Particular(), journal=path, **options)) == unbroken, (
            "all of it is in the journal"
        )


@pytest.mark.filterwarnings("ignore:max_memory allows windows:geomagnifier.errors.GeomagWarning")
@pytest.mark.parametrize(("more", "alike"), [(12e6, True), (200e6, False)])
def test_views_are_as_large_as_at_first(
    more: float, alike: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """more: bytes that the process holds beyond what the first one held.

    Where that is much, less fits beside it.

    At first three tiles of 928 px fit, with three thousand px to spare.
    """
    held, options = [0.0], {"search": "exhaustive", "max_memory": 1e9}
    monkeypatch.setattr("geomagnifier.inference.view_limits.resident", lambda: held[0])
    with open_scene(paint(2528, 990, *SHIPS)) as scene:

        def model() -> FakeModel:
            return FakeModel(view_pixels=4_000_000, tile=2048)

        held[0] = 1e9 - RESERVED - (928**2 + 3000) * model().spec.pixel_bytes
        unbroken = ask(scene, "Find every ship.", model(), **options)
        assert killed(scene, "Find every ship.", model(), tmp_path / "j", 2, monkeypatch, **options)
        held[0] += more
        again = ask(scene, "Find every ship.", model(), journal=tmp_path / "j", **options)
        assert (told(again) == told(unbroken)) == alike and len(again.regions) == len(SHIPS)
        assert told(ask(scene, "Find every ship.", model(), **options)) != told(unbroken), (
            "another plan, without a journal"
        )


def test_the_shipped_model_gives_the_same_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tiles. What was made of the question used to come from the first tile that was new.

    Boxes lay 0.015 px elsewhere.
    """
    scene_of = np.concatenate(
        [draw_scene(seed, 900, 640, theme="harbour").pixels for seed in (0, 1)], 1
    )
    with open_scene(scene_of) as scene:
        unbroken = ask(scene, "Find every ship.", load_small("small"), search="exhaustive")
        assert killed(
            scene,
            "Find every ship.",
            load_small("small"),
            tmp_path / "j",
            1,
            monkeypatch,
            search="exhaustive",
        )
        again = ask(
            scene,
            "Find every ship.",
            load_small("small"),
            search="exhaustive",
            journal=tmp_path / "j",
        )
    assert len(unbroken.trace.views) == 2 and len(unbroken.regions) > 20
    assert told(again) == told(unbroken)
