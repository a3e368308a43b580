"""Weights as files: what is written comes back, and what is damaged is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from geomagnifier.errors import ModelCorrupt, ModelError, ModelNotFound, OptionError
from geomagnifier.geometry import Box
from geomagnifier.models import registry
from geomagnifier.models.onnx_detector.detector_model import DetectorModel
from geomagnifier.models.registry import FILES, load_model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Granularity, Query, View, Window
from geomagnifier_lab.networks.network import SmallNetwork
from made_detectors import detector, ultralytics

SMALL, SENTENCE, TOKENIZER, SCOUT = FILES


@pytest.fixture
def folder(model_folder: Path, tmp_path: Path) -> Path:
    """A model folder of links: replace a file, never write into it."""
    for file in FILES:
        os.symlink(model_folder / file, tmp_path / file)
    return tmp_path


def replace(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["nonesuch", "smal", "/nowhere/at/all", "full"])
def test_unknown_names(name: str) -> None:
    with pytest.raises(ModelNotFound, match="small") as caught:
        load_model(name)
    assert "\n" not in str(caught.value)


def test_a_file_is_no_folder(model_folder: Path) -> None:
    with pytest.raises(ModelNotFound):
        load_model(model_folder / SMALL)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(ModelCorrupt, match=file.replace(".", r"\.")):
        load_model(folder)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[: len(content) // 2], id="truncated"),
        pytest.param(lambda content: content[:5], id="a few bytes"),
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(
            lambda content: b"these are not the weights you are looking for\n" * 100, id="text"
        ),
        pytest.param(lambda content: b"\xff" * 4096, id="noise"),
    ],
)
def test_damaged_files(folder: Path, file: str, damage: Callable[[bytes], bytes]) -> None:
    replace(folder / file, damage((folder / file).read_bytes()))
    with pytest.raises(ModelCorrupt, match=file.replace(".", r"\.")) as caught:
        load_model(folder)
    assert len(str(caught.value)) < 600 and "\n" not in str(caught.value)


def test_weights_of_another_network(folder: Path, card: dict[str, Any]) -> None:
    (folder / SMALL).unlink()
    registry.write(folder / SMALL, SmallNetwork(7, 2, 3, 9).state_dict(), card)
    with pytest.raises(ModelCorrupt, match="another network"):
        load_model(folder)
    registry.write(folder / SMALL, {"weight": torch.zeros(3)}, card)
    with pytest.raises(ModelCorrupt, match="another network"):
        load_model(folder)


def test_exchanged_files(folder: Path) -> None:
    (folder / SENTENCE).unlink()
    shutil.copy(folder / SMALL, folder / SENTENCE)
    with pytest.raises(ModelCorrupt, match="another network"):
        load_model(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(folder: Path, card: dict[str, Any], value: float) -> None:
    _, state = registry.read(folder / SMALL)
    state["decoder.bias"][3] = value
    (folder / SMALL).unlink()
    registry.write(folder / SMALL, state, card)
    with pytest.raises(ModelCorrupt, match="not finite"):
        load_model(folder)


@pytest.mark.parametrize(
    "missing", ["kinds", "objects", "scenes", "coarse", "flops", "calibration", "version"]
)
def test_an_incomplete_card(folder: Path, card: dict[str, Any], missing: str) -> None:
    _, state = registry.read(folder / SMALL)
    (folder / SMALL).unlink()
    registry.write(folder / SMALL, state, {k: v for k, v in card.items() if k != missing})
    with pytest.raises(ModelCorrupt, match=missing):
        load_model(folder)


@pytest.mark.parametrize("content", [[], 3, {"kinds": 3}])
def test_a_card_of_the_wrong_kind(folder: Path, content: Any) -> None:
    (folder / SMALL).unlink()
    registry.write(folder / SMALL, {"weight": torch.zeros(3)}, content)
    with pytest.raises(ModelError):
        load_model(folder)


def test_tensors_and_card_come_back(tmp_path: Path) -> None:
    tensors = {"a": torch.arange(6.0).view(2, 3).T, "b": torch.tensor([1 / 3])}
    registry.write(tmp_path / "w.safetensors", tensors, {"kinds": ["ship"]})
    card, back = registry.read(tmp_path / "w.safetensors")
    assert card == {"kinds": ["ship"]}
    assert np.array_equal(back["a"], tensors["a"].numpy())
    assert back["b"].dtype == np.float32 and back["b"].item() == pytest.approx(1 / 3, abs=1e-3)
    assert [p.name for p in tmp_path.iterdir()] == ["w.safetensors"]
    registry.write(tmp_path / "w.safetensors", {"c": torch.ones(1)}, {})
    assert set(registry.read(tmp_path / "w.safetensors")[1]) == {"c"}


def test_numbers_in_bf16_are_read(tmp_path: Path) -> None:
    path, numbers = tmp_path / "b.safetensors", torch.tensor([[1.5, -2.0, 0.0], [3e30, 1e-30, 7.0]])
    save_file({"first": torch.ones(3).half(), "b": numbers.bfloat16()}, path)
    _, back = registry.read(path)
    assert np.array_equal(back["b"], numbers.bfloat16().float().numpy())
    assert back["first"].tolist() == [1, 1, 1]


def test_a_random_network_is_written_read_and_answers(
    model_folder: Path, card: dict[str, Any]
) -> None:
    model = load_model(model_folder)
    assert (model.spec.version, model.spec.kinds) == ("test", ("ship", "airplane", "water"))
    assert (
        model.spec.scenes == ("port", "beach", "forest", "shore")
        and model.spec.parameters > 20_000_000
    )
    assert json.loads(json.dumps(card)) == registry.read(model_folder / SMALL)[0]
    generator = np.random.default_rng(0)
    box = Box(0, 0, 90, 70)
    view = View(
        generator.integers(0, 256, (70, 90, 3)).astype(np.uint8),
        Window(box, 90, 70, "whole", box),
        "k1",
    )
    levels = model.granularity(Query("Where are the ships?"))
    assert set(levels) == set(Granularity) and sum(levels.values()) == pytest.approx(1, abs=1e-4)

    image = model.answer(Query("What is this?"), Granularity.IMAGE, [view])
    names = dict(image.labels)
    assert names["port"] + names["beach"] + names["forest"] == pytest.approx(1, abs=1e-4)
    assert names["shore"] == pytest.approx(names["port"] + names["beach"])
    assert [p for _, p in image.labels] == sorted(names.values(), reverse=True)
    assert image.flops == 4 * 70 * 90 * 10  # four mirrored views

    region = model.answer(Query("Find all ships."), Granularity.REGION, [view])
    pixel = model.answer(Query("Segment all ships."), Granularity.PIXEL, [view])
    for reply in (region, pixel):
        assert reply.asked == ("ship",) and not reply.unknown and reply.flops == 70 * 90 * (20 + 5)
        (cover,) = reply.views[0].covers
        assert (
            cover.probability.shape == (35, 45)
            and 0 <= cover.probability.min() <= cover.probability.max() <= 1
        )
        assert reply.views[0].found
        for found in reply.views[0].found:
            x0, y0, x1, y1 = found.view_box
            assert 0 <= x0 < x1 <= 90 and 0 <= y0 < y1 <= 70 and 0 <= found.score <= 1
    assert all(found.cells is None for found in region.views[0].found)
    assert all(found.cells is not None for found in pixel.views[0].found)

    vector = model.embed(view)
    assert vector.shape == model.embed("a port").shape == (384,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-2)


@pytest.mark.parametrize("level", list(Granularity))
def test_a_random_network_answers_through_the_pipeline(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch, level: Granularity
) -> None:
    model = load_model(model_folder)
    monkeypatch.setattr(
        model, "granularity", lambda query: {g: float(g is level) for g in Granularity}
    )
    pixels = np.random.default_rng(1).integers(0, 256, (77, 101, 3)).astype(np.uint8)
    with open_scene(pixels) as scene:
        answer = ask(scene, "Segment all ships.", model, min_score=0.05)
    assert answer.granularity is level and answer.text and answer.trace.flops > 0
    assert bool(answer.labels) == (level is Granularity.IMAGE)
    assert (answer.mask is not None) == (level is Granularity.PIXEL)
    if level is Granularity.REGION:
        assert answer.regions
    if answer.mask is not None:
        assert answer.mask.shape == (77, 101)


def test_an_answer_needs_no_torch(model_folder: Path) -> None:
    code = f"""
