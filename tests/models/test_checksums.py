"""SHA256SUMS of a model folder, and what it says of changed files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from geomagnifier.errors import ModelCorrupt, ModelError, printable
from geomagnifier.models import checksums, registry
from geomagnifier.models.registry import CHINESE, FILES, WEIGHTS, load_model, load_small

SMALL, SENTENCE, TOKENIZER, SCOUT = FILES


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


def test_one_bit_deep_in_a_tensor(tmp_path: Path) -> None:
    for file in (
        *FILES,
        CHINESE,
        registry.ATTENTION,
        registry.REFINER,
        registry.CLOSER,
        registry.LINEAR,
        checksums.SUMS,
    ):
        (tmp_path / file).symlink_to(WEIGHTS / file)
    assert load_small(tmp_path).spec.version == load_small().spec.version
    for file in (SCOUT, CHINESE):
        content = bytearray((WEIGHTS / file).read_bytes())
        content[-5000] ^= 1
        put(tmp_path / file, bytes(content))
        assert "SHA-256" in (told := refused(lambda: load_model(tmp_path))) and file in told
        (tmp_path / file).unlink()
        (tmp_path / file).symlink_to(WEIGHTS / file)


def test_the_packages_weights_are_the_ones_that_were_written() -> None:
    checksums.check(WEIGHTS, registry.ALL)
    assert set(checksums.read(WEIGHTS) or ()) == {
        *FILES,
        CHINESE,
        registry.ATTENTION,
        registry.REFINER,
        registry.CLOSER,
        registry.LINEAR,
    }
    assert (
        checksums.fingerprint(WEIGHTS) is not None
        and len(checksums.fingerprint(WEIGHTS) or "") == 12
    )


def test_a_list_and_its_files(tmp_path: Path) -> None:
    names = ("a.safetensors", "b.json", "c.safetensors")
    for name in names[:2]:
        (tmp_path / name).write_text(name)
    assert (
        checksums.check(tmp_path, names) is None and checksums.fingerprint(tmp_path) is None
    )  # without a list
    listed = tmp_path / checksums.SUMS
    checksums.write(listed, {name: tmp_path / name for name in names[:2]})
    checksums.check(tmp_path, names)
    (tmp_path / names[2]).write_text("more")
    assert names[2] in refused(lambda: checksums.check(tmp_path, names))
    (tmp_path / names[2]).unlink()
    (tmp_path / names[1]).write_text("other")
    assert "SHA-256" in refused(lambda: checksums.check(tmp_path, names))
    (tmp_path / names[1]).unlink()
    assert "lacks b.json" in refused(lambda: checksums.check(tmp_path, names))
    good = listed.read_text()
    for content in (
        b"",
        b"\xff" * 100,
        b"no list\n",
        good[:70].encode(),
        good.upper().encode(),
        b"\0" * 1_000_000,
    ):
        put(listed, content)
        assert checksums.SUMS in refused(lambda: checksums.check(tmp_path, names))
    listed.unlink()
    listed.symlink_to("/dev/zero")
    assert checksums.SUMS in refused(lambda: checksums.check(tmp_path, names))
    listed.unlink()
    put(
        listed, f"{'0' * 64}  /dev/zero\n{'0' * 64}  ../../b.json\n{good}".encode()
    )  # what is not the model's is not looked at
    assert "lacks b.json" in refused(lambda: checksums.check(tmp_path, names))


def test_a_file_written_anew_makes_the_list_out_of_date(tmp_path: Path) -> None:
    registry.write(tmp_path / SCOUT, {"a": torch.zeros(1)}, {})
    registry.seal(tmp_path)
    assert list(checksums.read(tmp_path) or ()) == [SCOUT]
    registry.write(tmp_path / SCOUT, {"a": torch.ones(1)}, {})
    assert not (tmp_path / checksums.SUMS).exists()


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
