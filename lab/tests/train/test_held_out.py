"""What pictures kept aside are asked.

What their sets label, wide classes with them, and a few that cannot be there.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier_lab.datasets.camera_sets import SETS, CameraSample
from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample
from geomagnifier_lab.eval.boxes import Size
from geomagnifier_lab.train import held_out
from geomagnifier_lab.train.held_out import ABSENT

needs_data = pytest.mark.skipif(
    "GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets"
)


def of(name: str, *kinds: str, outlined: bool = False) -> dict[str, held_out.Ask]:
    """Asks about a picture of a set with an object of each kind."""
    ring = (np.array([[5, 5], [25, 5], [25, 15]], np.float32),) if outlined else ()
    objects = tuple(
        LabelledObject(kind, (10.0 * i, 5.0, 10.0 * i + 20, 15.0), ring)
        for i, kind in enumerate(kinds)
    )
    asks = held_out._of_camera(CameraSample(Path(f"{name}.png"), objects), SETS[name], Size(40, 60))
    assert len({ask.kind for ask in asks}) == len(asks)
    return {ask.kind: ask for ask in asks}


def test_all_of_a_wide_class_is_asked_for_where_its_narrow_ones_are_labelled() -> None:
    asks = of("kit_ais_cars", "car", "car", "bus")
    assert (
        len(asks["vehicle"].boxes) == 3
        and len(asks["car"].boxes) == 2
        and len(asks["bus"].boxes) == 1
    )
    assert asks["vehicle"].complete and asks["van"].there is False
    assert sum(ask.there is False for ask in asks.values()) == ABSENT + 1


def test_what_an_incomplete_set_does_not_label_may_be_there() -> None:
    asks = of("simd_sample", "boat", "car")
    assert not asks["ship"].complete and asks["ship"].there and len(asks["ship"].boxes) == 1
    assert asks["truck"].there is None and len(asks["vehicle"].boxes) == 1
    assert asks["wind turbine"].there is False or asks["oil well"].there is False


def test_outlines_become_masks_and_points_stay_nominal() -> None:
    asks = of("buildings_kampala", "building", outlined=True)
    assert asks["building"].mask.shape == (40, 60) and 80 < asks["building"].mask.sum() < 130
    assert (
        of("urban_trees_points", "tree")["tree"].nominal
        and of("urban_trees_points", "tree")["tree"].mask is None
    )
    area = np.zeros((40, 60), bool)
    (road,) = held_out._of_camera(
        CameraSample(Path("r.png"), (), area), SETS["epfl_roads"], Size(40, 60)
    )
    assert road.kind == "road" and road.boxes is None and road.mask is area


def test_vhr10_has_no_turbines(tmp_path: Path) -> None:
    Image.new("RGB", (60, 40)).save(tmp_path / "a.png")
    sample = ObjectSample(
        tmp_path / "a.png",
        (LabelledObject("ship", (5.0, 5.0, 25.0, 15.0), ()),),
        ("ship", "harbor"),
    )
    asks = {ask.kind: ask.there for ask in held_out._of_vhr10(sample, Size(40, 60))}
    assert asks == {"wind turbine": False, "oil well": False, "ship": True, "harbor": False}


@needs_data
def test_every_set_has_pictures_kept_aside() -> None:
    pictures = held_out.kept_aside(Path(os.environ["GEOMAG_DATA"]), 2)
    assert {p.of for p in pictures} == {"vhr10", "dubai", "chips_pools", *SETS} and len(
        pictures
    ) <= 2 * 14
