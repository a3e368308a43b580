"""A mask may reach a little beyond its region's box.

The answer's mask and areas are those of the masks.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geomagnifier.composed import understood
from geomagnifier.composed.evaluation import run
from geomagnifier.composed.ground import Ground
from geomagnifier.inference.answer_mask import assemble_chosen, covered
from geomagnifier.masks import bounds, decode, encode, place, read_patches
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo
from labelled import FLAT, SPEC, region


def test_the_bounds_of_a_mask_are_those_of_its_pixels() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        mask = np.zeros((40, 60), bool)
        mask[rng.integers(0, 40, 3), rng.integers(0, 60, 3)] = True
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert bounds(encode(mask)) == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    assert bounds(encode(np.zeros((40, 60), bool))) == (0, 0, 0, 0)
    assert bounds(encode(np.ones((40, 60), bool))) == (0, 0, 60, 40)


def small(*masks: tuple[int, int, int, int], scene: SceneInfo) -> list[Region]:
    """Regions whose masks reach 8 px beyond their boxes on each side."""
    whole = [region("ship", *mask, scene=scene) for mask in masks]
    return [replace(r, box=(r.box[0] + 8, r.box[1] + 8, r.box[2] - 8, r.box[3] - 8)) for r in whole]


def test_the_mask_of_chosen_regions_is_whole_beyond_their_boxes() -> None:
    """The second one reaches into the next block (2048 px) with its mask only, both ways."""
    scene = SceneInfo("made", 5000, 4500, 3)
    regions = small((100, 60, 200, 100), (2000, 2010, 2052, 2051), scene=scene)
    patches = assemble_chosen(regions)
    truth = np.any([decode(r.segmentation or {}) for r in regions], 0)
    assert (read_patches(patches, scene.box, scene.box) == truth).all()
    assert covered(patches) == truth.sum() == 100 * 40 + 52 * 41


def test_a_region_with_an_empty_mask_has_no_patch() -> None:
    assert (
        assemble_chosen(
            [Region("ship", 0.9, (0, 0, 9, 9), place(np.zeros((9, 9), bool), (0, 0), (50, 50)))]
        )
        == ()
    )


def test_areas_are_those_of_whole_masks() -> None:
    read = understood("What percentage of the image is covered by ships?", SPEC)
    assert read is not None
    regions = small((20, 20, 120, 120), (60, 20, 160, 120), scene=FLAT)
    assert run(read.program, Ground(regions, FLAT)).value == pytest.approx(
        100 * 140 * 100 / (400 * 300)
    )
