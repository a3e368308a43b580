"""For which classes boxes are refined."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from geomagnifier.finetuning.thresholds import Evidence
from geomagnifier.models import registry
from geomagnifier.models.small.model import SmallModel
from geomagnifier_lab.networks.box_refiner import BoxRefiner
from geomagnifier_lab.train import refined_classes
from geomagnifier_lab.train.refined_classes import average_precision, choose, figure, useful


def test_average_precision_by_hand_and_near_that_of_coco() -> None:
    assert average_precision([(0.9, True), (0.8, False), (0.7, True)], 2) == pytest.approx(
        (1 + 2 / 3) / 2
    )
    assert average_precision([], 3) == average_precision([(0.5, True)], 0) == 0.0
    rng = np.random.default_rng(4)
    scores, hits = rng.random(400), rng.random(400) < 0.6
    truth = [
        {
            "id": i + 1,
            "image_id": 1,
            "category_id": 1,
            "bbox": [30 * i, 0, 20, 20],
            "area": 400,
            "iscrowd": 0,
        }
        for i in range(500)
    ]
    found = [
        {
            "image_id": 1,
            "category_id": 1,
            "bbox": [30 * i, 0 if hit else 500, 20, 20],
            "score": float(score),
        }
        for i, (score, hit) in enumerate(zip(scores, hits, strict=True))
    ]
    coco = COCO()
    coco.dataset = {
        "info": {},
        "images": [{"id": 1}],
        "categories": [{"id": 1, "name": "ship"}],
        "annotations": truth,
    }
    coco.createIndex()
    judged = COCOeval(coco, coco.loadRes(found), "bbox")
    judged.params.maxDets = [1, 100, 1000]
    judged.evaluate()
    judged.accumulate()
    theirs = judged.eval["precision"][0, :, 0, 0, 2].mean()
    assert average_precision(
        list(zip(scores.tolist(), hits.tolist(), strict=True)), 500
    ) == pytest.approx(theirs, abs=0.01)


def test_a_figure_is_the_mean_over_sets_that_are_labelled_whole() -> None:
    good, bad = (
        Evidence(objects=[(0.9, True, 1.0)], labelled=1),
        Evidence(objects=[(0.9, False, 1.0)], labelled=1),
    )
    partly = Evidence(objects=[(0.9, True, 1.0)], labelled=2, complete=False)
    assert figure({"a": good, "b": bad, "c": partly}) == 0.5 and figure({"c": partly}) == 0.5
    assert figure({}) is None


def test_classes_that_lose_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ships are found the same with it, airplanes worse, and of other classes nothing is known."""
    small = registry.load_small()
    small.detector.refiner = BoxRefiner(small.objects)

    def found(model: SmallModel, *of: object) -> dict[str, dict[str, Evidence]]:
        hit = model.detector.refiner is None
        kinds = {"ship": True, "airplane": hit}
        return {
            k: {"a": Evidence(objects=[(0.9, kinds[k], 1.0)], labelled=1)} if k in kinds else {}
            for k in model.kinds
        }

    monkeypatch.setattr(refined_classes, "gather", found)
    chosen = useful(small, tmp_path)
    assert "airplane" not in chosen and "ship" in chosen and len(chosen) == len(small.objects) - 1
    assert small.detector.refiner is not None


def test_a_folder_without_a_refiner_stays_as_it_is(tmp_path: Path) -> None:
    choose(tmp_path, tmp_path)
    assert not (tmp_path / registry.REFINER).exists()
