"""Runs of two processes on the CPU.

One that is killed and started again comes to the numbers of one that was not.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import transformers as hf
from drawn_data import write_data, write_models
from ranks import process
from safetensors.torch import load_file

from fake import FakeModel
from geomagnifier.models.full import checkpoint
from ports import free_port

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["geomagnifier_lab.train.full.loop"]
)  # imported once for all processes of all runs
RECIPE = Path(__file__).parents[4] / "recipes" / "train_full.sh"
FIGURES = ("IoU", "written", "granularity")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What all runs are told."""
    folder = tmp_path_factory.mktemp("given")
    sizes = (
        "--steps 6 --rows 1 --accumulation 2 --held 3 --warmup 2 --workers 0 --log-every 1"
        " --checkpoint-every 3"
    )
    other = "--precision no --segmenter-rate 1e-4 --rate 1e-3"
    return [
        *write_models(folder),
        "--data",
        str(write_data(folder / "data")),
        *sizes.split(),
        *other.split(),
    ]


def recipe(arguments: list[str], out: Path, sharded: bool) -> None:
    """A run as the recipe starts it, by `accelerate launch`."""
    told = dict(zip(("VLM", "SEGMENTER", "LANGUAGE_MODEL"), arguments[1:6:2], strict=True))
    told |= {
        "GEOMAG_DATA": arguments[7],
        "GPUS": "2",
        "MAIN_PORT": str(free_port()),
        "OMP_NUM_THREADS": "1",
        "SHARDED": "1" * sharded,
    }
    told["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", str(RECIPE), str(out), *arguments[8:]]
    ended = subprocess.run(
        command, env=os.environ | told, capture_output=True, text=True, timeout=1800
    )
    assert ended.returncode == 0, ended.stderr[-3000:]


def run(arguments: list[str], until: Callable[[], bool] | None = None) -> list[int | None]:
    """Two processes to their end, or killed at their first checkpoint as soon as `until`.

    Their exit codes.
    """
    port = free_port()
    both = [
        CONTEXT.Process(target=process, args=(number, port, arguments, until is not None))
        for number in range(2)
    ]
    for one in both:
        one.start()
    while any(one.is_alive() for one in both):
        if (until is not None and until()) or any(one.exitcode for one in both):
            for one in both:
                one.kill()
        time.sleep(0.01)
    for one in both:
        one.join()
    return [one.exitcode for one in both]


def rows(out: Path) -> list[dict[str, float]]:
    """The log without what is never the same."""
    return [
        {k: v for k, v in json.loads(line).items() if k != "seconds"}
        for line in (out / "log.jsonl").read_text().splitlines()
    ]


def interrupted(arguments: list[str], out: Path) -> list[dict[str, float]]:
    """The log of a run that is killed after its third step and started again."""
    arguments = [*arguments, "--out", str(out)]
    assert (
        run(arguments, lambda: (out / "checkpoints" / "step-0000003").is_dir())
        == [-signal.SIGKILL] * 2
    )
    assert not (out / "model").exists() and rows(out)[-1]["step"] < 6
    (out / "checkpoints" / ".step-0000004.part").mkdir(
        exist_ok=True
    )  # what a process leaves that dies while it writes
    with (out / "log.jsonl").open("a") as log:
        log.write('{"step": 4, "te')
    assert run(arguments) == [0, 0]
    return rows(out)


def alike(found: list[dict[str, float]], wanted: list[dict[str, float]]) -> bool:
    """Whether rows are the same but for the last digit, in which two whole runs differ as well.

    Threads add in the order they finish.
    """
    return len(found) == len(wanted) and all(
        one == pytest.approx(other, rel=1e-4, abs=1e-6)
        for one, other in zip(found, wanted, strict=True)
    )


