"""The weights in the package, on scenes drawn by our own code and, where the data sets are at hand, on real pictures."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import geomagnifier as gm
from geomagnifier.data.drawn import draw_scene
from geomagnifier.eval.iou import intersection_over_union


@pytest.fixture(scope="module")
def model():
    return gm.load_model("small")


def painted(scene, kind):
    canvas = Image.new("1", scene.pixels.shape[1::-1])
    for thing in scene.objects:
        if thing.kind == kind:
            ImageDraw.Draw(canvas).polygon([tuple(p) for p in thing.polygon.tolist()], fill=1)
    return np.asarray(canvas, bool)


@pytest.mark.parametrize(("theme", "kind"), [("airport", "airplane"), ("tank farm", "storage tank"), ("sports ground", "tennis court")])
def test_drawn_objects_are_segmented(model, theme, kind):
    drawn = draw_scene(101, 640, 480, theme)
    with gm.open_scene(drawn.pixels) as scene:
        answer = gm.ask(scene, f"Please segment the {kind}s in this picture", model)
    assert answer.granularity == gm.Granularity.PIXEL
    assert intersection_over_union(answer.mask, painted(drawn, kind)) > 0.5
    assert {r.label for r in answer.regions} == {kind}


def test_what_is_not_there_and_what_was_never_taught(model):
    drawn = draw_scene(101, 640, 480, "tank farm")
    with gm.open_scene(drawn.pixels) as scene:
        absent = gm.ask(scene, "Mark the pixels of all ground track fields", model)
        unknown = gm.ask(scene, "Segment the giraffes", model)
    assert not absent.mask.any()
    assert "No ground track field" in absent.text
    assert not unknown.mask.any()
    assert "not taught" in unknown.text


def test_what_it_cannot_choose_it_says(model):
    drawn = draw_scene(101, 640, 480, "airport")
    with gm.open_scene(drawn.pixels) as scene:
        assert "does not choose" in gm.ask(scene, "Segment the largest airplane", model).text
        assert "does not choose" not in gm.ask(scene, "Segment the airplanes", model).text


def test_a_box_is_named(model):
    drawn = draw_scene(101, 640, 480, "airport")
    plane = max((o for o in drawn.objects if o.kind == "airplane"), key=lambda o: np.prod(np.ptp(o.polygon, axis=0)))
    box = (*plane.polygon.min(0).tolist(), *plane.polygon.max(0).tolist())
    with gm.open_scene(drawn.pixels) as scene:
        for question in (
            "Which object is inside the box?",
            "Determine the type of the target in [743,178,801,1069].",
            "What object is this?",
        ):
            answer = gm.ask(scene, question, model, box=box)
            assert [r.label for r in answer.regions] == ["airplane"]
        assert not gm.ask(scene, "Segment the giraffes", model, box=box).mask.any()


def test_sentences_and_pictures_share_a_space(model):
    vectors = [gm.embed(text, model) for text in ("a harbor with many boats", "a dense forest")]
    with gm.open_scene(draw_scene(5, 400, 400, "harbour").pixels) as scene:
        vectors.append(gm.embed(scene, model))
    for vector in vectors:
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)
    assert vectors[0] @ vectors[2] > vectors[1] @ vectors[2]


def test_real_pictures(model):
    root = Path(os.environ.get("GEOMAG_DATA", "")) / "vhr10"
    if not (root / "instances_val.json").is_file():
        pytest.skip("GEOMAG_DATA is not set to the data sets")
    coco = json.loads((root / "instances_val.json").read_text())
    names = {c["id"]: c["name"].replace("_", " ") for c in coco["categories"]}
    scores = []
    for image in coco["images"][:12]:
        mine = [a for a in coco["annotations"] if a["image_id"] == image["id"]]
        kind = mine[0]["category_id"]
        truth = Image.new("1", (image["width"], image["height"]))
        for a in mine:
            if a["category_id"] == kind:
                for ring in a["segmentation"]:
                    ImageDraw.Draw(truth).polygon(ring, fill=1)
        with gm.open_scene(root / "images" / image["file_name"]) as scene:
            answer = gm.ask(scene, f"Give me the mask of the {names[kind]}s", model)
        scores.append(intersection_over_union(answer.mask, np.asarray(truth, bool)))
    assert np.mean(scores) > 0.6
