"""Polygons of a GIS file, on the pixels of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import DataCorrupt
from geomagnifier.values import SceneInfo

Ring = NDArray[np.float32]
Rings = tuple[tuple[Ring, ...], tuple[Ring, ...]]
"""Outer rings and holes, (N, 2) px."""


@dataclass(frozen=True, eq=False)
class Layer:
    """names: the kind of each polygon.  shapes: GeoJSON geometries in `crs`."""

    names: tuple[str, ...]
    shapes: tuple[dict[str, Any], ...]
    crs: str

    def on(self, scene: SceneInfo) -> list[Rings]:
        """Each polygon on the pixels of a scene with a reference system; empty where it cannot be put there."""
        from rasterio.warp import transform_geom

        assert scene.crs is not None
        assert scene.transform is not None
        a, b, c, d, e, f = scene.transform
        back = np.linalg.inv(np.array([[a, b], [d, e]]))
        placed = transform_geom(self.crs, scene.crs, list(self.shapes)) if self.shapes else []
        found: list[Rings] = []
        for shape in placed:
            parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            rings = [[np.asarray((np.array(ring)[:, :2] - (c, f)) @ back.T, np.float32)[:-1] for ring in part] for part in parts if part]
            sound = [part for part in rings if all(len(r) > 2 and np.isfinite(r).all() for r in part)]
            found.append((tuple(part[0] for part in sound), tuple(hole for part in sound for hole in part[1:])))
        return found


def read_layer(path: Path, field: str | None = None) -> Layer:
    """The first layer of polygons.

    Args:
        path: GeoPackage, GeoJSON, Shapefile or FlatGeobuf.
        field: column of kinds; None: all are of one kind, named as the layer.

    Raises:
        DataCorrupt: it cannot be read, has no polygons, no reference system, or no such column.
    """
    import pyogrio
    import shapely

    try:
        name = str(pyogrio.list_layers(path)[0][0])
        meta, _, geometry, columns = pyogrio.raw.read(path, layer=name)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, IndexError, ValueError, OSError) as error:
        raise DataCorrupt(f"{path} cannot be read ({' '.join(str(error).split())})") from error
    if meta["crs"] is None:
        raise DataCorrupt(f"{path} names no reference system; set it in a GIS (Assign projection), then it can be laid on pictures")
    fields = [str(f) for f in meta["fields"]]
    if field is not None and field not in fields:
        raise DataCorrupt(f"{path} has no column {field!r}; it has {', '.join(fields) or 'none'}")
    shapes = [None if wkb is None else shapely.from_wkb(wkb) for wkb in geometry]
    flat = {s.geom_type for s in shapes if s is not None and not s.is_empty} - {"Polygon", "MultiPolygon"}
    if flat:
        raise DataCorrupt(
            f"{path} holds {', '.join(sorted(flat))}; polygons are needed: draw the outlines, or make some of points and lines in a GIS "
            "(Buffer)"
        )
    kinds = [name] * len(shapes) if field is None else list(columns[fields.index(field)])
    kept = [(k, s) for k, s in zip(kinds, shapes, strict=True) if s is not None and not s.is_empty and k is not None]
    if not kept:
        raise DataCorrupt(f"{path} holds no polygons{'' if field is None else f' with a {field!r}'}")
    return Layer(tuple(str(k) for k, _ in kept), tuple(shapely.geometry.mapping(shapely.force_2d(s)) for _, s in kept), str(meta["crs"]))
