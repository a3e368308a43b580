"""Checkpoints of a run come back, and damaged ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from geomagnifier.errors import ModelCorrupt
from geomagnifier.finetuning.run_state import save, saved


def test_what_is_saved_comes_back_and_replaces_the_last(tmp_path: Path) -> None:
    path = tmp_path / "lesson.pt"
    for step in (1, 2):
        save(path, {"step": step, "weights": torch.full((2,), float(step))})
    assert saved(path)["step"] == 2 and saved(path)["weights"].tolist() == [2, 2]
    assert [file.name for file in tmp_path.iterdir()] == ["lesson.pt"]


@pytest.mark.parametrize("content", [b"", b"abc"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lesson.pt").write_bytes(content)
    with pytest.raises(ModelCorrupt, match=r"lesson\.pt is no checkpoint"):
        saved(tmp_path / "lesson.pt")
