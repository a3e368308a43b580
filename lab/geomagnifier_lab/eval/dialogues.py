"""Follow-up questions, in dialogues of two and three turns made from labels.

A turn is right if it gets exactly the objects meant. Each turn is measured three times: from image
to answer, with the answers before it as they came; "told", where the labelled objects are what was
found before and what is found now, so that only the parsing and the choice are the model's; and
"alone", where each question is asked without the dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from geomagnifier.conversation import Turn, follow
from geomagnifier.errors import GeomagError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import Detection, ModelOutput, Region
from geomagnifier.types import Granularity, Query, View
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.layout import same
from geomagnifier_lab.eval.pictures import Figures, followed
from geomagnifier_lab.questions.dialogues import SORTS, Dialogue, dialogues
from geomagnifier_lab.questions.dialogues import Turn as Asked

COUNT = 100
"""Dialogues of the suite, half of them of three turns."""


def dialogue(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Follow-ups about VHR-10 in held-out words.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: dialogues; None for all.
        progress: called with (dialogues done, dialogues).

    Returns:
        shares of follow-ups with exactly the right regions: "exact", "told" and "alone", as the
        mean over sorts; "exact" and "told" of each sort; "first" of first questions, whose errors
        follow-ups inherit; "whole" and "whole told": dialogues without an error; "n" follow-ups.
    """
    samples = []
    for sample in vhr10(root, "val"):
        if sample.objects:
            with open_scene(sample.path) as scene:
                samples.append((sample, (float(scene.info.width), float(scene.info.height))))
    hits: dict[str, dict[str, list[bool]]] = {
        way: {sort: [] for sort in ("first", *SORTS)} for way in ("exact", "told", "alone")
    }
    whole: dict[str, list[bool]] = {"exact": [], "told": []}
    for one in followed(dialogues(samples, COUNT if limit is None else limit), progress):
        with open_scene(one.sample.path) as scene:
            for way in whole:
                right = hold(one, scene, model, told=way == "told")
                whole[way].append(all(right))
                for turn, hit in zip(one.turns, right, strict=True):
                    hits[way][turn.sort].append(hit)
            for turn in one.turns[1:]:
                hits["alone"][turn.sort].append(
                    _right(ask(scene, turn.text, model).regions, one, turn)
                )
    mean = {
        way: [float(np.mean(by[sort])) for sort in SORTS if by[sort]] for way, by in hits.items()
    }
    if not mean["exact"]:
        return {"n": 0}
    figures: Figures = {way: float(np.mean(values)) for way, values in mean.items()}
    figures |= {sort: float(np.mean(found)) for sort, found in hits["exact"].items() if found}
    figures |= {
        f"{sort} told": float(np.mean(found))
        for sort, found in hits["told"].items()
        if found and sort in SORTS
    }
    figures |= {
        "whole": float(np.mean(whole["exact"])),
        "whole told": float(np.mean(whole["told"])),
    }
    return {
        **figures,
        "n": sum(len(found) for sort, found in hits["exact"].items() if sort in SORTS),
    }


def hold(one: Dialogue, scene: Scene, model: Model, told: bool) -> list[bool]:
    """Ask the turns of a dialogue one after the other.

    Args:
        one: the dialogue.
        scene: its image, open.
        model: that answers.
        told: the labelled objects stand for what was found before, and for what is found now.

    Returns:
        whether each turn got exactly the objects meant.
    """
    asked = cast(Model, _Told(model, one)) if told else model
    right: list[bool] = []
    last: Turn | None = None
    for turn in one.turns:
        if told and last is not None:
            before = one.turns[len(right) - 1]
            meant = tuple(_regions(one)[i] for i in before.meant)
            last = replace(
                last,
                answer=replace(last.answer, regions=meant),
                pool=last.pool if last.sort == "choose" else meant,
            )
        try:
            last = follow(turn.text, last, scene, asked)
            right.append(_right(last.answer.regions, one, turn))
        except GeomagError:
            right.append(False)
            if told:
                last = follow(one.turns[0].text, None, scene, asked)
    return right


def _right(regions: tuple[Region, ...], one: Dialogue, turn: Asked) -> bool:
    boxes = np.array([one.sample.objects[i].box for i in turn.meant], np.float32).reshape(-1, 4)
    return same([r for r in regions if r.label in one.sample.kinds], boxes)


def _regions(one: Dialogue) -> list[Region]:
    return [Region(o.kind, 1.0, o.box) for o in one.sample.objects]


class _Told:
    """A model that finds exactly the labelled objects of the classes it parses from the question.

    Parsing and choice are the wrapped model's.
    """

    def __init__(self, model: Model, one: Dialogue) -> None:
        self._model, self._objects = model, one.sample.objects

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def answer(self, query: Query, granularity: Granularity, views: Sequence[View]) -> ModelOutput:
        """See `protocol.Model`."""
        reply = self._model.answer(query, granularity, views)
        wanted = [o for o in self._objects if o.kind in (*reply.asked, *reply.landmarks)]
        replies = []
        for view, said in zip(views, reply.views, strict=True):
            boxes = view.window.placement.to_view(
                np.array([o.box for o in wanted], np.float32).reshape(-1, 4)
            ).tolist()
            found = tuple(
                Detection(o.kind, 1.0, (x0, y0, x1, y1))
                for o, (x0, y0, x1, y1) in zip(wanted, boxes, strict=True)
            )
            replies.append(replace(said, found=found))
        return replace(reply, views=tuple(replies))