import sys
import numpy as np
import geomagnifier as gm
model = gm.load_model({str(model_folder)!r})
picture = np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8)
with gm.open_scene(picture) as scene:
    for policy in ("adaptive", "paper"):
        assert gm.ask(scene, "Segment all ships.", model, search=policy).text
print("torch" in sys.modules)
"""
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "False"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="files have no mode")
def test_a_written_file_can_be_read_by_those_whom_the_umask_lets(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    before = os.umask(0o022)
    try:
        registry.write(path, {"weight": np.ones((2, 2))}, {})
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644
    assert (registry.read(path)[1]["weight"] == 1).all()


def test_tables_kept_in_bytes_come_back(tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    table = torch.randn(50, 16, generator=generator)
    table[3] = 0
    registry.write(tmp_path / "t.safetensors", {"table": table, "other": table[:2]}, {}, ("table",))
    _, back = registry.read(tmp_path / "t.safetensors")
    assert set(back) == {"table", "other"}
    assert (
        (torch.from_numpy(back["table"]) - table).abs()
        <= table.abs().amax(1, keepdim=True) / 254 + 1e-6
    ).all()
    assert back["other"] == pytest.approx(table[:2].numpy(), abs=2e-3)


def test_a_path_of_an_onnx_file_is_a_detector(tmp_path):
    path = detector(tmp_path / "own.onnx", ultralytics())
    assert not registry.is_full_size(str(path)) and not registry.is_full_size("runs/own.onnx")
    made = registry.load_model(path)
    assert isinstance(made, DetectorModel)
    assert made.spec.kinds[:2] == ("ship", "wind turbine") and made.spec.name == "own.onnx"
    with pytest.raises(ModelNotFound, match=r"no detector 'runs/own\.onnx'"):
        registry.load_model("runs/own.onnx")
    with pytest.raises(OptionError, match="a detector has its own masks"):
        registry.load_model(path, bits=4)
