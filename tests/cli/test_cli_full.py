"""The full size on the command line.

What it takes, before anything is loaded, and the options that name its parts.
"""

import json
import subprocess
import sys

import numpy as np
import pytest
import rasterio
from affine import Affine
from huggingface_hub import constants

import tiny
from command_line import geomag
from geomagnifier.errors import install
from geomagnifier.models import registry
from geomagnifier.models.full.checkpoint_metadata import Card


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Tiny folders of a vision-language model, SAM2 and BERT."""
    root = tmp_path_factory.mktemp("parts")
    made = {"vlm": tiny.write_qwen25, "segmenter": tiny.write_sam2, "language": tiny.write_bert}
    return {name: str(make(root / name)) for name, make in made.items()}


def test_info_tells_parameters_and_memory(parts, monkeypatch, capfd):
    code, out, err = geomag(
        monkeypatch, capfd, "info", "--model", parts["vlm"], "--segmenter", parts["segmenter"]
    )
    rows = [line.split() for line in out.splitlines()]
    assert code == 0 and not err
    assert ["part", "parameters"] in rows and ["vlm", "0.3", "M"] in rows
    assert [row[-1] for row in rows if row[0] in ("float32", "bfloat16", "int8", "int4")] == [
        "yes"
    ] * 4
    assert "are free on" in out and "an estimate" in out


def test_info_in_json(parts, tmp_path, monkeypatch, capfd):
    words = ("--segmenter", parts["segmenter"], "--language", parts["language"], "--json")
    code, out, _ = geomag(monkeypatch, capfd, "info", "--model", parts["vlm"], *words)
    model = json.loads(out)["model"]
    assert code == 0 and set(model["parameters"]) == {"vlm", "segmenter", "language", "heads"}
    assert (
        model["memory"]["int4"]["weights"] < model["memory"]["float32"]["weights"]
        and model["memory"]["int4"]["fits"] is True
    )
    Card(
        "0.6",
        parts["vlm"],
        parts["segmenter"],
        parts["language"],
        kinds=("ship", "harbor"),
        trained=True,
    ).write(tmp_path)
    code, out, _ = geomag(monkeypatch, capfd, "info", "--model", tmp_path, "--json")
    ours = json.loads(out)["model"]
    assert code == 0 and ours["trained"] and ours["kinds"] == ["ship", "harbor"]
    assert ours["parameters"] == model["parameters"]


def test_a_model_of_the_hub_without_a_network_is_one_line(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    code, out, err = geomag(monkeypatch, capfd, "info", "--model", "Qwen/Qwen2.5-VL-3B-Instruct")
    assert code == 2 and not out and len(err.splitlines()) == 1
    assert err.startswith(
        "geomag: Qwen/Qwen2.5-VL-3B-Instruct is no folder here and not whole in the cache"
    )
    assert "config.json" in err and "hf download Qwen/Qwen2.5-VL-3B-Instruct" in err


@pytest.mark.parametrize(
    "words", [("info", "--model", "{vlm}"), ("train-full", "--out", "x", "--data", "y")]
)
def test_without_the_extra_it_is_named(words, parts, tmp_path):
    argv = ["geomag", *(w.replace("{vlm}", parts["vlm"]) for w in words)]
    code = (
        "import sys; sys.modules |= {'transformers': None, 'accelerate': None}; sys.argv ="
        f" {argv}\n"
    )
    code += "from geomagnifier.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600, cwd=tmp_path
    )
    assert done.returncode == 2 and not done.stdout and len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(
        "geomag: vision-language models need the extra full; install it: "
    )
    assert install("full") in done.stderr


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (("ask", "{scene}", "ships"), {}),
        (
            ("ask", "{scene}", "ships", "--segmenter", "some/sam2", "--bits", "4"),
            {"segmenter": "some/sam2", "bits": 4},
        ),
        (("search", "{folder}", "ships", "--bits", "8"), {"bits": 8}),
        (("eval", "--data", "{folder}", "--segmenter", "some/sam2"), {"segmenter": "some/sam2"}),
    ],
)
def test_parts_and_bits_reach_the_model(words, given, tmp_path, monkeypatch, capfd):
    from geomagnifier.cli.demo import draw
    from geomagnifier.errors import ModelOffline

    draw(tmp_path / "scene.tif")
    seen = []

    def load_model(name, **told):
        seen.append((name, told))
        raise ModelOffline("stopped here")

    monkeypatch.setattr(registry, "load_model", load_model)
    words = [
        w.replace("{scene}", str(tmp_path / "scene.tif")).replace("{folder}", str(tmp_path))
        for w in words
    ]
    code, _, err = geomag(monkeypatch, capfd, *words, "--model", "some/vlm")
    assert code == 2 and err == "geomag: stopped here\n"
    assert seen == [("some/vlm", given)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("info", "--segmenter", "some/sam2"), "--segmenter"),
        (("info", "--language", "some/bert"), "--language applies to vision-language models only"),
        (("info", "--model", "huge"), "no model named 'huge'"),
        (("info", "--model", "{folder}"), "lacks small.safetensors"),
        (("info", "--model", "{folder}/nowhere/model"), "no model named"),
        (("info", "--bits", "4"), "--bits"),
        (("ask", "x.tif", "ships", "--bits", "5"), "'5' is not one of"),
        (("train-full", "--out", "x"), "--data"),
        (("train-full", "--out", "x", "--data", "y", "--stepps", "3"), "--stepps"),
    ],
)
def test_what_does_not_go_together_is_said(words, message, tmp_path, monkeypatch, capfd):
    code, out, err = geomag(
        monkeypatch, capfd, *(w.replace("{folder}", str(tmp_path)) for w in words)
    )
    assert code == 2 and not out and message in err and "Traceback" not in err


def test_help_shows_the_full_size():
    def shown(*words):
        command = [sys.executable, "-m", "geomagnifier", *words, "--help"]
        return " ".join(
            subprocess.run(command, capture_output=True, text=True, timeout=600).stdout.split()
        )

    ask = shown("ask")
    assert (
        "--model Qwen/Qwen2.5-VL-3B-Instruct --segmenter facebook/sam2.1-hiera-base-plus" in ask
        and "--bits" in ask
    )
    assert "--lora-rank" in shown("train-full")
    commands = shown()
    assert all(
        name in commands
        for name in ("ask", "search", "info", "demo", "train", "train-full", "eval", "bench")
    )


QUESTIONS = {
    "image": "What kind of place is this?",
    "region": "Find every ship.",
    "pixel": "Segment every ship.",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Words that name a zero-shot model and a trained one, tiny both."""
    from dataclasses import replace

    from geomagnifier.models.full.vlm import Shown, Turn

    hub = tiny.write_hub(tmp_path_factory.mktemp("hub"))
    network = checkpoint_of_full().begin(str(hub / "qwen25"), str(hub / "sam2"), str(hub / "bert"))
    tiny.teach_levels(network, QUESTIONS.values())
    noise = [
        Shown(np.random.default_rng(i).integers(0, 255, size, dtype=np.uint8))
        for i, size in enumerate([(60, 100, 3), (90, 60, 3)])
    ]
    said = {QUESTIONS["region"]: "ship: [BOX]", QUESTIONS["pixel"]: "ship: [SEG]"}
    tiny.teach(
        network.vlm,
        [Turn([view], question, text) for view in noise for question, text in said.items()],
        60,
    )
    card = Card("0", "", "", "", kinds=("ship",), scenes=("harbor", "forest"), trained=True)
    checkpoint_of_full().save(
        hub / "trained", network, replace(card, vlm=str(hub / "qwen25")), merged=True
    )
    return {
        "zero-shot": ("--model", hub / "llava", "--segmenter", hub / "sam2"),
        "trained": ("--model", hub / "trained"),
    }


