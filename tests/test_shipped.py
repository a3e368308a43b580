"""The weights in the package, on scenes drawn by our own code and, where the data sets are at hand,
on real pictures.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import geomagnifier as gm
from geomagnifier.errors import QuestionUnreadable
from geomagnifier.inference.resolution import window_of
from geomagnifier.masks import intersection_over_union
from geomagnifier.types import Granularity, Query
from geomagnifier_lab.render.scene import draw_scene


@pytest.fixture(scope="module")
def model():
    return gm.load_model("small")


def painted(scene, kind):
    canvas = Image.new("1", scene.pixels.shape[1::-1])
    for thing in scene.objects:
        if thing.kind == kind:
            ImageDraw.Draw(canvas).polygon([tuple(p) for p in thing.polygon.tolist()], fill=1)
    return np.asarray(canvas, bool)


@pytest.mark.parametrize(
    ("theme", "kind"),
    [("airport", "airplane"), ("tank farm", "storage tank"), ("sports ground", "tennis court")],
)
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
    assert "no ground track field" in absent.text
    assert not unknown.mask.any()
    assert unknown.text.startswith('There is no class for "giraffes" in this model.')


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("the leftmost", lambda box: -box[0]),
        ("the airplane at the far right of the picture:", lambda box: box[2]),
        ("the largest", lambda box: (box[2] - box[0]) * (box[3] - box[1])),
    ],
)
def test_one_of_many_is_chosen(model, words, best):
    drawn = draw_scene(101, 640, 480, "airport")
    with gm.open_scene(drawn.pixels) as scene:
        every = gm.ask(scene, "Segment the airplanes", model)
        answer = gm.ask(scene, f"Segment {words} airplane", model)
    assert len(every.regions) > 1 and len(answer.regions) == 1
    assert answer.regions[0].box == pytest.approx(
        max((r.box for r in every.regions), key=best), abs=2
    )
    assert 0 < answer.mask.sum() < every.mask.sum()


def test_several_things_in_one_question(model):
    drawn = draw_scene(101, 640, 480, "airport")
    with gm.open_scene(drawn.pixels) as scene:
        both = gm.ask(scene, "Segment all airplanes and tennis courts", model)
        left = gm.ask(scene, "Find the airplanes and the giraffes", model)
        place = gm.ask(
            scene, "What kind of place is this, and how many airplanes are there?", model
        )
    assert "no tennis court" in both.text and {r.label for r in both.regions} == {"airplane"}
    assert left.text.endswith('There is no class for "giraffes" in this model.') and left.regions
    assert place.labels and place.regions and "airplane" in place.text
    assert {r.phrase for r in both.regions} != {""} and both.regions[0].phrase in both.text.lower()


def test_a_scene_is_described_in_a_sentence(model):
    drawn = draw_scene(101, 640, 480, "airport")
    with gm.open_scene(drawn.pixels) as scene:
        caption = gm.ask(scene, "Describe this picture.", model)
        told = gm.ask(scene, "Describe the image and segment the objects you mention.", model)
    assert caption.text.endswith(".") and len(caption.text.split()) >= 4 and caption.regions == ()
    assert {r.label for r in told.regions} and all(r.segmentation for r in told.regions)
    assert all(r.phrase and r.phrase in told.text.lower() for r in told.regions)


def test_attention_leads_the_papers_search(model):
    drawn = draw_scene(7, 2048, 1080, "airport")
    with gm.open_scene(drawn.pixels) as scene:
        answer = gm.ask(scene, "Find every airplane.", model, search="paper")
    assert answer.trace.heat is not None and answer.trace.heat.max() > 0
    assert answer.trace.crops and answer.trace.pixels_processed < 2048 * 1080


def test_a_box_is_named(model):
    drawn = draw_scene(101, 640, 480, "airport")
    plane = max(
        (o for o in drawn.objects if o.kind == "airplane"),
        key=lambda o: np.prod(np.ptp(o.polygon, axis=0)),
    )
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


PHRASINGS = Path(__file__).parent / "phrasings"
"""Questions by somebody who has not seen the templates: 300 in English, 60 in Chinese. Nothing is
trained on them.
"""


def test_unseen_english_phrasings_are_looked_at_as_closely_as_they_ask(model):
    rows = [
        line.split("\t") for line in (PHRASINGS / "english.tsv").read_text("utf-8").splitlines()
    ]
    right = [str(level_of(model, text)) == level for level, text in rows]
    assert len(rows) == 300 and np.mean(right) >= 0.97


def test_unseen_chinese_phrasings_are_understood(model):
    rows = [
        json.loads(line) for line in (PHRASINGS / "chinese.jsonl").read_text("utf-8").splitlines()
    ]
    drawn = draw_scene(101, 320, 240, "tank farm")
    levels, kinds = [], []
    with gm.open_scene(drawn.pixels) as scene:
        view = scene.read(window_of(scene.info.box, 1.0, "all"))
    for row in rows:
        try:
            level = level_of(model, row["text"])
        except QuestionUnreadable:  # not read, and said so
            levels.append(False)
            kinds.append(False)
            continue
        levels.append(str(level) == row["granularity"])
        if row["kinds"] or row["unknown"]:
            reply = model.answer(Query(row["text"]), Granularity(row["granularity"]), [view])
            asked = (set(reply.asked), set(reply.landmarks), reply.unknown)
            kinds.append(asked == (set(row["kinds"]), set(row["landmarks"]), row["unknown"]))
    assert len(rows) == 60 and np.mean(levels) >= 0.95
    assert np.mean(kinds) >= 0.85


def level_of(model, text):
    found = model.granularity(Query(text))
    return max(found, key=found.get)


def test_a_chinese_question_finds_what_the_english_one_finds_and_answers_in_chinese(model):
    drawn = draw_scene(101, 640, 480, "airport")
    with gm.open_scene(drawn.pixels) as scene:
        english, chinese = (
            gm.ask(scene, q, model) for q in ("Segment the airplanes.", "分割图中所有飞机")
        )
        nothing = gm.ask(scene, "图里有没有斑马？", model)
    assert [r.box for r in english.regions] == [r.box for r in chinese.regions]
    assert np.array_equal(english.mask, chinese.mask)
    assert (
        "架飞机" in chinese.text
        and "掩膜" in chinese.text
        and chinese.regions[0].phrase in chinese.text
    )
    assert not nothing.regions and "没有“斑马”这一类别" in nothing.text
