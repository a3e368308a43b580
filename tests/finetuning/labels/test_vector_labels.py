"""Outlines in a GIS file, in any CRS and format."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.errors import DataCorrupt, OptionError
from geomagnifier.export.write import write_picture
from geomagnifier.finetuning.labels import read_labels
from own_scenes import helipads

pyogrio, shapely = pytest.importorskip("pyogrio"), pytest.importorskip("shapely")


def write_outlines(folder, crs="EPSG:32633", other=None, geometry=None):
    """helipads.gpkg over two GeoTIFFs; `other`: the reference system of the outlines."""
    scenes, shapes = folder / "scenes", []
    scenes.mkdir()
    for number in range(2):
        pixels, rings = helipads(number)
        x, y = 500000.0 + 1000 * number, 5200000.0
        write_picture(
            scenes / f"{number}.tif", pixels, crs=crs, transform=(0.5, 0.0, x, 0.0, -0.5, y)
        )
        shapes += [shapely.Polygon(ring * (0.5, -0.5) + (x, y)) for ring in rings]
    if geometry is not None:
        shapes = [geometry(s) for s in shapes]
    if other is not None:
        from pyproj import Transformer

        to = Transformer.from_crs(crs, other, always_xy=True)
        shapes = [
            shapely.transform(s, lambda p: np.stack(to.transform(p[:, 0], p[:, 1]), 1))
            for s in shapes
        ]
    path = folder / "helipads.gpkg"
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(s) for s in shapes], object),
        field_data=[np.array(["helipad"] * len(shapes), object)],
        fields=["what"],
        geometry_type=shapes[0].geom_type,
        crs=other or crs,
        layer="pads",
        driver="GPKG",
    )
    return path, scenes


@pytest.mark.parametrize("other", [None, "EPSG:4326", "EPSG:3857"])
def test_outlines_in_any_reference_system(tmp_path, other):
    if other is not None:
        pytest.importorskip("pyproj")
    path, scenes = write_outlines(tmp_path, other=other)
    labels = read_labels(path, scenes, "what")
    assert labels.kinds == ("helipad",)
    assert labels.count("helipad") == (8, 2)
    for number, picture in enumerate(labels.pictures):
        _, rings = helipads(number)
        for o, ring in zip(picture.objects, rings, strict=True):
            assert o.box == pytest.approx((*ring.min(0), *ring.max(0)), abs=0.1)


def test_outlines_are_named_as_the_layer(tmp_path):
    path, scenes = write_outlines(tmp_path)
    assert read_labels(path, scenes).kinds == ("pads",)


@pytest.mark.parametrize(
    "geometry", [lambda s: s.centroid, lambda s: shapely.LineString(s.exterior)]
)
def test_points_and_lines_are_refused(tmp_path, geometry):
    path, scenes = write_outlines(tmp_path, geometry=geometry)
    with pytest.raises(DataCorrupt, match=r"polygons are needed.*Buffer"):
        read_labels(path, scenes)


def test_outlines_elsewhere(tmp_path):
    path, scenes = write_outlines(
        tmp_path, geometry=lambda s: shapely.transform(s, lambda p: p + 1e5)
    )
    with pytest.raises(DataCorrupt, match="none of the 8 polygons"):
        read_labels(path, scenes)
    with pytest.raises(DataCorrupt, match="no column 'kind'; it has what"):
        read_labels(path, scenes, "kind")
    with pytest.raises(OptionError, match="--pictures"):
        read_labels(path)
