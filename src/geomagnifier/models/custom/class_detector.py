"""Finds custom classes: the maps of their heads, read as the small model reads its own.

Classes without a head of their own, which the image side was trained on after the text decoder, are
looked for by the image side's states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from geomagnifier.errors import OptionError
from geomagnifier.models.custom.class_heads import CustomClass, Heads, presence
from geomagnifier.models.small.cells import crop, shrink
from geomagnifier.models.small.class_thresholds import ClassThresholds
from geomagnifier.models.small.feature_cache import finest
from geomagnifier.models.small.instances import (
    LOWEST_HEAT,
    combine,
    detections,
    find_peaks,
    inside,
)
from geomagnifier.models.small.maps import DenseMaps
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.numerics import sigmoid, twice
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.models.small.size_prior import size_prior
from geomagnifier.models.small.vocabulary import kind_token
from geomagnifier.results import ClassMask, Detection
from geomagnifier.types import LEVEL, Floats, Granularity, Query, View

UNPROMISED = 0.05
"""Least score of an object where a share of them must be found: what share that makes was not
measured for custom classes.
"""

CLOSER = 0.85
"""Factor on the score threshold of a taught class in a closer window: the proposal network, too,
has taken the place for an object of the class.
"""


class ClassDetector:
    """Finds one class in one view.

    Args:
        base: the small model, whose features of views the heads read.
        heads: of each run of fine-tuning, with the names of its classes in their order. Of two of
            one name the later one counts.
        classes: all that can be found, by name.
        own: those of them that have heads.
    """

    def __init__(
        self,
        base: SmallModel,
        heads: Sequence[tuple[Heads, Sequence[str]]],
        classes: Mapping[str, CustomClass],
        own: Mapping[str, CustomClass],
    ) -> None:
        self.base, self.classes, self.own = base, classes, own
        self.place = {name: (of, k) for of, names in heads for k, name in enumerate(names)}
        self.thresholds = {name: ClassThresholds(**kind.calibration) for name, kind in own.items()}
        self._prepared: tuple[str, Heads, Sequence[Floats]] | None = None

    def maps(self, class_name: str, view: View) -> DenseMaps:
        """Dense maps (1, 1, ...) of a class in a view.

        Args:
            class_name: that is looked for.
            view: to search.
        """
        if class_name not in self.own:
            features, read = self.base.views.see(view), ParsedQuestion((class_name,))
            states = self.base.reader.states(Query(class_name), read, features.memory, pixel=True)
            return self.base.detector.decode(states, features)[0]
        heads, number = self.place[class_name]
        prepared = self._prepared
        # classes of one run follow each other, and read the same features
        if prepared is None or prepared[:2] != (view.key, heads):
            pyramid = self.base.views.see(view).pyramid
            assert pyramid is not None
            sessions = self.base.networks.small
            levels = (finest(sessions, pyramid), pyramid.f2, pyramid.f3)
            prepared = self._prepared = (view.key, heads, heads.prepare(sessions, levels))
        return heads.maps(self.base.networks.small, prepared[2], number)

    def heat(self, class_name: str, view: View) -> Floats:
        """The class's own mask and centres as a relevance map, (ceil(h/2), ceil(w/2)) in 0..1.

        Args:
            class_name: that is looked for.
            view: to search.
        """
        maps, of = self.maps(class_name, view), self.classes[class_name]
        centre = twice(maps.centre)
        best = maps.mask if of.stuff else np.maximum(maps.mask, centre) if of.masks else centre
        return sigmoid(crop(best[0, 0], view))

    def find(
        self, class_name: str, query: Query, granularity: Granularity, view: View
    ) -> tuple[list[Detection], ClassMask]:
        """Objects of a class in a view, and its mask.

        Args:
            class_name: that is looked for.
            query: says what score or recall an object must reach.
            granularity: objects get masks of their own at pixel level.
            view: to search.

        Raises:
            OptionError: the linear decoder is asked for, which draws no masks of custom classes.
        """
        if class_name not in self.own:
            asked, read = replace(query, text=kind_token(class_name)), ParsedQuestion((class_name,))
            reply = self.base.find(asked, granularity, read, view)
            return list(reply.found), reply.covers[0]
        if query.variant.linear:
            raise OptionError(
                f"{class_name} was taught with masks of its own, which the linear decoder does not"
                " draw; ask without that variant"
            )
        maps, own = self.maps(class_name, view), self.own[class_name]
        threshold, there = self.thresholds[class_name], presence(maps, own.stuff)
        # who names a score or a recall of his own wants all that pass it, likely there or not
        forced = query.min_score is not None or query.recall is not None
        open_gate = forced or there >= threshold.presence
        probability = sigmoid(crop(maps.mask[0, 0], view))
        if view.valid is not None:
            probability = probability * shrink(view.valid)
        if not open_gate or not own.masks:
            probability = np.zeros_like(probability)
        found: list[Detection] = []
        if open_gate and not own.stuff:
            masks = granularity is Granularity.PIXEL and own.masks
            found = self._objects(
                class_name, maps, self._lowest(query, threshold, view), view, masks
            )
        return found, ClassMask(class_name, there, probability, threshold.mask, not own.stuff)

    def _lowest(self, query: Query, threshold: ClassThresholds, view: View) -> float:
        """The least score of an object in a view."""
        if query.min_score is not None:
            return query.min_score
        if query.recall is not None:
            return UNPROMISED
        return threshold.score * (CLOSER if view.window.role == "closer" else 1.0)

    def _objects(
        self, class_name: str, maps: DenseMaps, lowest: float, view: View, masks: bool
    ) -> list[Detection]:
        peaks = find_peaks(maps.centre[0, 0], maps.sides[0, 0], LOWEST_HEAT)
        boxes = inside(peaks.boxes, view)
        scores = combine(peaks.scores, np.ones_like(peaks.scores), 1.0)
        # thresholds are chosen on windows at full size, without the prior
        if view.window.role == LEVEL:
            scores = scores * size_prior(boxes, self.own[class_name].pixels, view.window)
        return detections(
            class_name, boxes, scores, lowest, view, maps.offset[0, 0] if masks else None
        )
