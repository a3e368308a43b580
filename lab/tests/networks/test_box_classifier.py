"""The box classifier pools what lies in a box."""

from __future__ import annotations

import pytest
import torch

from geomagnifier.models.networks.pixel_decoder import Pyramid
from geomagnifier_lab.networks.box_classifier import BoxClassifier, pool


def test_the_mean_is_of_the_box_alone() -> None:
    feature = torch.zeros(1, 1, 8, 8)
    feature[..., 4:, 4:] = 3.0  # from 32 px on, at stride 8
    boxes = torch.tensor([[0.0, 0, 24, 24], [40, 40, 64, 64], [0, 0, 64, 64]])
    inside, beyond, both = pool(feature, boxes, 8)[:, 0].tolist()
    assert (inside, beyond) == (0, 3) and 0 < both < 3


def test_logits_are_of_the_classes_and_background() -> None:
    torch.manual_seed(0)
    classifier = BoxClassifier(kinds=4, width=8).eval()
    pyramid = Pyramid(*(torch.randn(1, 8, 32 // k, 32 // k) for k in (1, 2, 4)))
    boxes = torch.tensor([[8.0, 8, 40, 40], [60, 60, 100, 90]])
    logits = classifier(pyramid, boxes)
    assert logits.shape == (2, 5)
    assert torch.equal(logits, classifier.name(classifier.describe(pyramid, boxes)))
    assert classifier(pyramid, boxes[:0]).shape == (0, 5)
    assert logits[0].tolist() == pytest.approx(classifier(pyramid, boxes[:1])[0].tolist(), abs=1e-5)
