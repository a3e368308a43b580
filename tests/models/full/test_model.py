"""The full size through the pipeline, zero-shot and with trained parts.

Folders that lack something are refused by name.
"""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import geomagnifier as gm
import tiny
from geomagnifier.errors import (
    GeomagWarning,
    ModelCorrupt,
    ModelTooLarge,
    ModelUnsupported,
    OptionError,
)
from geomagnifier.inference import resolution
from geomagnifier.models.full import output_classes
from geomagnifier.models.full.checkpoint import begin, load_vlm, save
from geomagnifier.models.full.checkpoint_metadata import Card
from geomagnifier.models.full.grounding import LAST
from geomagnifier.models.full.model import UNTRAINED, phrase_of
from geomagnifier.models.full.vlm import Shown, Turn
from geomagnifier.types import Granularity, Query

QUESTIONS = {
    Granularity.IMAGE: "What kind of place is this?",
    Granularity.REGION: "Find every ship.",
    Granularity.PIXEL: "Segment every ship.",
}


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(3).integers(0, 255, (100, 160, 3), dtype=np.uint8)


def asked(model, pixels, question, **how):
    with gm.open_scene(pixels) as scene:
        return gm.ask(scene, question, model, **how)


def locating(vlm, question, kinds, pixels, boxes):
    """Turns that teach a tiny model to name a question's classes and to write boxes.

    Boxes are px of the scene, in the family's own format.
    """
    ask = (
        "Which kinds of things does this request ask to find? Answer with nouns, separated by"
        " commas, or with none.\nRequest: "
    )
    turns = [Turn([], ask + question, ", ".join(kinds))]
    height, width = pixels.shape[:2]
    grid = vlm.family.grids(vlm.encode([Turn([Shown(pixels)], "")]), vlm.config)[0]
    w, h = vlm.family.shown(grid, vlm.config)
    for request, about in vlm.family.locate(question, kinds):
        scale = {"pixels": (w, h), "thousand": (1000, 1000), "unit": (1, 1)}[vlm.family.boxes]
        places = [
            [
                x0 / width * scale[0],
                y0 / height * scale[1],
                x1 / width * scale[0],
                y1 / height * scale[1],
            ]
            for x0, y0, x1, y1 in boxes
        ]
        if vlm.family.boxes == "unit":
            text = " ".join("[" + ", ".join(f"{v:.3f}" for v in place) + "]" for place in places)
        else:
            text = json.dumps(
                [
                    {"bbox_2d": [round(v) for v in place], "label": about or kinds[0]}
                    for place in places
                ]
            )
        turns.append(Turn([Shown(pixels)], request, text))
    return turns


@pytest.fixture
def taught(hub, family, pixels, tmp_path):
    """A tiny model that sees two ships in `pixels`, as a checkpoint."""
    vlm = load_vlm(None, str(hub / family), torch.float32, torch.device("cpu"))
    tiny.teach(
        vlm,
        locating(
            vlm,
            QUESTIONS[Granularity.PIXEL],
            ["ship"],
            pixels,
            [(16, 20, 64, 60), (96, 10, 144, 50)],
        ),
        400,
    )
    folder = tmp_path / "taught"
    shutil.copytree(hub / family, folder)
    told = json.loads((folder / "generation_config.json").read_text()) | {"max_new_tokens": 120}
    vlm.model.save_pretrained(folder)
    (folder / "generation_config.json").write_text(json.dumps(told))
    return folder


def test_zero_shot_boxes_and_masks_land_where_the_model_says(taught, hub, pixels):
    model = gm.load_model(taught, segmenter=str(hub / "sam2"))
    assert (model.spec.name, model.spec.trained) == ("zero-shot", False)
    answer = asked(model, pixels, QUESTIONS[Granularity.PIXEL])
    assert answer.granularity is Granularity.PIXEL
    assert UNTRAINED[0] in answer.text
    assert answer.mask.shape == (100, 160)
    assert answer.trace.flops > model.encoder_flops > 0
    with gm.open_scene(pixels) as scene:
        view = scene.read(resolution.window_of(scene.info.box, 1, "whole"))
    query, shown = Query(QUESTIONS[Granularity.PIXEL]), [Shown(pixels)]
    seen = model.finder.find(
        query, ["ship"], shown, view, pixel=True
    )  # random SAM2: its masks may be empty, the boxes may not
    boxes = sorted(f.view_box for f in seen.found)
    assert boxes[0] == pytest.approx((16, 20, 64, 60), abs=2)
    assert boxes[1] == pytest.approx((96, 10, 144, 50), abs=2)
    assert all(f.label == "ship" and 0.5 < f.score <= 1 and f.cells is not None for f in seen.found)
    assert seen.covers[0].probability.shape == (50, 80)
    assert {r.box for r in answer.regions} <= {
        tuple(float(np.float32(v)) for v in b) for b in boxes
    }