def check(out: Path) -> None:
    """What a run leaves."""
    assert (out / "model" / "geomag.json").is_file() and (
        out / "model" / "adapter" / "adapter_model.safetensors"
    ).is_file()
    assert sorted(p.name for p in (out / "checkpoints").glob("step-*")) == [
        "step-0000003",
        "step-0000006",
    ]
    assert list((out / "tensorboard").glob("events.*"))
    told = rows(out)
    assert [row["step"] for row in told] == [1, 2, 3, 4, 5, 6, 6] and set(told[-1]) == {
        "step",
        *FIGURES,
    }


@pytest.mark.slow
def test_copied_a_killed_run_goes_on_as_if_nothing_had_been(
    given: list[str], tmp_path: Path
) -> None:
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    recipe(given, straight, sharded=False)
    check(straight)
    trained = load_file(straight / "checkpoints" / "step-0000006" / "model.safetensors")
    loaded = checkpoint.load(str(straight / "model"), FakeModel()).network
    assert loaded is not None
    for name, value in loaded.state_dict().items():
        kept = trained.pop(name, value)
        assert torch.equal(value.float(), kept.to(value.dtype).float()), name
    assert not trained
    assert alike(interrupted(given, broken), rows(straight))
    check(broken)


@pytest.mark.slow
def test_sharded_a_killed_run_goes_on_as_if_nothing_had_been(
    given: list[str], tmp_path: Path
) -> None:
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    assert run([*given, "--sharded", "--out", str(straight)]) == [0, 0]
    check(straight)
    for one, other in zip(interrupted([*given, "--sharded"], broken), rows(straight), strict=True):
        assert one == pytest.approx(other, rel=1e-6)
    check(broken)


def write_learner(folder: Path, side: int) -> None:
    """SAM2, tiny still, but made to learn pictures by heart.

    Each cell has a position of its own, and 32 channels to begin with.
    """
    torch.manual_seed(0)
    backbone = hf.Sam2HieraDetConfig(
        hidden_size=32,
        num_attention_heads=1,
        image_size=[side, side],
        blocks_per_stage=[2, 2, 2, 1],
        embed_dim_per_stage=[32, 64, 128, 256],
        num_attention_heads_per_stage=[1, 2, 4, 8],
        window_size_per_stage=[8, 4, 4, 2],
        window_positional_embedding_background_size=[side // 4] * 2,
        global_attention_blocks=[5],
    )
    vision = hf.Sam2VisionConfig(
        backbone_config=backbone,
        backbone_channel_list=[256, 128, 64, 32],
        backbone_feature_sizes=[[side // 4] * 2, [side // 8] * 2, [side // 16] * 2],
        fpn_hidden_size=256,
    )
    prompts, decoder = (
        hf.Sam2PromptEncoderConfig(image_size=side),
        hf.Sam2MaskDecoderConfig(mlp_dim=64, num_hidden_layers=1),
    )
    hf.Sam2Model(
        hf.Sam2Config(
            vision_config=vision, prompt_encoder_config=prompts, mask_decoder_config=decoder
        )
    ).save_pretrained(folder)


@pytest.mark.slow  # nine minutes each on two cores
@pytest.mark.skipif("GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets")
@pytest.mark.parametrize("sharded", [False, True])
def test_eight_real_pictures_are_learnt_by_heart(sharded: bool, tmp_path: Path) -> None:
    models, out = write_models(tmp_path), tmp_path / "run"
    write_learner(tmp_path / "segmenter", 256)
    rates = (
        "--rate 1e-3 --lora-rate 1e-3 --segmenter-rate 2e-3 --language-rate 0 --decay 0"
        " --lora-dropout 0 --precision no"
    )
    sizes = (
        "--pictures 8 --steps 1000 --rows 3 --accumulation 1 --warmup 30 --workers 0"
        " --no-gradient-checkpointing"
    )
    more = ["--data", os.environ["GEOMAG_DATA"], "--out", str(out), *["--sharded"] * sharded]
    assert run([*models, *rates.split(), *sizes.split(), *more]) == [0, 0]
    assert rows(out)[-1]["IoU"] > 0.9, rows(out)[-2:]
