"""The state of a training run as a file, so that a run that was stopped goes on."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch

from geomagnifier.atomic import Staging
from geomagnifier.errors import ModelCorrupt


def save(path: Path, content: dict[str, object]) -> None:
    """Write a checkpoint beside the last one and rename it: a killed run leaves a whole one.

    Args:
        path: of the checkpoint.
        content: what `saved` gives back.

    Raises:
        OutputError: the disk is full, or cannot be written to; the last checkpoint is as it was.
    """
    held = io.BytesIO()  # what torch writes to a file itself fails without a reason
    torch.save(content, held)
    with Staging(path.parent, stale=0) as stage:
        stage.path(path.name).write_bytes(
            held.getvalue()
        )  # not getbuffer: Python 3.12 crashes when an error holds one


def saved(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """What `save` wrote; no code in the file is run.

    Args:
        path: of the checkpoint.
        device: for its tensors.

    Raises:
        ModelCorrupt: it is no checkpoint, or damaged.
    """
    try:
        content = torch.load(path, map_location=device, weights_only=True)
        if not isinstance(content, dict):
            raise ValueError("no table")
    except Exception as error:  # what a damaged file leads to has many names
        raise ModelCorrupt(
            f"{path} is no checkpoint of a training run, or damaged; remove it to start again"
        ) from error
    return content