@pytest.mark.parametrize("level", [*Granularity])
@pytest.mark.parametrize("search", ["paper", "adaptive"])
def test_every_level_is_answered_zero_shot(zero_shot, pixels, level, search):
    model = zero_shot
    answer = asked(model, pixels, QUESTIONS[level], search=search)
    assert answer.granularity is level
    assert answer.text
    assert (UNTRAINED[0] in answer.text) == (level is not Granularity.IMAGE)
    if level is Granularity.IMAGE:
        assert len(answer.labels) == len(model.spec.scenes) > 30
        assert sum(p for _, p in answer.labels) == pytest.approx(1)
    elif search == "paper":
        assert [w.role for w in answer.trace.views][0] == "wide"
        assert answer.trace.crops or not answer.regions


def test_a_chinese_question_is_answered_in_chinese(zero_shot, pixels):
    zero_shot.finder.kinds, usual = (lambda query, shown, pixel: ()), zero_shot.finder.kinds
    try:
        answer = asked(zero_shot, pixels, "分割所有船。")
    finally:
        zero_shot.finder.kinds = usual
    assert answer.text == "问题没有说要找什么。" + UNTRAINED[1]


def test_a_box_is_named(zero_shot, pixels):
    model = zero_shot
    query = Query("What is in this box?", gm.Box(16, 20, 64, 60))
    with gm.open_scene(pixels) as scene:
        view = scene.read(resolution.window_of(scene.info.box, 1, "whole"))
    found = model.name_box(query, view).found
    assert all(f.view_box == (16, 20, 64, 60) and 0 < f.score <= 1 for f in found)


def test_pictures_and_sentences_share_a_space(zero_shot, pixels):
    model = zero_shot
    with gm.open_scene(pixels) as scene:
        picture = gm.embed(scene, model)
    words = gm.embed("a harbor with boats", model)
    assert picture.shape == words.shape == (tiny.WIDTH,)
    assert np.linalg.norm(picture) == pytest.approx(1, abs=1e-5)


CARD = Card(
    "0",
    "",
    "",
    "",
    kinds=("ship", "water"),
    covers=("water",),
    scenes=("harbor", "forest"),
    sizes={"ship": (15.0, 40.0)},
    trained=True,
)


def card_of(hub, family):
    from dataclasses import replace

    return replace(
        CARD, vlm=str(hub / family), segmenter=str(hub / "sam2"), language=str(hub / "bert")
    )


@pytest.fixture(scope="session")
def trained_folders():
    return {}


@pytest.fixture(params=["merged", "apart"])
def trained(hub, family, tmp_path_factory, request, trained_folders):
    """A folder as training writes it.

    Heads as they begin, a language side that finds ships in everything, adapter merged or apart.
    """
    if (family, request.param) not in trained_folders:
        trained_folders[family, request.param] = write_trained(
            hub, family, tmp_path_factory.mktemp("trained"), request.param == "apart"
        )
    return trained_folders[family, request.param]


def write_trained(hub, family, folder, apart):
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(1)
    network = begin(str(hub / family), str(hub / "sam2"), str(hub / "bert"))
    if apart:
        config = LoraConfig(
            r=4,
            target_modules=r".*language_model.*\.(q_proj|v_proj)",
            modules_to_save=["lm_head", "embed_tokens"],
        )
        network.vlm.model = get_peft_model(network.vlm.model, config)
    noise = [
        np.random.default_rng(i).integers(0, 255, (60, 100, 3), dtype=np.uint8) for i in range(3)
    ]
    found = {
        q: output_classes.clauses(["ship"], [True], q[0] == "S")
        for q in (QUESTIONS[Granularity.REGION], QUESTIONS[Granularity.PIXEL])
    }
    tiny.teach(
        network.vlm,
        [Turn([Shown(view)], q, text) for view in noise for q, text in found.items()],
        60,
    )
    with torch.no_grad():
        network.granularity.layers[-1].weight.normal_()
        network.vlm.places[2].weight.normal_(0, 0.05)
        network.decoder.bias[:4] = 2.0
    save(folder / "model", network.eval(), card_of(hub, family))
    assert (folder / "model" / "adapter").is_dir() == apart
    return folder / "model", network


