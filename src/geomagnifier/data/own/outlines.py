"""Polygons of a GIS file over GeoTIFFs: each is put on the picture it lies on, whatever the reference systems of both are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geomagnifier.data.own.labels import Labelled, Labels, Outlined, check, inside, plain, unique, warn_outside
from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier.io.outlines import Layer, read_layer
from geomagnifier.io.scene import open_scene

SCENES = (".tif", ".tiff", ".jp2", ".vrt")


def read_outlines(source: Path, pictures: Path, field: str | None = None) -> Labels:
    """Read them.

    Args:
        source: GeoPackage, GeoJSON, Shapefile or FlatGeobuf.
        pictures: a GeoTIFF, or a folder of them.
        field: the column that says the kind; without it all are of one kind, named as the layer.

    Raises:
        DataMissing: there are no pictures.
        DataCorrupt: no polygons, no reference system, no such column, or none of the polygons on a picture.
    """
    layer: Layer = read_layer(source, field)
    paths = [pictures] if pictures.is_file() else sorted(p for p in pictures.glob("*") if p.suffix.lower() in SCENES)
    if not paths:
        raise DataMissing(f"{pictures} is no GeoTIFF and holds none")
    named = [plain(name, f"{source}, feature {number}") for number, name in enumerate(layer.names, 1)]
    kinds = unique(dict.fromkeys(named), str(source))
    labelled, off = [], np.ones(len(named), bool)
    for path in paths:
        with open_scene(path) as scene:
            info = scene.info
        if info.crs is None or info.transform is None:
            raise DataCorrupt(f"{path} does not say where on Earth it is; give it a reference system (gdal_edit.py -a_srs, -a_ullr)")
        size = (info.width, info.height)
        objects = []
        for number, (rings, holes) in enumerate(layer.on(info)):
            if not rings:
                continue
            points = np.concatenate(rings)
            box = inside((*points.min(0).tolist(), *points.max(0).tolist()), size, f"{source}, feature {number + 1}")
            if box is not None:
                off[number] = False
                objects.append(Outlined(named[number], box, rings, holes))
        if objects:
            boxes = np.array([o.box for o in objects])
            area = (*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())
            labelled.append(Labelled(path, tuple(objects), area))
    if not labelled:
        raise DataCorrupt(f"none of the {len(named)} polygons of {source} lies on {pictures}; look at both in a GIS")
    warn_outside(int(off.sum()), source)
    return check(Labels(source, kinds, tuple(labelled)))
