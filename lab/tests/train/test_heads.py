"""The scene head over a finished trunk learns what its features tell, coarse classes included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from geomagnifier.language.scene_classes import SCENES
from geomagnifier_lab.datasets.sample import SceneSample
from geomagnifier_lab.train.heads import train_scenes
from geomagnifier_lab.train.text_samples import Pictures


def test_the_scene_head_learns_from_versions_of_pictures() -> None:
    generator = torch.Generator().manual_seed(0)
    samples = [
        SceneSample(
            Path(f"{k}.png"), (SCENES[k % 4],) if k % 2 else (SCENES[k % 4], SCENES[k % 4 + 10]), ()
        )
        for k in range(24)
    ]
    told = torch.eye(4).repeat_interleave(320, 1)[
        torch.arange(24) % 4
    ]  # a block of the vector for each class
    versions = torch.cat(
        [told + 0.1 * torch.randn(24, 1280, generator=generator) for _ in range(3)]
    ).half()
    empty = torch.zeros(72, 1)
    pictures = Pictures(samples, empty, versions, empty, np.arange(72) % 24)
    head = train_scenes(pictures, 0, steps=60)
    with torch.no_grad():
        best = head(told).argmax(1).tolist()
    assert all(SCENES[b] in sample.scenes for b, sample in zip(best, samples, strict=True))
    assert torch.equal(head.weight, train_scenes(pictures, 0, steps=60).weight)
