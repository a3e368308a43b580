"""Training of the refiner that looks closer: crops, what counts as right, and that it learns."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from geomagnifier.models import registry
from geomagnifier.models.small.model import SmallModel
from geomagnifier_lab.networks.box_refiner import Refined
from geomagnifier_lab.train import closer_refiner, part
from geomagnifier_lab.train.closer_refiner import Samples, cut_out, loss_of, pair_overlap

BOX = (120.0, 140.0, 180.0, 170.0)


@pytest.fixture(scope="module")
def small() -> SmallModel:
    return registry.load_small()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two training images with a drawn turbine each, and one of validation."""
    folder = tmp_path / "data" / "more" / "wind_turbines_iowa"
    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for number in (1, 2, 5):
        image = Image.new("RGB", (300, 300), (70, 110 + number, 60))
        draw = ImageDraw.Draw(image)
        draw.line((122, 155, 178, 155), (240, 240, 240), 2)
        draw.line((150, 141, 152, 169), (240, 240, 240), 2)
        image.save(folder / "images" / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": 300, "height": 300})
        box = [BOX[0], BOX[1], BOX[2] - BOX[0], BOX[3] - BOX[1]]
        annotations.append({"id": number, "image_id": number, "category_id": 1, "bbox": box})
    coco = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "wind turbine"}],
    }
    (folder / "labels.json").write_text(json.dumps(coco))
    return tmp_path / "data"


def test_crops_hold_the_object_where_its_label_says() -> None:
    image = Image.new("RGB", (300, 300), (0, 0, 0))
    ImageDraw.Draw(image).rectangle((120, 140, 179, 169), (255, 255, 255))
    rng, boxes = np.random.default_rng(0), np.array([BOX], np.float32)
    for _ in range(20):
        cut = cut_out(image, boxes, 0, rng)
        rows, columns = np.nonzero(cut.pixels.max(2) > 100)
        seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert len(cut.whole) == 1 and not len(cut.cut)
        assert np.allclose(cut.whole[0], seen, atol=3)
        assert max(cut.pixels.shape[:2]) <= 322


def test_what_a_crop_cuts_is_not_whole() -> None:
    image = Image.new("RGB", (300, 300))
    boxes = np.array([BOX, (0, 0, 300, 300)], np.float32)
    cut = cut_out(image, boxes, 0, np.random.default_rng(1))
    assert len(cut.whole) == 1 and len(cut.cut) == 1


def test_boxes_that_match_nothing_lower_the_fit_alone() -> None:
    boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [50.0, 50.0, 60.0, 60.0]])
    assert pair_overlap(boxes, boxes).tolist() == [1.0, 1.0]
    fit = torch.zeros(2, requires_grad=True)
    hits = torch.tensor([True, False])
    samples = Samples(torch.zeros(2, 1), boxes, boxes[[0, 0]], hits, torch.zeros(2))
    loss_of(Refined(boxes, fit), samples).backward()
    assert fit.grad is not None
    assert float(fit.grad[0]) < 0 < float(fit.grad[1])


def test_it_learns_and_the_model_has_it(
    small: SmallModel, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closer_refiner, "BATCH", 16)
    monkeypatch.setattr(part, "TOLD", 2)
    rows = list(closer_refiner.train(small, root, tmp_path / "run", steps=4, crops=1))
    assert [row["step"] for row in rows] == [2, 4]
    closer_refiner.put(tmp_path / "run", tmp_path)
    card, after = registry.read(tmp_path / registry.CLOSER)
    assert card == {"classes": ["wind turbine"], "enlarged": 2.0}
    _, before = registry.read(registry.WEIGHTS / registry.REFINER)
    same = {name for name in before if np.array_equal(after[name], before[name])}
    assert "reduce.0.weight" in same, "what is kept of a box is of the frozen first layer"
    assert not same & {"edges.weight", "see.weight"}
