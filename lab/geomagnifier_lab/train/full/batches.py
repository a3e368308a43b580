"""Make the tensors of a pass through the full network, and their targets, from samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from geomagnifier.finetuning.targets import Target, empty
from geomagnifier.models.full import segmenter
from geomagnifier.models.full.full_network import FullNetwork
from geomagnifier.models.full.output_classes import BOX, NONE, SEG
from geomagnifier.models.full.vlm import IGNORED, Vlm
from geomagnifier_lab.train.full.samples import FullSample


def tensors(
    network: FullNetwork, lessons: Sequence[FullSample]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The batch of `FullNetwork.forward`, and the targets of `losses_of`, both on the CPU.

    An image without a [SEG] or [BOX] to read is left out.

    Args:
        network: whose tokenizers are used.
        lessons: R samples.
    """
    encoded = network.vlm.encode([lesson.turn for lesson in lessons])
    asked = network.language_tokenizer(
        [lesson.turn.question for lesson in lessons],
        return_tensors="pt",
        padding=True,
        truncation=True,
        max_length=512,
    )
    rows, columns, numbers, targets = [], [], [], list[Target]()
    pictures: list[np.ndarray[Any, np.dtype[np.uint8]]] = []
    for row, lesson in enumerate(lessons):
        places = ties(network.vlm, encoded["input_ids"][row], encoded["labels"][row])
        for place, there, wanted in zip(places, lesson.there, lesson.targets, strict=True):
            if not there:
                encoded["labels"][row, place] = network.vlm.tie(NONE)
            if wanted is not None:
                rows.append(row)
                columns.append(place)
                numbers.append(len(pictures))
                targets.append(wanted)
        if lesson.picture is not None and any(wanted is not None for wanted in lesson.targets):
            pictures.append(lesson.picture)
    side = segmenter.side(network.segmenter)
    shown = (
        segmenter.normalise(torch.from_numpy(np.stack(pictures)), side)
        if pictures
        else torch.zeros(0, 3, side, side)
    )
    batch = {
        **{f"vlm.{name}": value for name, value in encoded.items()},
        "ties": torch.tensor([rows, columns], dtype=torch.int64).T,
        "pictures": shown,
        "picture_of": torch.tensor(numbers, dtype=torch.int64),
        "question.input_ids": asked["input_ids"],
        "question.attention_mask": asked["attention_mask"],
    }
    return batch, {
        "level": torch.tensor([lesson.level for lesson in lessons]),
        **stacked(targets, side),
    }


def ties(vlm: Vlm, ids: Tensor, labels: Tensor) -> list[int]:
    """Where the [SEG], [BOX] and [NONE] of a row's answer are.

    Args:
        vlm: whose vocabulary is used.
        ids: (T,) tokens.
        labels: (T,) labels; IGNORED outside the answer.
    """
    marks = torch.tensor([vlm.tie(mark) for mark in (SEG, BOX, NONE)])
    found: list[int] = torch.nonzero(torch.isin(ids, marks) & (labels != IGNORED))[:, 0].tolist()
    return found


def stacked(targets: Sequence[Target], side: int) -> dict[str, Tensor]:
    """Stack targets: one tensor a field, (Q, ...), float32; Q may be 0.

    Args:
        targets: Q of them.
        side: of an image, px.
    """
    shape = empty(side)
    made: dict[str, Tensor] = {}
    for f in fields(Target):
        values = [np.asarray(getattr(t, f.name), np.float32) for t in (*targets, shape)]
        made[f.name] = torch.from_numpy(np.stack(values)[:-1])
    return made
