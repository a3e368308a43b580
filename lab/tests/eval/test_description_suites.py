"""Captions, retrieval, yes and no, and descriptions with masks, on sets of one or two images."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier_lab.eval import description_suites as suites

PICTURES = Path(__file__).parents[3] / "tests/pictures"
SHIPS = ((20, 20, 60, 44), (120, 60, 160, 84))


def scene_set(root: Path, name: str, rows: list[dict[str, object]]) -> None:
    """The airport of the tests under several names, labelled."""
    (root / name / "images").mkdir(parents=True)
    for row in rows:
        with Image.open(PICTURES / "airport.jpg") as picture:
            picture.resize((256, 256)).save(root / name / "images" / str(row["image"]))
    lines = "\n".join(json.dumps(row | {"split": "val"}) for row in rows)
    (root / name / "captions.jsonl").write_text(lines + "\n")


def test_captions_and_retrieval(tmp_path: Path) -> None:
    rows = [
        {"image": f"{k}.png", "class": "airplane", "captions": [said, "planes on an apron"]}
        for k, said in enumerate(("many planes are parked", "a river in a forest"))
    ]
    scene_set(tmp_path, "ucm", rows)
    model = gm.load_model("small")
    told: list[tuple[int, int]] = []
    captions = suites.captions(model, tmp_path, None, lambda *at: told.append(at))
    assert captions["n"] == 2 and captions["CIDEr-D"] >= 0
    assert told == [(1, 2), (2, 2)]
    # the images are the same: which of the two a caption belongs to is chance
    figures = suites.retrieval(model, tmp_path)
    assert figures["t2i R@1"] == pytest.approx(0.5)
    assert figures["i2t R@5"] == 1.0 and figures["n"] == 2
    assert suites.retrieval(model, tmp_path, 1)["mR"] == 1.0


def test_yes_and_no(tmp_path: Path) -> None:
    scene_set(tmp_path, "aid", [{"image": "1.png", "class": "Airport"}])
    model = gm.load_model("small")
    with gm.open_scene(tmp_path / "aid/images/1.png") as scene:
        assert gm.ask(scene, "Is this an airport?", model).value in (True, False)
    figures = suites.yes_no(model, tmp_path)
    assert figures["n"] == 2
    assert {figures["English"], figures["Chinese"]} <= {0.0, 0.5, 1.0}


def test_descriptions_with_masks(tmp_path: Path) -> None:
    folder = tmp_path / "vhr10"
    (folder / "images").mkdir(parents=True)
    Image.fromarray(paint(200, 120, *SHIPS)).save(folder / "images/0.png")
    coco = {
        "images": [{"id": 0, "file_name": "0.png", "width": 200, "height": 120}],
        "categories": [{"id": 1, "name": "ship"}, {"id": 2, "name": "bridge"}],
        "annotations": [
            {
                "id": k,
                "image_id": 0,
                "category_id": 1,
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "segmentation": [[x0, y0, x1, y0, x1, y1, x0, y1]],
            }
            for k, (x0, y0, x1, y1) in enumerate(SHIPS, 1)
        ],
    }
    (folder / "instances_val.json").write_text(json.dumps(coco))

    class Describing(FakeModel):
        """Reads every question as one for masks of all ships."""

        def granularity(self, query):
            return super().granularity(gm.types.Query("segment ships"))

        def answer(self, query, granularity, views):
            return super().answer(gm.types.Query("segment ships"), granularity, views)

    figures = suites.describe(Describing(), tmp_path)
    assert (figures["precision"], figures["recall"], figures["n"]) == (1.0, 1.0, 1)
    assert figures["gIoU"] > 0.9
