"""A part that is trained over a finished model.

The loop goes on after a stop, the command leaves a model with the part in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from test_wide import SHIPS, TREES, Made

from geomagnifier.finetuning import run_log
from geomagnifier.models import checksums, registry
from geomagnifier_lab.datasets.sample import SceneSample
from geomagnifier_lab.networks.linear_decoder import LinearDecoder
from geomagnifier_lab.train import box_refiner, linear_decoder, part


def line(out: Path, steps: int = 6) -> Iterator[dict[str, float]]:
    """Fit a line to noise, each step with numbers of its own."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 1)

    def loss(step: int) -> torch.Tensor:
        seen = torch.randn(8, 3, generator=torch.Generator().manual_seed(step))
        return (layer(seen) - seen.sum(1, keepdim=True)).square().mean()

    yield from part.learn(layer, loss, out, "line", steps, 0.1)


def test_a_stopped_run_ends_with_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "TOLD", 2)
    whole = list(line(tmp_path / "whole"))
    assert [row["step"] for row in whole] == [2, 4, 6] and whole[-1]["loss"] < whole[0]["loss"]
    stopped = line(tmp_path / "stopped")
    assert next(stopped)["step"] == 2
    stopped.close()
    assert [row["step"] for row in line(tmp_path / "stopped")] == [4, 6]
    ends = [part.learnt(tmp_path / name, "line") for name in ("whole", "stopped")]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
    rows = [run_log.read(tmp_path / name / "line.jsonl") for name in ("whole", "stopped")]
    assert [(row["step"], row["loss"]) for row in rows[0]] == [
        (row["step"], row["loss"]) for row in rows[1]
    ]
    assert list(line(tmp_path / "whole")) == [], "nothing is left to do"


@pytest.fixture
def scenes(tmp_path: Path) -> list[SceneSample]:
    """One picture of a scene."""
    from PIL import Image

    Image.new("RGB", (64, 64), (30, 90, 40)).save(tmp_path / "forest.png")
    return [SceneSample(tmp_path / "forest.png", ("forest",), ())]


def test_the_command_leaves_a_model_with_the_linear_decoder(
    tmp_path: Path,
    scenes: list[SceneSample],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        linear_decoder, "Batches", lambda *of, drawn: Made([SHIPS, TREES], scenes, crops=2)
    )
    monkeypatch.setattr(linear_decoder, "object_sources", lambda *of: SHIPS)
    monkeypatch.setattr(linear_decoder, "HELD", 4)
    monkeypatch.setattr(linear_decoder, "HELD_SIDE", 96)
    out = tmp_path / "model"
    assert linear_decoder.main(["--data", str(tmp_path), "--out", str(out), "--steps", "2"]) == 0
    told = capsys.readouterr()
    assert told.out.strip() == str(out) and "step 2 of 2" in told.err
    (figures,) = [row for row in run_log.read(out / "linear_decoder.jsonl") if "gIoU" in row]
    assert figures["step"] == 2 and 0 <= figures["gIoU"] <= 1 and 0 <= figures["gIoU as built"] <= 1
    checksums.check(out, registry.ALL)
    model = registry.load_small(out)
    assert model.detector.linear is not None and (out / "NOTICE.md").is_file()
    torch.manual_seed(0)
    begun = LinearDecoder().state_dict()
    assert not torch.allclose(
        torch.tensor(model.detector.linear.weights["second.0.weight"]),
        begun["second.0.weight"],
        atol=1e-6,
    )
    assert torch.allclose(
        torch.tensor(model.detector.linear.weights["image.0.bias"]),
        torch.tensor(model.weights["decoder.image.0.bias"]),
        atol=0.01,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--from", "nothing"], "no model named 'nothing'"),
        (["--out", str(registry.WEIGHTS)], "the model that is started from"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    given: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert box_refiner.main(["--data", str(tmp_path), "--out", str(tmp_path / "out"), *given]) == 2
    assert said in capsys.readouterr().err
    assert (registry.WEIGHTS / registry.LINEAR).parent.is_dir() and not (
        registry.WEIGHTS / box_refiner.CHECKPOINT
    ).exists()
