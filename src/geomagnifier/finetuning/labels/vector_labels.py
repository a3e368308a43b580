"""Polygons of a GIS file over GeoTIFFs.

Each is put on the image it lies on, whatever the CRS of both.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier.finetuning.labels.base import (
    FEWEST,
    Labelled,
    Labels,
    LeftOut,
    Outlined,
    check,
    inside,
    plain,
)
from geomagnifier.raster.scene import open_scene
from geomagnifier.raster.vector_layer import Layer, read_layer

SCENES = (".tif", ".tiff", ".jp2", ".vrt")


def read_outlines(
    source: Path,
    pictures: Path,
    field: str | None = None,
    layer: str | None = None,
    fewest: int = FEWEST,
) -> Labels:
    """Read polygons.

    Args:
        source: GeoPackage, GeoJSON, Shapefile or FlatGeobuf.
        pictures: a GeoTIFF, or a folder of them.
        field: the column that holds the class; without it all are of one class, named as the layer.
        layer: of a GeoPackage; needed where several hold polygons.
        fewest: labelled objects that a class needs.

    Raises:
        DataMissing: there are no images.
        DataCorrupt: no polygons, no CRS, no such column, or none of the polygons on an image.
        OptionError: no such layer, or several to choose from.
    """
    found: Layer = read_layer(source, field, layer)
    paths = (
        [pictures] if pictures.is_file() else sorted(p for p in pictures.glob("*") if _is_scene(p))
    )
    if not paths:
        raise DataMissing(f"{pictures} is no GeoTIFF and holds none")
    left, named = LeftOut(source), dict[int, str]()
    for number, why in found.left_out:
        left.add(f"feature {number}", why)
    for at, (number, name) in enumerate(zip(found.numbers, found.names, strict=True)):
        try:
            named[at] = plain(name)
        except DataCorrupt as error:
            left.add(f"feature {number}", str(error))
    labelled, placed = [], set[int]()
    for path in paths:
        with open_scene(path) as scene:
            info = scene.info
        if info.crs is None or info.transform is None:
            raise DataCorrupt(
                f"{path} does not say where on Earth it is; give it a reference system"
                " (gdal_edit.py -a_srs, -a_ullr)"
            )
        size = (info.width, info.height)
        objects = []
        for at, (rings, holes) in enumerate(found.on(info)):
            if not rings or at not in named:
                continue
            points = np.concatenate(rings)
            try:
                box = inside((*points.min(0).tolist(), *points.max(0).tolist()), size)
            except ValueError:  # it may lie on another picture
                continue
            placed.add(at)
            objects.append(Outlined(named[at], box, rings, holes))
        if objects:
            boxes = np.array([o.box for o in objects])
            area = (*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())
            labelled.append(Labelled(path, tuple(objects), area))
    if named and not labelled:
        raise DataCorrupt(
            f"none of the {len(found.names)} polygons of {source} lies on {pictures}; look at both"
            " in a GIS"
        )
    for at in named:
        if at not in placed:
            left.add(f"feature {found.numbers[at]}", "it lies on none of the images")
    used = {o.kind for picture in labelled for o in picture.objects}
    return check(
        Labels(
            source, tuple(k for k in dict.fromkeys(named.values()) if k in used), tuple(labelled)
        ),
        left,
        fewest,
    )


def _is_scene(path: Path) -> bool:
    return path.suffix.lower() in SCENES and not path.name.startswith(".")
