"""What is in this box? One of the classes of objects, or none of them.

The box classifier was trained with boxes of nothing as its last class, and the detector is asked
for the class that it names: a logistic regression over what both see decides whether the thing is
of that class at all. Its weights are fitted on labelled boxes, boxes of bare ground and boxes of
other things (`lab/geomagnifier_lab/train/unknown.py`) and kept in the card; a model whose card has
none names a class for every box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from geomagnifier.language import chinese_answers
from geomagnifier.models.small import question_parser
from geomagnifier.models.small.feature_cache import ViewFeatures
from geomagnifier.models.small.pixel_decoder import STRIDE
from geomagnifier.models.small.text_encoder import stacked
from geomagnifier.types import Floats, View

if TYPE_CHECKING:
    from geomagnifier.models.small.model import SmallModel

SURE = 15.0
"""Log odds beyond this say no more."""


class InBox(NamedTuple):
    """The likeliest class of a box, its probability among the classes, and (IN_BOX - 1,) evidence that the thing is of it at all."""

    label: str
    probability: float
    evidence: Floats
    """Log odds of the class against "no object" by the box classifier, of the hottest centre of the
    class in the box, and of the class being in the view; then what the box classifier's last hidden
    layer sees.
    """


def look(model: SmallModel, view: View, boxes: Floats) -> list[InBox]:
    """Name what each box shows.

    Args:
        model: within `_running`.
        view: that shows the boxes.
        boxes: (N, 4) view px.
    """
    seen = model.views.see(view)
    assert seen.pyramid is not None
    described = model.network.box_classifier.describe(seen.pyramid, torch.from_numpy(boxes))
    logits = model.network.box_classifier.name(described).float()
    best = [likeliest(row, model.objects, model.within) for row in torch.softmax(logits[:, :-1], 1)]
    named = sorted({label for label, _ in best}, key=model.objects.index)
    maps, presence = model._decode(_states(model, named, seen), seen)
    found = []
    for n, (label, probability) in enumerate(best):
        q, of = named.index(label), [model.objects.index(kind) for kind in model.family(label)]
        heat = float(cut(maps.centre[0, q], boxes[n]).float().amax())
        there = float(torch.logit(presence[q], 1e-6))
        odds = np.array(
            [float(torch.logsumexp(logits[n, of], 0) - logits[n, -1]), heat, there], np.float32
        ).clip(-SURE, SURE)
        found.append(
            InBox(label, probability, np.concatenate([odds, described[n].float().numpy()]))
        )
    return found


def likeliest(
    likely: Tensor, objects: Sequence[str], within: Mapping[str, str]
) -> tuple[str, float]:
    """The class of a box and its probability.

    A wide class has that of all within it, and is named where none of these has the most of it.

    Args:
        likely: (len(objects),) probabilities.
        objects: classes.
        within: narrow class -> the wide one that holds it.
    """
    of = {kind: float(p) for kind, p in zip(objects, likely.tolist(), strict=True)}
    wide = {
        kind: [k for k in objects if kind in (k, within.get(k))]
        for kind in objects
        if kind not in within
    }
    best = max(wide, key=lambda kind: sum(of[k] for k in wide[kind]))
    whole = sum(of[k] for k in wide[best])
    narrow = max(wide[best], key=lambda kind: of[kind])
    return (narrow, of[narrow]) if of[narrow] > whole / 2 else (best, whole)


def _states(model: SmallModel, kinds: Sequence[str], seen: ViewFeatures) -> Tensor:
    """States of classes, (K, 256).

    Of the text decoder, or where it has no word the image side's own.
    """
    worded = [kind for kind in kinds if kind in model.worded]
    rows = {
        kind: model.network.states.weight[model.kinds.index(kind)]
        for kind in kinds
        if kind not in worded
    }
    if worded:
        states, padding = stacked([model._name(kind) for kind in worded])
        with torch.autocast("cpu", enabled=False):
            seg = question_parser.point_each(
                model.network.text, model.words, states, padding, seen.memory, worded, False
            )
        rows |= dict(zip(worded, seg, strict=True))
    return torch.stack([rows[kind] for kind in kinds])


def cut(cells: Tensor, box: Floats) -> Tensor:
    """The cells of 4 px of a map (h, w) that a box (4,) in view px touches, one at least."""
    height, width = cells.shape
    x0, y0 = (
        min(max(0, int(v // STRIDE)), n - 1)
        for v, n in zip(box[:2].tolist(), (width, height), strict=True)
    )
    x1, y1 = (
        max(first + 1, int(np.ceil(v / STRIDE)))
        for v, first in zip(box[2:].tolist(), (x0, y0), strict=True)
    )
    return cells[y0:y1, x0:x1]


def known(evidence: Floats, weights: Sequence[float]) -> bool:
    """Whether the thing is of the class.

    Weights: intercept and slopes; none names a class for every box.

    Args:
        evidence: of `InBox`.
    """
    return not len(weights) or weights[0] + float(np.dot(weights[1:], evidence)) >= 0


def refused(classes: Sequence[str], others: Sequence[str], language: str) -> str:
    """The sentence about a box on something unknown.

    Args:
        classes: that a box can be named as.
        others: further classes of the model, of land cover, which are outlined where they are asked
            for by name.
        language: "en" or "zh".
    """
    if language == "zh":
        names = "、".join(map(chinese_answers.noun, classes))
        more = (
            f"其他类别（{'、'.join(map(chinese_answers.noun, others))}）请按名称提问，"
            f"如“分割{chinese_answers.noun(others[0])}”。"
            if others
            else ""
        )
        return f"框中的目标不属于可以识别的任何类别：{names}。{more}"
    more = (
        f' Ask for the others by name ({", ".join(others)}), as in "Segment every {others[0]}."'
        if others
        else ""
    )
    return f"This is none of the classes that a box can be named as: {', '.join(classes)}.{more}"
