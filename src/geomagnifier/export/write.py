"""Write an answer to a folder: answer.json, regions, mask, overlay and relevance map.

All of them are written, or none.
"""

from __future__ import annotations

import os
from pathlib import Path

from geomagnifier.atomic import Staging
from geomagnifier.errors import OptionError
from geomagnifier.export import (
    answer_json,
    geoparquet,
    heatmap,
    mask_cog,
    overlay,
    qgis_style,
    vectors,
)
from geomagnifier.export.answer_json import to_json as to_json
from geomagnifier.export.image_file import write_picture as write_picture
from geomagnifier.results import Answer
from geomagnifier.types import Bytes

VECTORS = {"geojson": vectors.write_geojson, "gpkg": vectors.write_gpkg}
SUFFIXES = (".json", ".geojson", ".gpkg", ".parquet", ".tif", ".tiff", ".png", ".jpg", ".jpeg")
"""Suffixes of the files that `save` writes."""
QUALITY = 90
"""JPEG quality."""


def write(
    answer: Answer,
    out: str | os.PathLike[str],
    *,
    vector: str = "geojson",
    crs: str | None = None,
    oriented: bool = False,
) -> dict[str, Path]:
    """Write answer.json, regions.geojson (or .gpkg) and overlay.png to a folder.

    A segmentation also has mask.tif, and a search led by a relevance map heat.png. QGIS shows
    regions and mask in the colours of overlay.png: a GeoPackage holds its style, other files have a
    .qml beside them. Every file appears whole or not at all, and replaces one of the same name; a
    mask.tif or heat.png of an earlier answer is removed where this one has none.

    An answer that was stopped before its end is written as answer.partial.json,
    regions.partial.geojson and so on, beside the complete one of an earlier run; a complete answer
    removes these. answer.json says so in "complete", mask.tif in the tag GEOMAG_COMPLETE. Memory
    does not grow with the number of regions or the size of the scene.

    Args:
        answer: from `ask`.
        out: the folder, made where needed.
        vector: "geojson" (longitude and latitude) or "gpkg" (the scene's CRS).
        crs: CRS of the regions in place of that, such as "EPSG:3857"; the mask stays on the scene's
            grid.
        oriented: whether regions are written as their oriented boxes, with the field `heading_deg`,
            in place of their outlines.

    Returns:
        Paths by "answer", "regions", "overlay" and, where there is one, "regions_style", "mask",
        "mask_style" and "heat".

    Raises:
        OptionError: an unknown vector format or CRS, or one to which the scene's regions cannot be
            reprojected.
        OutputError: the folder is a file or not writable, or the disk is full; no unfinished file
            is left.
    """
    if vector not in VECTORS:
        raise OptionError(f"the vector format {vector!r} is not known; use {' or '.join(VECTORS)}")
    form = vectors.Form(crs, oriented)
    form.check(answer.scene, vector)
    folder, names = Path(out), _names(answer.stopped, vector)
    written = ["answer", "regions", "overlay"]
    with Staging(folder) as stage:
        answer_json.write_json(stage.path(names["answer"]), answer)
        VECTORS[vector](stage.path(names["regions"]), answer, form)
        if vector == "geojson":
            written.append("regions_style")
            stage.path(names["regions_style"]).write_text(
                qgis_style.regions_qml(answer), encoding="utf-8"
            )
        if answer.patches is not None:
            written += ["mask", "mask_style"]
            mask_cog.write_mask(stage.path(names["mask"]), stage.scratch("mask.tif"), answer)
            stage.path(names["mask_style"]).write_text(qgis_style.mask_qml(), encoding="utf-8")
        _save(stage.path(names["overlay"]), overlay.draw(answer))
        if answer.trace.heat is not None:
            written.append("heat")
            _save(stage.path(names["heat"]), heatmap.draw(answer))
        stage.outdate(names[key] for key in ("mask", "mask_style", "heat"))
        if not answer.stopped:
            stage.outdate(name for other in VECTORS for name in _names(True, other).values())
    return {key: folder / names[key] for key in written}


def save(
    answer: Answer, path: str | os.PathLike[str], crs: str | None = None, oriented: bool = False
) -> Path:
    """Write one file, in the format of its suffix: see `Answer.save`.

    Args:
        answer: from `ask`.
        path: of the file, with one of SUFFIXES.
        crs: CRS of the regions in a .geojson or .gpkg, in place of the usual one.
        oriented: whether these are oriented boxes.

    Raises:
        OptionError: the suffix is not known, or the answer cannot be written in that format.
        OutputError: the file cannot be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise OptionError(
            f"{target.name!r} has no suffix of a file that an answer can be saved as; use"
            f" {', '.join(SUFFIXES)}"
        )
    if suffix in (".tif", ".tiff") and answer.patches is None:
        raise OptionError(
            f"the answer has no mask, so that {target.name} cannot be written; ask for one, as in"
            " 'Segment every ship.'"
        )
    form = vectors.Form(crs, oriented)
    if suffix[1:] in VECTORS:
        form.check(answer.scene, suffix[1:])
    elif form != vectors.Form():
        raise OptionError(f"crs and oriented are of .geojson and .gpkg; {target.name} has neither")
    if suffix == ".parquet":
        geoparquet.write_scene(target, answer.scene.name, answer)
        return target
    with Staging(target.parent) as stage:
        staged = stage.path(target.name)
        if suffix == ".json":
            answer_json.write_json(staged, answer)
        elif suffix in (".geojson", ".gpkg"):
            VECTORS[suffix[1:]](staged, answer, form)
        elif suffix == ".png":
            _save(staged, overlay.draw(answer))
        elif suffix in (".jpg", ".jpeg"):
            overlay.sheet(answer).save(staged, quality=QUALITY)
        else:
            mask_cog.write_mask(staged, stage.scratch(target.name), answer)
    return target


def _names(stopped: bool, vector: str) -> dict[str, str]:
    part = ".partial" if stopped else ""
    return {
        "answer": f"answer{part}.json",
        "regions": f"regions{part}.{vector}",
        "regions_style": f"regions{part}.qml",
        "mask": f"mask{part}.tif",
        "mask_style": f"mask{part}.qml",
        "overlay": f"overlay{part}.png",
        "heat": f"heat{part}.png",
    }


def _save(path: Path, pixels: Bytes) -> None:
    from PIL import Image

    # 6, the usual level, takes twice as long for files that are 2 % smaller
    Image.fromarray(pixels).save(path, optimize=False, compress_level=3)
