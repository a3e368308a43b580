"""A person's pictures as crops are cut from them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import GeomagWarning
from geomagnifier.export.write import write_picture
from geomagnifier.finetuning import samples
from geomagnifier.finetuning.labels.base import Labelled, Labels, Outlined
from geomagnifier.finetuning.samples import REST, load, outline

SQUARE = np.array([[0, 0], [40, 0], [40, 40], [0, 40]], np.float32)


def thing(x, y, kind="pool", hole=False):
    holes = ((SQUARE * 0.5 + (x + 10, y + 10)).astype(np.float32),) if hole else ()
    return Outlined(kind, (x, y, x + 40, y + 40), (SQUARE + np.float32([x, y]),), holes)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "large.tif"
    pixels = np.random.default_rng(0).integers(0, 255, (2300, 4200, 3), np.uint8)
    write_picture(path, pixels, crs="EPSG:32633", transform=(0.5, 0.0, 5e5, 0.0, -0.5, 5.2e6))
    return path, pixels


def test_a_large_picture_is_cut_into_windows(large):
    path, pixels = large
    objects = (thing(100, 100), thing(1000, 120), thing(4100, 2200))
    labels = Labels(path, ("pool",), (Labelled(path, objects),))
    windows = load(labels, ())
    assert (
        len(windows) == 4
    )  # one pool lies over two windows, one in the last: three windows, and half as many without
    for source, _, (x0, y0, x1, y1) in windows:
        assert np.array_equal(source.pixels, pixels[int(y0) : int(y1), int(x0) : int(x1)])
        for _, box, rings in source.objects:
            assert 0 <= box[0] < box[2] <= 1024
            assert np.allclose(rings[0].min(0).clip(0), box[:2])
    assert sum(len(source.objects) for source, *_ in windows) == 4


def test_only_the_labelled_area_is_learnt_from(large):
    path, _ = large
    labels = Labels(
        path,
        ("pool",),
        (Labelled(path, (thing(2000, 1000), thing(2500, 1100)), (2000.0, 1000.0, 2540.0, 1140.0)),),
    )
    assert [place for *_, place in load(labels, ())] == [(2000.0, 1000.0, 3024.0, 2024.0)]


def test_too_many_windows_are_thinned_out(large, monkeypatch):
    path, _ = large
    monkeypatch.setattr(samples, "MOST", 2)
    labels = Labels(
        path, ("pool",), (Labelled(path, tuple(thing(x, 100) for x in range(100, 4000, 500))),)
    )
    with pytest.warns(GeomagWarning, match="2 of them, evenly picked"):
        assert len(load(labels, ())) == 2


def test_land_cover_is_painted_with_its_holes(tmp_path):
    Image.new("RGB", (200, 160), (90, 120, 80)).save(tmp_path / "a.png")
    labels = Labels(
        tmp_path,
        ("field", "pool"),
        (Labelled(tmp_path / "a.png", (thing(20, 20, "field", True), thing(100, 100))),),
    )
    ((source, *_),) = load(labels, {"field"})
    assert source.cover is not None
    assert source.cover[25, 25] == 0
    assert source.cover[40, 40] == REST
    assert source.cover[120, 120] == REST
    assert source.cover_names == ("field",)
    assert [kind for kind, *_ in source.objects] == ["pool"]


def test_outlines_are_filled():
    drawn = outline((SQUARE + 10,), (), np.array([5, 5], np.float32), (60, 60))
    assert drawn[10:40, 10:40].all()
    assert drawn.sum() == pytest.approx(1600, rel=0.06)
