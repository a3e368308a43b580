"""Model folders of anybody: damaged, exchanged, or made to do harm.

Each is refused in one line, and nothing in it is ever run.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import resource
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from geomagnifier.errors import ModelCorrupt, ModelError, ModelNotFound, printable
from geomagnifier.finetuning.run_state import saved
from geomagnifier.models import registry
from geomagnifier.models.custom.checkpoint import OWN
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.models.registry import CHINESE, FILES, WEIGHTS, load_model
from geomagnifier.models.small.model import SmallModel

SMALL, SENTENCE, TOKENIZER, SCOUT = FILES


@pytest.fixture
def folder(model_folder: Path, tmp_path: Path) -> Path:
    """A model folder of links: replace a file, never write into it."""
    made = tmp_path / "model"
    made.mkdir()
    for file in FILES:
        (made / file).symlink_to(model_folder / file)
    return made


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong must be seen before tensors are read: it costs nothing then."""

    def build(*_: Any) -> None:
        raise AssertionError("tensors were read for a folder that is wrong")

    monkeypatch.setattr(registry, "weights_of", build)


def refused(load: Callable[[], object], kind: type[ModelError] = ModelCorrupt) -> str:
    """The message: one line that any terminal takes."""
    with pytest.raises(kind) as caught:
        load()
    told = str(caught.value)
    assert len(told) <= 1000 and told == printable(told)
    return told


