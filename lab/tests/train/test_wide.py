"""The second stage.

Which crops it sees, what is drawn again after a stop, and that a run goes on to the same numbers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from geomagnifier.finetuning.crops import Source
from geomagnifier.language.scene_classes import SCENES
from geomagnifier_lab.datasets.sample import SceneSample
from geomagnifier_lab.train import wide
from geomagnifier_lab.train.batches import NAMES, OBJECTS, Sizes
from geomagnifier_lab.train.camera_figures import camera_figures, compared
from geomagnifier_lab.train.loop import follow, image_side
from geomagnifier_lab.train.photometric import degrade
from geomagnifier_lab.train.sources import CHIPS, pool_box, pool_sources
from geomagnifier_lab.train.trainer import Files
from geomagnifier_lab.train.wide_batches import (
    FAR,
    LENGTHS,
    SCALES,
    WideBatches,
    grouped,
    usual_length,
)
from worded import worded_start

needs_data = pytest.mark.skipif(
    "GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets"
)


def picture(kind: str, *boxes: tuple[float, float, float, float], **how: object) -> Source:
    """Noise with bright boxes of one class."""
    pixels = np.random.default_rng(len(boxes)).integers(0, 90, (120, 160, 3)).astype(np.uint8)
    for x0, y0, x1, y1 in boxes:
        pixels[int(y0) : int(y1), int(x0) : int(x1)] = 240
    return replace(
        Source(pixels, tuple((kind, box, ()) for box in boxes), frozenset({kind})), **how
    )  # type: ignore[arg-type]


class Made(WideBatches):
    """The second stage's batches over pictures that are made here."""

    def __init__(
        self, sets: Sequence[Sequence[Source]], scenes: Sequence[SceneSample] = (), crops: int = 5
    ) -> None:
        self.seed, self.sizes = 7, Sizes(crops=crops, side=64, scenes=4, scene_side=32, pasted=0.0)
        self.objects = self.drawn = list(sets[0])
        self.covers = [
            replace(sets[0][0], cover=np.zeros((120, 160), np.uint8), cover_names=("water",))
        ]
        self.scenes = list(scenes)
        self.groups = grouped(sets)
        self.usual = {kind: usual_length(groups) for kind, groups in self.groups.items()}
        self.weights = np.full(len(self.groups), 1 / len(self.groups))


SHIPS = [picture("ship", (20, 20, 60, 40)), picture("ship", (10, 10, 40, 20), (80, 60, 130, 90))]
TREES = [picture("tree", (20, 20, 32, 32), (50, 50, 62, 62), nominal=True)]


def test_objects_are_found_by_class_and_set_and_have_a_usual_length() -> None:
    bigger = [picture("ship", (0, 0, 160, 50))]
    groups = grouped([SHIPS, TREES, bigger])
    assert list(groups) == ["ship", "tree"] and [len(g.places) for g in groups["ship"]] == [3, 1]
    assert usual_length(groups["ship"]) == pytest.approx((40 * 160) ** 0.5)
    roads = [
        replace(SHIPS[0], objects=(), cover=np.zeros((120, 160), np.uint8), cover_names=("road",))
    ]
    groups = grouped([roads])
    assert groups["road"][0].places == [(0, None)] and usual_length(groups["road"]) == 0


def test_scales_bring_most_objects_near_their_usual_length() -> None:
    data, rng = Made([SHIPS, TREES]), np.random.default_rng(0)
    lengths = np.array([40 * data.scale("ship", 40, rng) for _ in range(2000)])
    assert (
        lengths.min() >= min(FAR, 40 * SCALES[0]) - 1e-6 and lengths.max() <= 40 * SCALES[1] + 1e-6
    )
    octaves = np.abs(np.log2(lengths / data.usual["ship"]))
    assert 0.65 < (octaves <= 1.5).mean() < 0.95
    thin = np.array([data.scale("tree", 12, rng) for _ in range(200)])
    assert thin.min() >= 0.8 and thin.max() <= 3