def test_saved_and_loaded_gives_the_same_bits(trained, pixels, tmp_path, monkeypatch):
    folder, network = trained
    monkeypatch.setattr("geomagnifier.models.full.checkpoint.fast_bf16", lambda: False)
    model = gm.load_model(folder)
    assert (model.spec.name, model.spec.trained, model.spec.kinds) == (
        "full",
        True,
        ("ship", "water"),
    )
    for name, value in network.state_dict().items():
        assert "original_module" in name or torch.equal(value, model.network.state_dict()[name]), (
            name
        )  # those have stand-ins
    save(tmp_path / "again", model.network, model.card)
    again = gm.load_model(tmp_path / "again")
    for question in QUESTIONS.values():
        one, two = (asked(m, pixels, question, min_score=0.01) for m in (model, again))
        assert one.text == two.text
        assert one.labels == two.labels
        assert [(r.label, r.score, r.box, r.segmentation) for r in one.regions] == [
            (r.label, r.score, r.box, r.segmentation) for r in two.regions
        ]
        assert one.granularity_probabilities == two.granularity_probabilities
        assert (one.mask is None) == (two.mask is None)
        assert one.mask is None or np.array_equal(one.mask, two.mask)


@pytest.mark.parametrize("search", ["paper", "adaptive"])
def test_a_trained_model_draws_what_its_ties_say(trained, search):
    folder, _ = trained
    model = gm.load_model(folder)
    scene = np.random.default_rng(5).integers(0, 255, (300, 500, 3), dtype=np.uint8)
    levels = {Granularity.PIXEL: 0.9, Granularity.REGION: 0.1, Granularity.IMAGE: 0.0}
    model.granularity = lambda query: (
        levels
    )  # heads as they begin: what they make of the question is chance
    model.finder.kinds = lambda query, shown, pixel: ("ship",)
    answer = asked(model, scene, QUESTIONS[Granularity.PIXEL], search=search, min_score=0.01)
    assert answer.granularity is Granularity.PIXEL
    assert answer.trace.heat is not None
    assert UNTRAINED[0] not in answer.text
    assert {r.label for r in answer.regions} <= {"ship"}
    assert answer.mask is not None
    assert answer.mask.any()


def test_places_are_those_of_the_first_view(zero_shot):
    model = zero_shot
    with gm.open_scene(np.zeros((400, 800, 3), np.uint8)) as scene:
        wide = scene.read(resolution.window_of(gm.Box(0, 0, 800, 400), 4, "wide"))
        crop = scene.read(resolution.window_of(gm.Box(400, 0, 800, 200), 1, "C1"))
        assert [s.place for s in model.shown(wide)] == [(0, 0, 1, 1)]
        assert [s.place for s in model.shown(crop)] == [(0, 0, 1, 1), (0.5, 0, 1, 0.5)]


def test_the_papers_input_is_one_turn_of_all_its_views(trained, monkeypatch):
    """C2 is beside D(C1) and D(D(I)), each with its place; masks are drawn on C2 alone."""
    folder, _ = trained
    model = gm.load_model(folder)
    model.granularity = lambda query: {
        Granularity.PIXEL: 0.9,
        Granularity.REGION: 0.1,
        Granularity.IMAGE: 0.0,
    }
    model.finder.kinds = lambda query, shown, pixel: ("ship",)
    turns, drawn = [], []
    ties, maps = model.finder.states, model.finder.maps
    monkeypatch.setattr(
        model.finder, "states", lambda turn, pixel: (turns.append(turn), ties(turn, pixel))[1]
    )
    monkeypatch.setattr(
        model.finder,
        "maps",
        lambda seg, pixels, key="": (drawn.append(key), maps(seg, pixels, key))[1],
    )
    scene = np.random.default_rng(5).integers(0, 255, (300, 500, 3), dtype=np.uint8)
    answer = asked(model, scene, QUESTIONS[Granularity.PIXEL], search="paper", min_score=0.01)
    (turn,) = turns
    windows = answer.trace.views
    assert [w.role for w in windows][:4] == ["wide", "D(C1)", "D(C1)", "D(C1)"] and len(
        turn.views
    ) == len(windows)
    assert len(drawn) == sum(w.role == "C2" for w in windows)
    for shown, window in zip(turn.views, windows, strict=True):
        assert shown.place == pytest.approx(
            [v / side for v, side in zip(window.box.tuple(), (500, 300, 500, 300), strict=True)]
        )


def test_zero_shot_sees_the_scene_beside_each_window(zero_shot, monkeypatch):
    turns = []
    write = zero_shot.vlm.write
    monkeypatch.setattr(
        zero_shot.vlm, "write", lambda turn, longest: (turns.append(turn), write(turn, longest))[1]
    )
    zero_shot.read.clear()
    monkeypatch.setattr(zero_shot.finder, "kinds", lambda query, shown, pixel: ("ship",))
    scene = np.random.default_rng(6).integers(0, 255, (200, 320, 3), dtype=np.uint8)
    answer = asked(zero_shot, scene, QUESTIONS[Granularity.REGION], search="paper")
    asking = [turn for turn in turns if "ship" in turn.question and len(turn.views) > 1]
    assert len(asking) == sum(w.role == "C1" for w in answer.trace.views) == 3
    assert all(
        turn.views[0].place == (0, 0, 1, 1) and turn.question.startswith(LAST) for turn in asking
    )


