"""The regions of an archive as GeoParquet, by geopandas.

A file a scene while it is new, then a thousand scenes a file.

Longitude and latitude (EPSG:4326), whatever the scenes' own CRS; boxes in scene px beside them. A
scene without a CRS has no geometry.
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
    *(
        "scene",
        "number",
        "label",
        "score",
        "phrase",
        "area_px",
        "area_m2",
        "length_m",
        "width_m",
        "x0",
        "y0",
        "x1",
        "y1",
    ),
    *("value", "unit", "value_word"),
)
"""Beside geometry. number: of the region in its scene's answer.json."""
SIZES = ["area_px", "area_m2", "length_m", "width_m", "value"]
"""Null for regions without an outline, and where the question has no value."""


def library() -> Any:
    """Geopandas.

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
    """The regions of one scene.

    Raises:
        OutputError: it cannot be written.
    """
    geopandas = library()
    found = [shapes.geometry(region) for region in answer.regions]
    places = shapes.longitude_latitude(found, answer.scene) or [None] * len(found)
    rows = []
    told = shapes.properties(answer, answer.regions, found)
    for number, (region, fields) in enumerate(zip(answer.regions, told, strict=True)):
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
    frame[SIZES] = frame[SIZES].astype(
        float
    )  # a column of nothing but nulls is one of numbers, too
    _save(frame, path)


def join(path: Path, scenes: Sequence[Path]) -> int:
    """Make one file of those of several scenes.

    Returns:
        regions in it.

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
    """Take the regions of some scenes out of a file.

    Raises:
        OutputError: it cannot be written.
    """
    frame = library().read_parquet(path)
    _save(frame[~frame["scene"].isin(list(names))], path)


def write_index(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """One row a scene, with its footprint: what `Manifest.rows` gives.

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
        frame["value"] = frame["value"].astype(
            float
        )  # null where a scene has none, and where none has
    _save(frame, path)


def _save(frame: Any, path: Path) -> None:
    with Staging(
        path.parent, stale=0
    ) as stage:  # one process writes an archive's tables, and a scene's own
        frame.to_parquet(
            stage.path(path.name),
            index=False,
            compression="zstd",
            write_covering_bbox=True,
            schema_version="1.1.0",
        )
