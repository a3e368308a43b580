"""The detector: dense maps of a view -> objects with boxes and masks, and a mask for each class.

It knows no question. What to look for comes as one state of 256 numbers for each class, from the
text decoder or from the image side's own table (`Detector.class_states`); the features of a view
come from `feature_cache.Views`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geomagnifier.errors import OptionError
from geomagnifier.models.small.box_features import FIT, Refiner, better, describe, named
from geomagnifier.models.small.cells import crop, shrink
from geomagnifier.models.small.class_thresholds import ClassThresholds
from geomagnifier.models.small.closer_look import look_closer, seen_best
from geomagnifier.models.small.feature_cache import ViewFeatures, Views, finest
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.instances import LOWEST_HEAT, combine, detections, find_peaks
from geomagnifier.models.small.maps import MASK_STRIDE, DenseMaps, bend, draw
from geomagnifier.models.small.numerics import sigmoid, softmax
from geomagnifier.models.small.proposal_heat import ProposalHeat
from geomagnifier.models.small.score_calibration import ScoreCalibration
from geomagnifier.models.small.size_prior import size_prior
from geomagnifier.results import ClassMask, Detection, ViewPrediction
from geomagnifier.types import Floats, View

SLACK = 0.9999
"""Of the least raw score that is worth a second look: single precision rounds."""


@dataclass(eq=False)
class Detector:
    """Finds objects and class masks in a view. See the module."""

    sessions: Sessions
    """Of the small model: its pixel decoder, presence head, box classifier and class states."""
    views: Views
    """Features of views."""
    classes: Sequence[str]
    """Class names, in the order of the states."""
    objects: Sequence[str]
    """Those with separate objects, in the order of the box classifier."""
    within: Mapping[str, str]
    """Narrow class -> the wide one that holds it."""
    thresholds: Mapping[str, ClassThresholds]
    """By class."""
    reliability: ScoreCalibration
    """Raw scores -> probabilities."""
    proposals: ProposalHeat
    """The usual length of each class, and the score that a promised recall takes."""
    refiner: Refiner | None = None
    """Corrects boxes; None leaves them as the pixel decoder has them."""
    closer: Refiner | None = None
    """Corrects boxes of thin things, on enlarged parts of the view, in place of `refiner`."""
    linear: Sessions | None = None
    """The pixel decoder as the paper writes it; None where the model has none."""

    def family(self, class_name: str) -> tuple[str, ...]:
        """A class, and the narrow ones within it."""
        narrow = (name for name, wide in self.within.items() if wide == class_name)
        return (class_name, *narrow)

    def class_states(self, classes: Sequence[str]) -> Floats:
        """The image side's own states of some classes, (Q, 256)."""
        rows = [self.classes.index(name) for name in classes]
        return self.sessions.weights["states.weight"][rows]

    def decode(self, states: Floats, features: ViewFeatures) -> tuple[DenseMaps, Floats]:
        """Maps of the classes in a view, and how likely each is there at all.

        Args:
            states: (Q, 256), one for each class.
            features: of the view.

        Returns:
            maps (1, Q, ...), and probabilities (Q,).
        """
        bias = self.sessions.weights["decoder.bias"][None]
        maps = draw(self.sessions, features.prepared, bend(self.sessions, states), bias)
        (logits,) = self.sessions.run(
            "presence", states=states, mask=maps.mask, centre=maps.centre, last=features.last
        )
        return maps, sigmoid(logits[:, 0])

    def find(
        self,
        classes: Sequence[str],
        states: Floats,
        view: View,
        *,
        masks: bool,
        min_score: float | None = None,
        recall: float | None = None,
        linear: bool = False,
    ) -> ViewPrediction:
        """Objects and masks of classes in a view.

        Args:
            classes: Q names.
            states: (Q, 256), what each is looked for by.
            view: to search.
            masks: objects get the cells that belong to them; else boxes alone.
            min_score: least probability of an object; None for the class's own threshold.
            recall: share of the objects that must be found; None for the class's own threshold.
            linear: masks by the linear decoder.

        Raises:
            OptionError: `linear`, and the model has no such decoder.
        """
        features = self.views.see(view)
        maps, presence = self.decode(states, features)
        if linear:
            maps = maps._replace(mask=self._linear_masks(states, features))
        found: list[Detection] = []
        covers: list[ClassMask] = []
        for q, name in enumerate(classes):
            threshold, there = self.thresholds[name], float(presence[q])
            # who names a score or a recall of his own wants all that pass it, likely there or not
            open_gate = min_score is not None or recall is not None or there >= threshold.presence
            separate = name in self.objects
            probability = sigmoid(crop(maps.mask[0, q], view))
            if separate and open_gate:
                lowest = self._lowest(name, min_score, recall)
                found += self.find_objects(
                    name, maps, q, there, lowest, features, view, masks=masks
                )
            if view.valid is not None:
                probability = probability * shrink(view.valid)
            if not open_gate:
                probability = np.zeros_like(probability)
            usual = self.proposals.sizes[name].pixels if separate else 0.0
            covers.append(ClassMask(name, there, probability, threshold.mask, separate, usual))
        return ViewPrediction(tuple(found), tuple(covers), MASK_STRIDE)

    def find_objects(
        self,
        class_name: str,
        maps: DenseMaps,
        q: int,
        presence: float,
        lowest: float,
        features: ViewFeatures,
        view: View,
        *,
        masks: bool,
    ) -> list[Detection]:
        """Objects of one class whose probability reaches a threshold, best first.

        Args:
            class_name: of objects.
            maps: of `decode`.
            q: the class's index in the maps.
            presence: probability that the class is there.
            lowest: least probability of an object.
            features: of the view.
            view: that the maps are of.
            masks: objects get the cells that belong to them; else boxes alone.
        """
        # A score is at most its raw score, corrected or not, and a box is dropped for a better one
        # alone: boxes that cannot reach the threshold need no second look.
        closer = self.closer if self.closer and class_name in self.closer.classes else None
        refiner = self.refiner if self.refiner and class_name in self.refiner.classes else None
        least = float(self.reliability.raw(class_name, lowest)) * SLACK
        if closer or refiner:
            least = least ** (1 / (1 - FIT))
        heat = max(LOWEST_HEAT, least / max(presence, 1e-9) ** 0.25)
        peaks = find_peaks(maps.centre[0, q], maps.sides[0, q], heat)
        if not len(peaks.scores):
            return []
        assert features.pyramid is not None
        likely = softmax(
            named(self.sessions, describe(self.sessions, features.pyramid, peaks.boxes))
        )
        # a box of a narrow class is one of the wide class as well
        own = likely[:, [self.objects.index(name) for name in self.family(class_name)]].sum(1)
        raw = combine(peaks.scores, own, presence)
        worth = raw >= least
        if closer:
            worth &= seen_best(peaks.boxes, self.proposals.sizes[class_name].pixels, view.window)
        boxes, raw = peaks.boxes[worth], raw[worth]
        if not len(raw):
            return []
        (state,) = self.class_states([class_name])
        if closer:
            boxes, raw = look_closer(
                closer, self.sessions, view.pixels, features.pyramid, boxes, raw, state
            )
        elif refiner:
            boxes, raw = better(refiner, self.sessions, features.pyramid, boxes, raw, state)
        prior = size_prior(boxes, self.proposals.sizes[class_name].pixels, view.window)
        scores = self.reliability.probability(class_name, raw * prior)
        offset = maps.offset[0, q] if masks else None
        return detections(class_name, boxes, scores, lowest, view, offset)

    def _lowest(self, class_name: str, min_score: float | None, recall: float | None) -> float:
        """The least probability of an object of a class."""
        if min_score is not None:
            return min_score
        lowest = self.thresholds[class_name].score
        if recall is not None:
            lowest = self.proposals.least(class_name, recall)
        return float(self.reliability.probability(class_name, lowest))

    def _linear_masks(self, states: Floats, features: ViewFeatures) -> Floats:
        """Mask logits (1, Q, h, w) by the linear decoder."""
        if self.linear is None:
            raise OptionError(
                "this model has no weights of the linear decoder; recipes/linear_decoder.sh"
                " makes a model that has"
            )
        assert features.pyramid is not None
        seen = features.pyramid
        levels = {"f1": finest(self.sessions, seen), "f2": seen.f2, "f3": seen.f3}
        return self.linear.run("linear_masks", states=states, **levels)[0]
