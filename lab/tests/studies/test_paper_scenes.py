"""Scene classes by size of the picture: what is shown has the size that was asked for.

A head is learnt at that size.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fake import FakeModel
from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.registry import load_model
from geomagnifier.results import ModelOutput
from geomagnifier.types import Granularity, Query, View
from geomagnifier_lab.studies import paper_scenes
from geomagnifier_lab.studies.paper_scenes import SIZES, classify, relearnt

COLOURS = {"Forest": (20, 90, 30), "Beach": (240, 220, 160)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Images of 128 px in two colours, one for each of two classes, in all three sets."""
    classes = {
        "aid": ("captions.jsonl", ("Forest", "Beach")),
        "ucm": ("captions.jsonl", ("forest", "beach")),
        "rsscn7": ("labels.jsonl", ("Forest",)),
    }
    for name, (file, labels) in classes.items():
        (tmp_path / name / "images").mkdir(parents=True)
        rows = []
        for k in range(8):
            label = labels[k % len(labels)]
            noise = np.random.default_rng(k).integers(-9, 9, (128, 128, 3))
            pixels = np.clip(np.array(COLOURS[label.capitalize()]) + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / "images" / f"{k}.png")
            rows.append({"image": f"{k}.png", "class": label, "split": "train" if k < 6 else "val"})
        (tmp_path / name / file).write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


class Naming(FakeModel):
    """Says "forest" of dark pictures; remembers how large they were."""

    def answer(self, query: Query, granularity: Granularity, views: list[View]) -> ModelOutput:  # type: ignore[override]
        self.shown = views[0].pixels.shape
        return ModelOutput((("forest" if views[0].pixels.mean() < 128 else "beach", 1.0),))


@pytest.mark.parametrize(("size", "side"), [(SIZES[0], 100), (SIZES[1], 128)])
def test_pictures_are_shown_at_the_size_asked_for(size: str, side: int, root: Path) -> None:
    model = Naming()
    assert classify(model, root, "aid", size) == {"right": 2, "n": 2, "pixels": side**2}
    assert model.shown == (side, side, 3)
    assert classify(model, root, "ucm", size, limit=1)["n"] == 1


@pytest.mark.parametrize("size", SIZES)
def test_a_head_is_learnt_over_the_trunk(
    size: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        paper_scenes, "train_scenes", functools.partial(paper_scenes.train_scenes, steps=60)
    )
    assert {"forest", "beach"} <= set(SCENES)
    found = relearnt(load_model(), root, size)
    assert set(found) == {"aid", "ucm", "rsscn7"} and all(
        run == {"right": 2, "n": 2} for run in found.values()
    )


def test_another_model_has_no_trunk_to_learn_over(root: Path) -> None:
    assert relearnt(FakeModel(), root, SIZES[0]) == {}
