"""What is in this box? One of the classes of objects, or none of them.

The box classifier was trained with boxes of nothing as its last class, and the detector is asked
for the class that it names: a logistic regression over what both see decides whether the object is
of that class at all. Its weights are fitted on labelled boxes, boxes of bare ground and boxes of
other objects (`lab/geomagnifier_lab/train/unknown.py`) and kept in the card; a model whose card has
none names a class for every box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from geomagnifier.language import chinese_answers
from geomagnifier.models.small import box_features
from geomagnifier.models.small.maps import STRIDE
from geomagnifier.models.small.numerics import softmax
from geomagnifier.models.small.question_reader import QuestionReader
from geomagnifier.models.small.text_writer import ViewMemory
from geomagnifier.types import Floats, View

SURE = 15.0
"""Log odds are clipped to this either way."""


class InBox(NamedTuple):
    """What a box shows."""

    label: str
    """The likeliest class."""
    probability: float
    """Its probability among the classes."""
    evidence: Floats
    """(IN_BOX - 1,) evidence that the object is of the class at all: log odds of the class against
    "no object" by the box classifier, of the hottest centre of the class in the box, and of the
    class being in the view; then the box classifier's last hidden layer.
    """


def look(reader: QuestionReader, view: View, boxes: Floats) -> list[InBox]:
    """Name what each box shows.

    Args:
        reader: of the model; its detector is asked for the class that the box classifier names.
        view: that shows the boxes.
        boxes: (N, 4) view px.
    """
    detector = reader.detector
    features = detector.views.see(view)
    assert features.pyramid is not None
    described = box_features.describe(detector.sessions, features.pyramid, boxes)
    logits = box_features.named(detector.sessions, described)
    best = [likeliest(row, detector.objects, detector.within) for row in softmax(logits[:, :-1])]
    named = sorted({label for label, _ in best}, key=detector.objects.index)
    maps, presence = detector.decode(_states(reader, named, features.memory), features)
    found = []
    for n, (label, probability) in enumerate(best):
        q = named.index(label)
        of = [detector.objects.index(name) for name in detector.family(label)]
        heat = float(cut(maps.centre[0, q], boxes[n]).max())
        likely = float(presence[q].clip(1e-6, 1 - 1e-6))
        against = float(np.logaddexp.reduce(logits[n, of]) - logits[n, -1])
        odds = np.array([against, heat, np.log(likely / (1 - likely))], np.float32)
        odds = odds.clip(-SURE, SURE)
        found.append(InBox(label, probability, np.concatenate([odds, described[n]])))
    return found


def likeliest(
    likely: Floats, objects: Sequence[str], within: Mapping[str, str]
) -> tuple[str, float]:
    """The class of a box and its probability.

    A wide class has the probability of all within it; one of these is named in its place where it
    has more than half of that.

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


def _states(reader: QuestionReader, classes: Sequence[str], memory: ViewMemory) -> Floats:
    """States of classes, (K, 256), each asked for by itself.

    Of the text decoder, or where it has no word the image side's own.
    """
    worded = [name for name in classes if name in reader.worded]
    others = [name for name in classes if name not in worded]
    rows = dict(zip(others, reader.detector.class_states(others), strict=True))
    if worded:
        states = reader.states_apart(worded, memory, pixel=False)
        rows |= dict(zip(worded, states, strict=True))
    return np.stack([rows[name] for name in classes])


def cut(cells: Floats, box: Floats) -> Floats:
    """The cells of a map that a box touches, one at least, (h', w').

    Args:
        cells: (h, w), cells of 4 px.
        box: (4,) view px.
    """
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
    """Whether the object is of the class.

    Args:
        evidence: of `InBox`.
        weights: intercept and slopes of the logistic regression; without any, every box is known.
    """
    return not len(weights) or weights[0] + float(np.dot(weights[1:], evidence)) >= 0


def refused(classes: Sequence[str], others: Sequence[str], language: str) -> str:
    """The sentence about a box that shows no known class.

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
