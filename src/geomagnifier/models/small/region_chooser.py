"""Which of the regions found a question means: "the largest ship", "the one beside the harbor".

A question about several classes ("the largest ship and the two airplanes on the left") is split
into a clause for each, and the selector asked about one class at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geomagnifier.language import yes_no
from geomagnifier.language.choosing_words import all_meant
from geomagnifier.language.clauses import by_kind
from geomagnifier.language.language_id import language
from geomagnifier.language.one_object import end_asked, one_asked
from geomagnifier.language.positions import asked_part, lies_in
from geomagnifier.models.small import asked_classes
from geomagnifier.models.small.answer_text import shares
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.numerics import sigmoid
from geomagnifier.models.small.question_encoder import QuestionEncoder
from geomagnifier.models.small.score_calibration import ScoreCalibration
from geomagnifier.models.small.selector import (
    CHOSEN,
    choose,
    counted_in_english,
    decide,
    features,
    how_many,
)
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo


class RegionChooser:
    """Asks the selector.

    Args:
        sessions: of the small model.
        encoder: of questions and class names.
        reliability: takes probabilities back to the raw scores that the selector was trained with.
    """

    def __init__(
        self,
        sessions: Sessions,
        encoder: QuestionEncoder,
        reliability: ScoreCalibration,
    ) -> None:
        self.sessions, self.encoder, self.reliability = sessions, encoder, reliability

    def choose(
        self, text: str, scene: SceneInfo, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[int, ...]:
        """Indices, rising, of the regions that are meant; see `model_protocol.Model`.

        Args:
            text: the question.
            scene: whose px the regions are in.
            asked: classes that are asked for.
            regions: of these classes, and of landmarks.
        """
        spoken = language(text)
        present = [name for name in asked if any(r.label == name for r in regions)]
        form = yes_no.asked(text, spoken)
        if form is not None and form.form == "things" and (part := asked_part(text, spoken)):
            # "is there a ship on the left?" is about all that lie there
            inside = [lies_in(box, part) for box in shares(regions, scene)]
            return tuple(i for i, r in enumerate(regions) if r.label in asked and inside[i])
        if len(present) < 2:
            return self._of_one_question(text, scene, present, regions)
        texts = by_kind(
            self.encoder.in_english(text),
            present,
            lambda parts: self.encoder.likeness(parts, present),
        )
        if texts is None:
            return self._of_one_question(text, scene, present, regions)
        chosen: list[int] = []
        for name, clause in zip(present, texts, strict=True):
            kept = [i for i, r in enumerate(regions) if r.label == name or r.label not in asked]
            of_clause = self._of_one_question(clause, scene, [name], [regions[i] for i in kept])
            chosen += [kept[i] for i in of_clause]
        return tuple(sorted(chosen))

    def _of_one_question(
        self, text: str, scene: SceneInfo, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[int, ...]:
        """`choose` with one question about all asked classes; other regions are landmarks."""
        mine = [i for i, r in enumerate(regions) if r.label in asked]
        if len(mine) < 2 or (language(text) == "zh" and asked_classes.names_alone_zh(text)):
            return tuple(mine)
        if len(asked) == 1 and all_meant(self.encoder.in_english(text), asked[0]):
            return tuple(mine)
        text = (language(text) == "zh" and counted_in_english(text, asked[0])) or text
        one = len(asked) == 1 and language(text) == "en" and one_asked(text, asked[0])
        if one and (end := end_asked(text, asked[0])):
            return (mine[farthest([regions[i] for i in mine], scene, end)],)
        boxes = np.array([r.box for r in regions], np.float32)
        scores = self.reliability.raw_of(regions)
        target = np.array([r.label in asked for r in regions])
        numbers = features(boxes, scores, target, (scene.width, scene.height))
        names = np.stack([self.encoder.name(r.label).pooled[0] for r in regions])
        logits, chooses = choose(self.sessions, self.encoder.encode(text), numbers, names)
        chosen = decide(
            logits,
            float(sigmoid(chooses)),
            target,
            how_many(self.encoder.in_english(text)),
        )
        found = [int(i) for i in np.flatnonzero(chosen)]
        if one and len(found) > 1 and sigmoid(chooses) >= CHOSEN:
            part = asked_part(text, "en")
            if not part:
                return (max(found, key=lambda i: float(logits[i])),)
            return (found[farthest([regions[i] for i in found], scene, part)],)
        return tuple(found)


def farthest(regions: Sequence[Region], scene: SceneInfo, end: str) -> int:
    """Which of some regions lies farthest at an end.

    Args:
        regions: at least one.
        scene: whose px they are in.
        end: "left", "upper right" and the like, "largest" or "smallest".
    """
    boxes = np.array([r.box for r in regions], np.float64)
    if end in ("largest", "smallest"):
        areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
        return int((areas if end == "largest" else -areas).argmax())
    x = (boxes[:, 0] + boxes[:, 2]) / 2 / scene.width
    y = (boxes[:, 1] + boxes[:, 3]) / 2 / scene.height
    ways = {"left": -x, "right": x, "upper": -y, "lower": y}
    return int(np.sum([ways[word] for word in end.split()], axis=0).argmax())