def test_two_crops_in_five_are_those_of_the_first_stage_and_a_step_is_drawn_alike_again() -> None:
    data = Made([SHIPS, TREES])
    crops, _ = data.crops(3)
    again, _ = Made([SHIPS, TREES]).crops(3)
    assert len(crops) == 5 and all(
        (a.pixels == b.pixels).all() for a, b in zip(crops, again, strict=True)
    )
    assert not any(p.ignored for c in crops[:2] for p in c.pieces)
    for step in range(30):
        for crop in data.crops(step)[0][2:]:
            for p in crop.pieces:
                low = 0.7 * 12 if p.kind == "tree" else FAR  # ships are told apart from afar
                high = LENGTHS[1]
                assert p.ignored == (not low <= p.length <= high)


def test_a_batch_is_parted_without_loss(scenes: list[SceneSample]) -> None:
    batch = Made([SHIPS, TREES], scenes)[2]
    parts = batch.parts(2)
    assert [len(p.pixels) for p in parts] == [2, 3] and [len(p.boxes) for p in parts] == [2, 3]
    assert torch.equal(torch.cat([p.pixels for p in parts]), batch.pixels) and torch.equal(
        parts[1].asked, batch.asked[2:]
    )
    assert torch.equal(parts[1].targets["mask"], batch.targets["mask"][2:])
    assert len(batch.parts(1)) == 1 and len(batch.parts(9)) == 5


def test_other_cameras_change_pixels_and_nothing_else() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    seen = [degrade(pixels, np.random.default_rng(seed)) for seed in range(40)]
    assert all(x.shape == pixels.shape and x.dtype == np.uint8 for x in seen)
    assert (degrade(pixels, np.random.default_rng(3)) == seen[3]).all()
    assert len({x.tobytes() for x in seen}) > 30


def test_chips_are_laid_side_by_side_with_boxes_on_their_pools(tmp_path: Path) -> None:
    chip = np.full((50, 50, 3), (120, 110, 90), np.uint8)
    pool = chip.copy()
    pool[20:32, 15:35] = (60, 140, 220)
    x0, y0, x1, y1 = pool_box(pool)
    assert abs(x0 - 15) <= 1 and abs(y0 - 20) <= 1 and abs(x1 - 35) <= 1 and abs(y1 - 32) <= 1
    assert pool_box(chip) == (10, 10, 40, 40)  # nothing blue: about the middle
    chips = []
    for number in range(36):
        Image.fromarray(pool if number % 2 else chip).save(tmp_path / f"{number}.png")
        chips.append((tmp_path / f"{number}.png", bool(number % 2)))
    made = pool_sources(chips, 0)
    assert (
        len(made) == 2
        and made[0].pixels.shape == (CHIPS * 50, CHIPS * 50, 3)
        and not made[0].objects
    )
    assert made[1].objects and all("swimming pool" in s.kinds for s in made)
    for _, (left, top, right, bottom), _ in made[1].objects:
        assert (
            made[1].pixels[int(top) + 2 : int(bottom) - 2, int(left) + 2 : int(right) - 2]
            == (60, 140, 220)
        ).all()


def test_a_point_is_found_from_six_px_on() -> None:
    source = TREES[0]
    for away, found in ((5.9, True), (6.1, False)):
        a, b = (
            np.array(compared((10, 10, 22, 22), source)),
            np.array(compared((10 + away, 12, 22 + away, 20), source)),
        )
        low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
        common = np.prod(high - low)
        assert (common / (2 * 18**2 - common) >= 0.5) == found


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[SceneSample]:
    folder, found = tmp_path_factory.mktemp("scenes"), []
    for i, name in enumerate(SCENES[:4]):
        Image.new("RGB", (40, 40), (60 * i, 100, 20)).save(folder / f"{i}.png")
        found.append(SceneSample(folder / f"{i}.png", (name,), ("a place .",) if i else ()))
    return found


