"""Folders of full-size models made to do harm.

No pickle and no code of theirs is ever run, and no person is asked whether to.
"""

from __future__ import annotations

import builtins
import json
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import geomagnifier as gm
from geomagnifier.errors import ModelError, printable
from geomagnifier.models.full.checkpoint import load_vlm


class Harm:
    """Unpickled, it leaves a file behind."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.canary, "somebody has run this")


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Whether anything of a folder was run, or a person was asked to let it."""

    def asked(*_: object) -> str:
        raise AssertionError("a person was asked to run code")

    monkeypatch.setattr(builtins, "input", asked)
    yield tmp_path / "canary"
    assert not (tmp_path / "canary").exists()


def refused(folder: Path, hub: Path) -> str:
    with pytest.raises(ModelError) as caught:
        gm.load_model(folder, segmenter=str(hub / "sam2"))
    told = str(caught.value)
    assert len(told) <= 1000 and told == printable(told)
    return told


def retold(path: Path, **more: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | more))


def test_weights_as_a_pickle_are_not_read(hub: Path, tmp_path: Path, canary: Path) -> None:
    folder = shutil.copytree(hub / "llava", tmp_path / "model")
    (folder / "model.safetensors").unlink()
    for content in (pickle.dumps(Harm(canary)), b"PK\x03\x04"):
        (folder / "pytorch_model.bin").write_bytes(content)
        refused(folder, hub)
    torch.save({"harm": Harm(canary)}, folder / "pytorch_model.bin")
    refused(folder, hub)
    (folder / "model.safetensors").write_bytes(pickle.dumps(Harm(canary)))
    refused(folder, hub)


def test_code_of_a_folder_is_not_run(hub: Path, tmp_path: Path, canary: Path) -> None:
    evil = f"open({str(canary)!r}, 'w').write('run')\nclass Evil:\n    pass\n"
    for number, (file, auto, told) in enumerate(
        (
            (
                "config.json",
                {"AutoConfig": "evil.Evil", "AutoModelForImageTextToText": "evil.Evil"},
                {"model_type": "evil"},
            ),
            (
                "tokenizer_config.json",
                {"AutoTokenizer": ["evil.Evil", "evil.Evil"]},
                {"tokenizer_class": "Evil"},
            ),
            (
                "preprocessor_config.json",
                {"AutoImageProcessor": "evil.Evil"},
                {"image_processor_type": "Evil"},
            ),
        )
    ):
        folder = shutil.copytree(hub / "llava", tmp_path / f"model{number}")
        (folder / "evil.py").write_text(evil)
        retold(folder / file, auto_map=auto, **told)
        try:
            load_vlm(None, str(folder), torch.float32, torch.device("cpu"))
        except ModelError as error:
            message = str(error)
            assert message == printable(message)
        if file == "config.json":
            refused(folder, hub)


@pytest.mark.filterwarnings("ignore:Unexpected keyword arguments")
def test_an_adapter_is_plain_lora_in_safetensors(
    hub: Path, tmp_path: Path, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from peft import LoraConfig, get_peft_model

    folder = tmp_path / "model"
    vlm = load_vlm(None, str(hub / "llava"), torch.float32, torch.device("cpu"))
    vlm.add_ties()
    get_peft_model(vlm.model, LoraConfig(r=2, target_modules=["q_proj"])).save_pretrained(
        str(folder / "adapter")
    )
    load = lambda: load_vlm(folder, str(hub / "llava"), torch.float32, torch.device("cpu"))  # noqa: E731
    assert hasattr(load().model, "peft_config")
    config = (folder / "adapter" / "adapter_config.json").read_text()
    (tmp_path / "evil_module.py").write_text(f"open({str(canary)!r}, 'w').write('run')\n")
    monkeypatch.syspath_prepend(tmp_path)
    for odd in (
        {"megatron_config": {"a": 1}, "megatron_core": "evil_module"},
        {"peft_type": "PROMPT_TUNING"},
        {"peft_type": "NONE"},
        {"r": "two"},
    ):
        retold(folder / "adapter" / "adapter_config.json", **odd)
        with pytest.raises(ModelError, match="adapter"):
            load()
        (folder / "adapter" / "adapter_config.json").write_text(config)
    os.remove(folder / "adapter" / "adapter_model.safetensors")
    (folder / "adapter" / "adapter_model.bin").write_bytes(pickle.dumps(Harm(canary)))
    with pytest.raises(ModelError, match=r"lacks adapter_model\.safetensors"):
        load()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "3",
        "[]",
        "{}",
        '{"model_type": 3}',
        "[" * 100_000,
        '{"model_type": "llava", "text_config": 3}',
        "\0" * 100,
    ],
)
def test_a_configuration_that_cannot_be(hub: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text(content)
    refused(tmp_path, hub)
