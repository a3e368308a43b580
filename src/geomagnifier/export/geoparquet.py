"""Write the regions of an archive as GeoParquet: one file a scene, then one a thousand scenes.

Geometries are in longitude and latitude (EPSG:4326), whatever the scenes' own CRS, with boxes in
scene px beside them. A scene without a CRS has no geometry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from geomagnifier.atomic import Staging
from geomagnifier.errors import LibraryMissing, install
from geomagnifier.raster import shapes
from geomagnifier.results import Answer

COLUMNS = (
    *("scene", "number", "label", "score", "phrase"),
    *("area_px", "area_m2", "length_m", "width_m"),
    *("x0", "y0", "x1", "y1"),
    *("value", "unit", "value_word"),
)
"""Columns beside geometry; `number` is that of the region in its scene's answer.json."""
SIZES = ["area_px", "area_m2", "length_m", "width_m", "value"]
"""Null for regions without an outline, and where the question has no value."""


def library() -> Any:
    """Import geopandas.

    Raises:
        LibraryMissing: it, or pyarrow, is not installed.
    """
    try:
        import geopandas
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise LibraryMissing(
            f"GeoParquet needs the extra map; install it: {install('map')} ({error})"
        ) from error
    return geopandas


def write_scene(path: Path, name: str, answer: Answer) -> None:
    """Write the regions of one scene.

    Args:
        path: of the file.
        name: of the scene, in the column `scene`.
        answer: whose regions they are.

    Raises:
        OutputError: it cannot be written.
        LibraryMissing: geopandas or pyarrow is not installed.
    """
    geopandas = library()
    found = shapes.geometries(answer.regions)
    places = shapes.longitude_latitude(found, answer.scene) or [None] * len(found)
    rows = []
    attributes = shapes.properties(answer, answer.regions, found)
    for number, (region, fields) in enumerate(zip(answer.regions, attributes, strict=True)):
        box = dict(zip(("x0", "y0", "x1", "y1"), map(float, region.box), strict=True))
        rows.append(
            {
                "scene": name,
                "number": number,
                **{k: fields[k] for k in COLUMNS if k in fields},
                **box,
            }
        )
    frame = geopandas.GeoDataFrame(rows, columns=list(COLUMNS), geometry=places, crs="EPSG:4326")
    # A column of nothing but nulls has a type, too.
    frame[SIZES] = frame[SIZES].astype(float)
    _save(frame, path)


def join(path: Path, scenes: Sequence[Path]) -> int:
    """Join the files of several scenes into one.

    Args:
        path: of the new file.
        scenes: the files of the scenes.

    Returns:
        The number of regions in it.

    Raises:
        OutputError: it cannot be written.
    """
    import pandas

    frames = [library().read_parquet(scene) for scene in scenes]
    full = [frame for frame in frames if len(frame)] or frames[:1]
    frame = library().GeoDataFrame(
        pandas.concat(full, ignore_index=True), geometry="geometry", crs="EPSG:4326"
    )
    _save(frame, path)
    return len(frame)


def drop(path: Path, names: Iterable[str]) -> None:
    """Remove the regions of some scenes from a file.

    Args:
        path: of the file.
        names: of the scenes.

    Raises:
        OutputError: it cannot be written.
    """
    frame = library().read_parquet(path)
    _save(frame[~frame["scene"].isin(list(names))], path)


def write_index(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write a table with one row a scene and its footprint.

    Args:
        path: of the file.
        rows: from `Manifest.rows`; their member `footprint` is a GeoJSON geometry.

    Raises:
        OutputError: it cannot be written.
    """
    import shapely

    given = [dict(row) for row in rows]
    footprints = [row.pop("footprint", None) for row in given]
    places = [
        None if outline is None else shapely.geometry.shape(outline) for outline in footprints
    ]
    frame = library().GeoDataFrame(given, geometry=places, crs="EPSG:4326")
    if "value" in frame:
        # Null where a scene has no value, and a column of numbers where none has.
        frame["value"] = frame["value"].astype(float)
    _save(frame, path)


def _save(frame: Any, path: Path) -> None:
    # stale=0: one process writes the tables of an archive, and those of a scene, so what is half
    # written there was left by one that died.
    with Staging(path.parent, stale=0) as stage:
        frame.to_parquet(
            stage.path(path.name),
            index=False,
            compression="zstd",
            write_covering_bbox=True,
            schema_version="1.1.0",
        )