def put(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def with_card(path: Path, card: Any, plain: str | None = None) -> None:
    """A file with a card and next to no tensors: cards are looked at first."""
    path.unlink(missing_ok=True)
    save_file({"a": torch.zeros(1)}, path, {"card": json.dumps(card) if plain is None else plain})


def tensors(header: Any, body: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file, its header any JSON or any bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def tensor(shape: list[int], ends: tuple[int, int], dtype: str = "F16") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": list(ends)}


NESTED = "[" * 100_000 + "]" * 100_000
WRONG = {
    "empty": b"",
    "a few bytes": b"abc",
    "no header": tensors(b""),
    "a header of no bytes": struct.pack("<Q", 0) + b"{}",
    "a header of one byte": struct.pack("<Q", 1) + b"{}",
    "a header longer than the file": tensors({}, length=1000),
    "a header of 9 GB": tensors({}, length=9_000_000_000),
    "a header of 2^63": tensors({}, length=1 << 63),
    "a header of 2^64 - 1": tensors({}, length=(1 << 64) - 1),
    "no JSON": tensors(b"{'a': 1}"),
    "half of a JSON": tensors(b'{"a": {"dtype": "F16"'),
    "a list": tensors([]),
    "a number": tensors(3),
    "deeply nested": tensors(NESTED.encode()),
    "no text": tensors(b'{"\xff\xfe": 1}'),
    "an unknown dtype": tensors({"a": tensor([1], (0, 2), "F99")}, b"\0\0"),
    "no dtype": tensors({"a": {"shape": [1], "data_offsets": [0, 2]}}, b"\0\0"),
    "booleans": tensors({"a": tensor([2], (0, 2), "BOOL")}, b"\0\1"),
    "long integers": tensors({"a": tensor([1], (0, 8), "I64")}, bytes(8)),
    "overlapping tensors": tensors({"a": tensor([2], (0, 4)), "b": tensor([2], (2, 6))}, bytes(6)),
    "a gap between tensors": tensors(
        {"a": tensor([1], (0, 2)), "b": tensor([1], (4, 6))}, bytes(6)
    ),
    "ends that are turned round": tensors({"a": tensor([1], (2, 0))}, bytes(2)),
    "ends beyond the file": tensors({"a": tensor([1 << 30], (0, 1 << 31))}, bytes(2)),
    "a huge shape": tensors({"a": tensor([1 << 40, 1 << 20], (0, 2))}, bytes(2)),
    "a shape that overflows": tensors({"a": tensor([1 << 63, 2], (0, 0))}),
    "a shape beyond 64 bits": tensors(
        {"a": {"dtype": "F16", "shape": [1 << 70], "data_offsets": [0, 2]}}, bytes(2)
    ),
    "a negative shape": tensors({"a": tensor([-1], (0, 2))}, bytes(2)),
    "a broken shape": tensors(
        {"a": {"dtype": "F16", "shape": [0.5], "data_offsets": [0, 2]}}, bytes(2)
    ),
    "more than its tensors": tensors({"a": tensor([1], (0, 2))}, bytes(20)),
    "metadata that are no text": tensors({"__metadata__": {"card": 3}}),
    "metadata that are a list": tensors({"__metadata__": []}),
    "a card that is no JSON": tensors({"__metadata__": {"card": "{"}}),
    "a card deeply nested": tensors({"__metadata__": {"card": NESTED}}),
    "a card with a number without end": tensors({"__metadata__": {"card": "9" * 5000}}),
}


class Harm:
    """Unpickled, it leaves a file behind."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.canary, "somebody has run this")


def harmful(canary: Path) -> dict[str, bytes]:
    """What would leave the canary, in all the forms in which weights are passed on."""
    made = {
        f"pickle {number}": pickle.dumps(Harm(canary), number)
        for number in range(pickle.HIGHEST_PROTOCOL + 1)
    }
    for name, new in (("torch", True), ("torch of old", False)):
        file = io.BytesIO()
        torch.save(
            {"weight": torch.zeros(2), "harm": Harm(canary)},
            file,
            _use_new_zipfile_serialization=new,
        )
        made[name] = file.getvalue()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Harm(canary)))
    return made | {"zip": file.getvalue()}


def test_the_harmful_files_are(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for name, content in harmful(canary).items():
        if not name.startswith("zip"):
            (
                torch.load(io.BytesIO(content), weights_only=False)
                if "torch" in name
                else pickle.loads(content)
            )
            assert canary.read_text() == "somebody has run this", name
            canary.unlink()


@pytest.mark.parametrize("name", WRONG)
def test_files_that_are_none(tmp_path: Path, name: str) -> None:
    put(tmp_path / "a.safetensors", WRONG[name])
    refused(lambda: registry.read(tmp_path / "a.safetensors"))


@pytest.mark.parametrize("file", [SMALL, SCOUT])
@pytest.mark.usefixtures("unbuilt")
def test_files_that_are_none_in_a_folder(folder: Path, file: str) -> None:
    for content in [*WRONG.values(), tensors({})]:
        put(folder / file, content)
        assert file in refused(lambda: load_model(folder))


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_change_of_a_header_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = tensors(
        {
            "__metadata__": {"card": '{"kinds": ["ship"]}'},
            "a": tensor([2, 3], (0, 12)),
            "b": tensor([2], (12, 16)),
        },
        bytes(16),
    )
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    put(tmp_path / "a.safetensors", bytes(content))
    try:
        _, state = registry.read(tmp_path / "a.safetensors")
    except ModelCorrupt as error:
        told = str(error)
        assert len(told) <= 1000 and told == printable(told)
        return
    assert sum(t.size for t in state.values()) <= len(content)


@pytest.mark.usefixtures("unbuilt")
def test_truncated_anywhere(folder: Path) -> None:
    for file in (SMALL, SCOUT):
        content = (WEIGHTS / file).read_bytes()
        chance = random.Random(0)
        for end in [
            *range(0, len(content), len(content) // 10),
            8,
            len(content) - 1,
            *(chance.randrange(70_000) for _ in range(10)),
        ]:
            put(folder / file, content[:end])
            assert file in refused(lambda: load_model(folder))
        (folder / file).unlink()
        (folder / file).symlink_to(WEIGHTS / file)


@pytest.mark.usefixtures("unbuilt")
def test_no_pickle_is_ever_run(folder: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for content in harmful(canary).values():
        for file in FILES:
            if file == SENTENCE:
                continue
            (folder / file).rename(tmp_path / "kept")
            put(folder / file, content)
            refused(lambda: load_model(folder))
            (tmp_path / "kept").replace(folder / file)
        put(tmp_path / SENTENCE, content)
        refused(lambda: registry.read(tmp_path / SENTENCE))
        put(tmp_path / CHINESE, content)
        refused(lambda: registry.load_reader(tmp_path))
        put(tmp_path / "last.pt", content)
        refused(lambda: saved(tmp_path / "last.pt"))
        for named in (
            "pytorch_model.bin",
            "model.pt",
            "own.pt",
        ):  # what nobody asks for is not looked at
            put(folder / named, content)
    refused(lambda: load_model(folder / "pytorch_model.bin"), ModelNotFound)
    assert not canary.exists()


@pytest.mark.usefixtures("unbuilt")
def test_what_is_no_file(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for file in FILES:
        (folder / file).rename(tmp_path / "kept")
        for other in (
            Path("/dev/zero"),
            Path("/dev/null"),
            tmp_path / "pipe",
            tmp_path / "nowhere",
            tmp_path,
            folder / file,
        ):
            (folder / file).symlink_to(other)
            assert file in refused(lambda: load_model(folder))
            (folder / file).unlink()
        (folder / file).mkdir()
        assert file in refused(lambda: load_model(folder))
        (folder / file).rmdir()
        (tmp_path / "kept").replace(folder / file)


def sparse(path: Path, size: int, header: dict[str, Any]) -> None:
    """A file of that many bytes that takes none on the disk."""
    put(path, tensors(header))
    os.truncate(path, 8 + len(json.dumps(header)) + size)


def test_a_file_of_a_hundred_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    path, before = tmp_path / registry.REFINER, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sparse(path, 100_000_000_000, {"weight": tensor([50_000_000_000], (0, 100_000_000_000))})
    assert "far too long" in refused(lambda: registry.read(path))
    assert "far too long" in refused(lambda: registry.weights_of(path))
    sparse(path, 900_000_000, {"weight": tensor([450_000_000], (0, 900_000_000))})
    assert "another network: " in refused(lambda: registry.weights_of(path))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def test_scales_that_fit_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    for found in (
        {"a:scale": torch.ones(2, 1)},
        {"a": torch.ones(2, 3), "a:scale": torch.ones(3, 1)},
        {"a": torch.ones(2), "a:scale": torch.ones(2)},
    ):
        save_file(found, path)
        assert "scales" in refused(lambda: registry.read(path))


@pytest.mark.usefixtures("unbuilt")
def test_tokenizers_that_are_none(folder: Path) -> None:
    whole = json.loads((WEIGHTS / TOKENIZER).read_text("utf-8"))
    model = whole["model"]
    words = {"type": "WordLevel", "vocab": {"[UNK]": 0}, "unk_token": "[UNK]"}
    odd: list[Any] = [
        *(
            None,
            3,
            [],
            {},
            {**whole, "model": None},
            {**whole, "model": {}},
            {**whole, "model": words},
        ),
        {**whole, "model": {**model, "vocab": {**model["vocab"], "shipp": 30522}}},
        {**whole, "model": {**model, "vocab": {}}},
        {**whole, "model": {**model, "vocab": {"ship": -1}}},
        {**whole, "model": {**model, "max_input_chars_per_word": 1_000_000}},
        {**whole, "model": {**model, "unk_token": "[NOWHERE]"}},
        {**whole, "normalizer": None},
        {**whole, "pre_tokenizer": {"type": "Whitespace"}},
        {
            **whole,
            "pre_tokenizer": {
                "type": "Split",
                "pattern": {"Regex": "(a+)+$"},
                "behavior": "Removed",
                "invert": False,
            },
        },
        {
            **whole,
            "added_tokens": [{**whole["added_tokens"][0], "id": 99_999, "content": "[MORE]"}],
        },
    ]
    for value in odd:
        put(folder / TOKENIZER, json.dumps(value).encode())
        assert TOKENIZER in refused(lambda: load_model(folder)), str(value)[:80]
    for content in (
        b"",
        b"\xff" * 100,
        NESTED.encode(),
        b'{"model": ' + NESTED.encode(),
        b"{" * 1000,
        b" " * 20_000_000,
    ):
        put(folder / TOKENIZER, content)
        assert TOKENIZER in refused(lambda: load_model(folder))


# What is written down of a folder


def test_small_is_the_packages_whatever_lies_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "config.json").write_text("{}")
    (tmp_path / "small" / OWN).write_bytes(b"no heads")
    monkeypatch.chdir(tmp_path)
    assert isinstance(load_model("small"), SmallModel | CustomModel)


# Taught kinds and Chinese


TAUGHT: dict[str, Any] = {
    "lessons": [["crane"]],
    "kinds": [
        {
            "words": [["crane", "cranes"]],
            "stuff": False,
            "masks": True,
            "pixels": 40.0,
            "metres": None,
            "calibration": {},
            "taught": {},
        }
    ],
    "stand_ins": [["ship", "ships", False, ["ship", "ships"]]],
}


def kind(**changed: Any) -> dict[str, Any]:
    return {"kinds": [TAUGHT["kinds"][0] | changed]}


def test_readers_of_chinese_that_cannot_be(tmp_path: Path) -> None:
    ends = ["<start>", "<end>"]
    said: list[Any] = [
        (["船"], ["ship"]),
        (3, 3),
        ([], ends),
        (["船"], [str(n) for n in range(100_001)]),
        (["船"], ends),
    ]
    for card in ({}, [], 3, *({"letters": letters, "words": words} for letters, words in said)):
        with_card(tmp_path / CHINESE, card)
        assert CHINESE in refused(lambda: registry.load_reader(tmp_path))
    shutil.copyfile(WEIGHTS / CHINESE, tmp_path / CHINESE)
    assert registry.load_reader(tmp_path).letters