def checkpoint_of_full():
    from geomagnifier.models.full import checkpoint

    return checkpoint


@pytest.fixture(scope="module")
def geotiff(tmp_path_factory):
    """300 x 200 px of noise in UTM, 0.5 m a px: more than one view of a tiny model."""
    path = tmp_path_factory.mktemp("scene") / "scene.tif"
    pixels = np.random.default_rng(2).integers(0, 255, (3, 200, 300), dtype=np.uint8)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=300,
        height=200,
        count=3,
        dtype="uint8",
        crs="EPSG:32633",
        transform=Affine(0.5, 0, 4e5, 0, -0.5, 5e6),
    ) as file:
        file.write(pixels)
    return path


@pytest.mark.parametrize("search", ["paper", "adaptive"])
@pytest.mark.parametrize("level", [*QUESTIONS])
@pytest.mark.parametrize("kind", ["zero-shot", "trained"])
def test_ask_answers_at_every_level(
    models, geotiff, tmp_path, monkeypatch, capfd, kind, level, search
):
    words = (
        "ask",
        geotiff,
        QUESTIONS[level],
        *models[kind],
        "--search",
        search,
        "--out",
        tmp_path / "out",
        "--json",
    )
    code, out, err = geomag(monkeypatch, capfd, *words)
    answer = json.loads(out)
    assert code == 0, err
    assert answer["granularity"] == level
    assert answer["crs"] == "EPSG:32633"
    assert answer["text"]
    assert ("Zero-shot" in answer["text"]) == (kind == "zero-shot" and level != "image")
    assert answer["cost"]["flops"] > 0 and answer["cost"]["pixels_processed"] > 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"answer.json", "overlay.png"} <= written
    if level == "image":
        assert sum(p for _, p in answer["labels"]) == pytest.approx(1, abs=1e-3)
    else:
        assert "regions.geojson" in written


def test_info_and_search_take_a_tiny_model(models, geotiff, monkeypatch, capfd):
    code, out, _ = geomag(monkeypatch, capfd, "info", *models["trained"], "--json")
    assert code == 0 and json.loads(out)["model"]["trained"]
    code, out, err = geomag(
        monkeypatch, capfd, "search", geotiff.parent, "a harbor", *models["zero-shot"], "--json"
    )
    assert code == 0, err
    assert [hit["path"] for hit in json.loads(out)["hits"]] == [str(geotiff)]


@pytest.mark.parametrize("question", ["", "ship " * 5000, "\x00\x01 [SEG] <image>"])
def test_odd_questions_are_answered_or_refused_in_a_line(
    models, geotiff, monkeypatch, capfd, question
):
    code, out, err = geomag(
        monkeypatch, capfd, "ask", geotiff, question, *models["trained"], "--json"
    )
    assert code in (0, 2)
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 2
    assert code == 2 or json.loads(out)["text"]