def run(
    folder: Path, scenes: list[SceneSample], stop: int | None = None
) -> dict[str, torch.Tensor]:
    """Four steps of two crops, or as many as `stop` before the run is broken off.

    The averaged weights.
    """
    settings = replace(wide.SETTINGS, steps=4, save=2, validate=1, seed=3, parts=2)
    begun = worded_start()

    def fresh():
        network = image_side()
        wide.warm_start(network, begun.state, begun.kinds, begun.objects, 3)
        return network

    def captions(sentences: list[str]) -> torch.Tensor:
        return torch.nn.functional.normalize(torch.ones(len(sentences), 384), dim=1)

    files = Files(folder / wide.CHECKPOINT, folder / wide.LOG)
    rows = follow(
        fresh,
        lambda: Made([SHIPS, TREES], scenes, 2),
        lambda network, device: {"figure": 0.5},
        captions,
        files,
        settings,
    )
    for row in rows:
        if row["step"] == stop:
            rows.close()
            return {}
    average: dict[str, torch.Tensor] = torch.load(files.checkpoint, weights_only=True)["average"]
    return average


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_to_the_same_numbers(
    tmp_path: Path, scenes: list[SceneSample]
) -> None:
    whole = run(tmp_path / "whole", scenes)
    run(tmp_path / "broken", scenes, stop=3)
    assert torch.load(tmp_path / "broken" / wide.CHECKPOINT, weights_only=True)["step"] == 2
    gone_on = run(tmp_path / "broken", scenes)
    assert all(torch.equal(whole[name], gone_on[name]) for name in whole)
    begun = worded_start().state
    assert torch.equal(whole["trunk.stem.weight"], begun["trunk.stem.weight"])  # frozen
    assert torch.equal(whole["trunk.blocks.3.expand.weight"], begun["trunk.blocks.3.expand.weight"])
    assert not torch.equal(
        whole["trunk.blocks.9.expand.weight"], begun["trunk.blocks.9.expand.weight"]
    )
    ship = NAMES.index("ship")
    assert not torch.equal(
        whole["states.weight"][ship], begun["states.weight"][worded_start().kinds.index("ship")]
    )


def test_over_a_frozen_trunk_the_language_side_still_fits(
    tmp_path: Path, scenes: list[SceneSample]
) -> None:
    settings = replace(
        wide.SETTINGS, steps=2, save=1, validate=1, seed=3, parts=1, trunk_rate=0.0, average=0.5
    )
    begun = worded_start()

    def fresh():
        network = image_side()
        wide.warm_start(network, begun.state, begun.kinds, begun.objects, 3)
        wide.freeze_trunk(network, begun.kinds)
        return network

    files = Files(tmp_path / wide.CHECKPOINT, tmp_path / wide.LOG)
    rows = [
        *follow(
            fresh,
            lambda: Made([SHIPS, TREES], scenes, 2),
            lambda network, device: {"figure": 0.5},
            lambda told: torch.zeros(len(told), 384),
            files,
            settings,
        )
    ]
    assert all(row.get("scene", 0.0) == 0 for row in rows)
    before, after = fresh().state_dict(), torch.load(files.checkpoint, weights_only=True)["average"]
    for part in ("trunk.", "scenes.", "picture.", "sentence."):
        assert all(
            torch.equal(before[name], after[name]) for name in before if name.startswith(part)
        ), part
    assert not torch.equal(before["neck.lateral.0.weight"], after["neck.lateral.0.weight"])
    moved = (before["states.weight"] != after["states.weight"]).any(1)
    old = torch.tensor([*(name in begun.kinds for name in NAMES), True])
    assert not moved[old].any() and moved[~old].any()


@needs_data
@pytest.mark.slow
def test_what_was_known_is_still_found_before_the_first_step() -> None:
    from geomagnifier_lab.train.sources import object_sources

    network = image_side().eval()
    begun = worded_start()
    wide.warm_start(network, begun.state, begun.kinds, begun.objects)
    sources = object_sources(Path(os.environ["GEOMAG_DATA"]), "val")[:4]
    figures = camera_figures(network, {"vhr10": sources, "again": sources[:1]}, torch.device("cpu"))
    assert figures["AP vhr10"] > 0.85 and figures["cameras"] == figures["AP again"]
    assert set(OBJECTS) > {kind for s in sources for kind, _, _ in s.objects}
