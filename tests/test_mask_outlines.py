"""Rings along the pixel edges of a mask: they add up to it, and none touches itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from bounded_memory import at_most
from geomagnifier import mask_outlines, masks
from geomagnifier.results import Region


def area(ring: mask_outlines.Ring) -> float:
    return (
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)) / 2
    )


def runs(size: tuple[int, int], *counts: int) -> dict[str, Any]:
    return {"size": list(size), "counts": masks._compress(np.array(counts))}


def test_the_outline_of_a_large_mask_costs_its_runs() -> None:
    with at_most(3e7):  # 30,000 columns of 30,000 px
        rings = mask_outlines.polygons(runs((30_000, 30_000), 5, 30_000 * 29_999, 29_995))
    assert [len(ring) for ring in rings] == [8] and area(rings[0]) == 30_000 * 29_999


def test_the_polygon_of_a_region_is_that_of_its_mask_wherever_its_box_is() -> None:
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:50] = True
    mask[25:30, 35:40] = False
    region = Region("ship", 0.5, (31, 21, 49, 39), masks.encode(mask))
    assert set(region.polygon[0]) == {(30, 20), (50, 20), (50, 40), (30, 40)} and [
        area(ring) for ring in region.polygon
    ] == [400, -25]
    assert Region("ship", 0.5, (0, 0, 9, 9)).polygon == ()
    assert Region("ship", 0.5, (0, 0, 9, 9), masks.encode(np.zeros((9, 9), bool))).polygon == ()


def test_rings_of_a_frame_with_an_island() -> None:
    mask = np.zeros((9, 9), bool)
    mask[1:8, 1:8] = True
    mask[2:7, 2:7] = False
    mask[4, 4] = True
    rings = mask_outlines.polygons(masks.place(mask, (100, 200), (300, 200)))
    assert [area(ring) for ring in rings] == [49, -25, 1]
    assert set(rings[0]) == {(101, 201), (108, 201), (108, 208), (101, 208)}
    assert mask_outlines.polygons(masks.encode(np.zeros((3, 3), bool))) == ()


def test_rings_are_valid_whatever_the_mask() -> None:
    generator = np.random.default_rng(4)
    for _ in range(200):
        mask = generator.random(generator.integers(1, 12, 2)) < generator.random()
        rings = mask_outlines.polygons(masks.encode(mask))
        assert sum(map(area, rings)) == mask.sum()
        assert [abs(area(ring)) for ring in rings] == sorted(
            (abs(area(ring)) for ring in rings), reverse=True
        )
        shapes = [shapely.Polygon(ring) for ring in rings]
        assert all(shape.is_valid for shape in shapes)
        for y, x in np.ndindex(mask.shape):
            inside = sum(shape.contains(shapely.Point(x + 0.5, y + 0.5)) for shape in shapes) % 2
            assert inside == mask[y, x]


def test_pixels_that_touch_by_a_corner_are_two_rings() -> None:
    assert len(mask_outlines.polygons(masks.encode(np.eye(2, dtype=bool)))) == 2
    assert len(mask_outlines.polygons(masks.encode(np.eye(2, dtype=bool)[::-1]))) == 2


def test_a_wavy_outline_is_one_ring_round_its_pixels() -> None:
    y, x = np.mgrid[:300, :300] - 150
    rle = masks.encode(x**2 + y**2 < (110 + 20 * np.sin(9 * np.arctan2(y, x))) ** 2)
    with at_most(2e6):
        rings = mask_outlines.polygons(rle)
    assert len(rings) == 1 and area(rings[0]) == masks.area(rle)


def test_rings_of_many_masks_are_those_of_each() -> None:
    generator = np.random.default_rng(7)
    rles = [masks.encode(np.zeros((30, 40), bool))]
    for _ in range(300):
        mask = generator.random(generator.integers(1, 14, 2)) < generator.random()
        corner = (int(generator.integers(0, 30)), int(generator.integers(0, 20)))
        rles.append(masks.place(mask, corner, (30, 40)))
    found = mask_outlines.outlines(rles)
    rings: list[list[mask_outlines.Ring]] = [[] for _ in rles]
    parts = np.split(found.points, found.first)[1:]
    for part, number, twice in zip(parts, found.mask, found.area, strict=True):
        ring = tuple((x, y) for x, y in part.tolist())
        assert area(ring) == twice / 2
        rings[number].append(ring)
    assert [tuple(own) for own in rings] == [mask_outlines.polygons(rle) for rle in rles]
    assert rings[0] == [] and len(mask_outlines.outlines([]).points) == 0


def test_masks_that_are_traced_together_get_the_rings_that_they_have_alone() -> None:
    chance = np.random.default_rng(2)
    drawn = [masks.encode(chance.random((40, 30)) < share) for share in (0.2, 0.0, 0.7)]
    together = mask_outlines.polygons_of(drawn)
    assert together == [mask_outlines.polygons(rle) for rle in drawn]
    assert together[1] == () and mask_outlines.polygons_of([]) == []
