"""The full size on the command line: what it takes, before anything is loaded, and the options that name its parts."""

import json
import subprocess
import sys

import pytest
from huggingface_hub import constants

import tiny
from geomagnifier.interfaces.cli import main
from geomagnifier.model import checkpoint
from geomagnifier.model.full.card import Card


def geomag(monkeypatch, capfd, *words):
    """Run the command in this process: (exit code, stdout, stderr)."""
    monkeypatch.setattr(sys, "argv", ["geomag", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capfd.readouterr()
    return stop.value.code or 0, out, err


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Tiny folders of a vision-language model, SAM2 and BERT."""
    root = tmp_path_factory.mktemp("parts")
    made = {"vlm": tiny.write_qwen25, "segmenter": tiny.write_sam2, "language": tiny.write_bert}
    return {name: str(make(root / name)) for name, make in made.items()}


def test_info_tells_parameters_and_memory(parts, monkeypatch, capfd):
    code, out, err = geomag(monkeypatch, capfd, "info", "--model", parts["vlm"], "--segmenter", parts["segmenter"])
    rows = [line.split() for line in out.splitlines()]
    assert code == 0 and not err
    assert ["part", "parameters"] in rows and ["vlm", "0.3", "M"] in rows
    assert [row[-1] for row in rows if row[0] in ("float32", "bfloat16", "int8", "int4")] == ["yes"] * 4
    assert "are free on" in out and "an estimate" in out


def test_info_in_json(parts, tmp_path, monkeypatch, capfd):
    words = ("--segmenter", parts["segmenter"], "--language", parts["language"], "--json")
    code, out, _ = geomag(monkeypatch, capfd, "info", "--model", parts["vlm"], *words)
    model = json.loads(out)["model"]
    assert code == 0 and set(model["parameters"]) == {"vlm", "segmenter", "language", "heads"}
    assert model["memory"]["int4"]["weights"] < model["memory"]["float32"]["weights"] and model["memory"]["int4"]["fits"] is True
    Card("0.6", parts["vlm"], parts["segmenter"], parts["language"], kinds=("ship", "harbor"), trained=True).write(tmp_path)
    code, out, _ = geomag(monkeypatch, capfd, "info", "--model", tmp_path, "--json")
    ours = json.loads(out)["model"]
    assert code == 0 and ours["trained"] and ours["kinds"] == ["ship", "harbor"]
    assert ours["parameters"] == model["parameters"]


def test_a_model_of_the_hub_without_a_network_is_one_line(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    code, out, err = geomag(monkeypatch, capfd, "info", "--model", "Qwen/Qwen2.5-VL-3B-Instruct")
    assert code == 2 and not out and len(err.splitlines()) == 1
    assert err.startswith("geomag: Qwen/Qwen2.5-VL-3B-Instruct is no folder here and not whole in the cache")
    assert "config.json" in err and "hf download Qwen/Qwen2.5-VL-3B-Instruct" in err


@pytest.mark.parametrize("words", [("info", "--model", "{vlm}"), ("train-full", "--out", "x", "--data", "y")])
def test_without_the_extra_it_is_named(words, parts, tmp_path):
    argv = ["geomag", *(w.replace("{vlm}", parts["vlm"]) for w in words)]
    code = f"import sys; sys.modules |= {{'transformers': None, 'accelerate': None}}; sys.argv = {argv}\n"
    code += "from geomagnifier.interfaces.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 2 and not done.stdout and len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("geomag: the full size needs the extra: pip install 'geomagnifier[full]'")


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (("ask", "{scene}", "ships"), {}),
        (("ask", "{scene}", "ships", "--segmenter", "some/sam2", "--bits", "4"), {"segmenter": "some/sam2", "bits": 4}),
        (("search", "{folder}", "ships", "--bits", "8"), {"bits": 8}),
        (("eval", "--data", "{folder}", "--segmenter", "some/sam2"), {"segmenter": "some/sam2"}),
    ],
)
def test_parts_and_bits_reach_the_model(words, given, tmp_path, monkeypatch, capfd):
    from geomagnifier.errors import ModelOffline
    from geomagnifier.interfaces.demo import draw

    draw(tmp_path / "scene.tif")
    seen = []

    def load_model(name, **told):
        seen.append((name, told))
        raise ModelOffline("stopped here")

    monkeypatch.setattr(checkpoint, "load_model", load_model)
    words = [w.replace("{scene}", str(tmp_path / "scene.tif")).replace("{folder}", str(tmp_path)) for w in words]
    code, _, err = geomag(monkeypatch, capfd, *words, "--model", "some/vlm")
    assert code == 2 and err == "geomag: stopped here\n"
    assert seen == [("some/vlm", given)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("info", "--segmenter", "some/sam2"), "--segmenter"),
        (("info", "--language", "some/bert"), "--language is for models of the full size"),
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
    code, out, err = geomag(monkeypatch, capfd, *(w.replace("{folder}", str(tmp_path)) for w in words))
    assert code == 2 and not out and message in err and "Traceback" not in err


def test_help_shows_the_full_size():
    def shown(*words):
        command = [sys.executable, "-m", "geomagnifier", *words, "--help"]
        return " ".join(subprocess.run(command, capture_output=True, text=True, timeout=120).stdout.split())

    ask = shown("ask")
    assert "--model Qwen/Qwen2.5-VL-3B-Instruct --segmenter facebook/sam2.1-hiera-base-plus" in ask and "--bits" in ask
    assert "--lora-rank" in shown("train-full")
    commands = shown()
    assert all(name in commands for name in ("ask", "search", "info", "demo", "train", "train-full", "eval", "bench"))