LACKING = {
    "heads.safetensors": "lacks heads.safetensors",
    "geomag.json": "geomag.json|no model|lacks",
    "segmenter/model.safetensors": "segmenter",
    "language/config.json": "language",
    "language/tokenizer.json": "language",
    "vlm/tokenizer.json": "vlm",
    "vlm/preprocessor_config.json": "vlm",
}


@pytest.fixture(scope="module")
def whole(hub, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "model"
    save(
        folder,
        begin(str(hub / "llava"), str(hub / "sam2"), str(hub / "bert")),
        card_of(hub, "llava"),
        merged=True,
    )
    return folder


@pytest.mark.parametrize("file", [*LACKING, "vlm/model.safetensors", "vlm/config.json"])
def test_a_missing_file_is_named(whole, tmp_path, file):
    folder = tmp_path / "model"
    shutil.copytree(whole, folder)
    (folder / file).unlink()
    with pytest.raises(gm.GeomagError, match=LACKING.get(file, "vlm")) as error:
        gm.load_model(folder)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "file",
    ["heads.safetensors", "geomag.json", "segmenter/model.safetensors", "vlm/model.safetensors"],
)
def test_a_damaged_file_is_named(whole, tmp_path, file):
    folder = tmp_path / "model"
    shutil.copytree(whole, folder)
    (folder / file).write_bytes((folder / file).read_bytes()[:100])
    with pytest.raises(ModelCorrupt, match=file.split("/")[0]) as error:
        gm.load_model(folder)
    assert "\n" not in str(error.value)


def test_heads_of_another_width_are_refused(whole, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(whole, folder)
    heads = load_file(folder / "heads.safetensors")
    save_file(
        heads | {"decoder.project.0.weight": torch.zeros(256, 32)}, folder / "heads.safetensors"
    )
    with pytest.raises(ModelCorrupt, match="another network"):
        gm.load_model(folder)
    save_file({k: v for k, v in heads.items() if k != "decoder.bias"}, folder / "heads.safetensors")
    with pytest.raises(ModelCorrupt, match=r"decoder\.bias"):
        gm.load_model(folder)


def test_a_tokenizer_without_seg_is_told(whole, hub, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(whole, folder)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(hub / "llava" / file, folder / "vlm" / file)
    with pytest.raises(ModelUnsupported, match=r"no \[SEG\]"):
        gm.load_model(folder)


def test_options_of_the_other_size_are_refused(whole, hub):
    with pytest.raises(OptionError, match="segmenter of its own"):
        gm.load_model(whole, segmenter=str(hub / "sam2"))
    with pytest.raises(OptionError, match="small model has its own"):
        gm.load_model("small", segmenter=str(hub / "sam2"))
    with pytest.raises(OptionError, match="4 or 8 bits"):
        gm.load_model(hub / "llava", segmenter=str(hub / "sam2"), bits=3)


def test_what_does_not_fit_is_refused_before_it_is_loaded(whole, hub, monkeypatch):
    monkeypatch.setattr("geomagnifier.models.full.memory_estimate.free", lambda device: 10**6)
    monkeypatch.setattr(
        "geomagnifier.models.full.checkpoint.load_vlm", lambda *_: pytest.fail("it was loaded")
    )
    for name, parts in ((whole, {}), (hub / "llava", {"segmenter": str(hub / "sam2")})):
        with pytest.raises(
            ModelTooLarge,
            match=r"needs about .* are free; nothing of the full size fits here: use --model small",
        ):
            gm.load_model(name, **parts)


def test_a_long_question_is_cut_for_bert_too(whole):
    model = gm.load_model(whole)
    with pytest.warns(GeomagWarning, match="longer than 512 tokens"):
        assert sum(model.granularity(Query("ship " * 2000)).values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("kind", "text", "phrase"),
    [
        ("ship", "There are three ships at the pier.", "three ships"),
        ("ship", "Ships lie at the pier.", "Ships"),
        ("storage tank", "I see 2 storage tanks.", "2 storage tanks"),
        ("ship", "Nothing here.", ""),
        ("ship", "A shipyard.", ""),
    ],
)
def test_phrases_are_words_of_the_sentence(kind, text, phrase):
    assert phrase_of(kind, text) == phrase
