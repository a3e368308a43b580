"""Write an answer's mask as a Cloud Optimized GeoTIFF, block by block.

It holds 0 and 1 at scene size, aligned with the scene.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window as RasterWindow

from geomagnifier.geometry import Box
from geomagnifier.masks import read_patches
from geomagnifier.raster import georeference
from geomagnifier.raster.dataset import CACHE
from geomagnifier.results import Answer
from geomagnifier.types import Bools

BLOCK = 512
"""Side of the file's blocks, px."""
STEP = 4 * BLOCK
"""Side of the windows that are held in memory, px."""

COLOURS = {0: (0, 0, 0, 0), 1: (230, 159, 0, 255)}
"""Colour table: a GIS shows the mask in orange on a transparent background."""

UPRIGHT = (1, 0, 0, 0, -1, 0)
"""Transform of a scene that has none: y up from 0 at the top, where QGIS shows such an image and
the GeoPackage has its regions.
"""

COMPLETE = "GEOMAG_COMPLETE"
"""Name of the tag that says "yes", or "no" for an answer that was stopped before its end."""


def write_mask(path: Path, scratch: Path, answer: Answer) -> None:
    """Write the mask of an answer that has patches.

    Args:
        path: of the COG.
        scratch: path for the plain GeoTIFF that the COG is made from; its overviews lie beside it,
            with .ovr after its name.
        answer: one with patches.

    Raises:
        RasterioError: GDAL cannot write it.
        OSError: it is not whole on the disk; GDAL does not always raise when it closes a file.
    """
    scene = answer.scene
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "count": 1,
        "dtype": "uint8",
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "compress": "deflate",
        "photometric": "palette",
        "SPARSE_OK": "TRUE",
        "BIGTIFF": "IF_SAFER",
    }
    place = {
        "crs": georeference.parse_crs(scene.crs) if scene.crs and scene.transform else None,
        "transform": Affine(*(scene.transform or UPRIGHT)),
    }
    covered = 0
    with (
        warnings.catch_warnings(),
        # Overviews are looked for by name: the folder may be long, or its listing switched off.
        rasterio.Env(GDAL_CACHEMAX=CACHE // 4, GDAL_DISABLE_READDIR_ON_OPEN="TRUE"),
    ):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with ExitStack() as opened:
            levels = []
            for number, (width, height) in enumerate(_sizes(scene.width, scene.height)):
                # GDAL takes the file NAME.ovr for the overview of NAME, at each level again.
                level = opened.enter_context(
                    rasterio.open(
                        f"{scratch}{'.ovr' * number}",
                        "w",
                        width=width,
                        height=height,
                        **profile,
                        **({} if number else place),
                    )
                )
                level.write_colormap(1, COLOURS)
                levels.append(level)
            levels[0].update_tags(**{COMPLETE: "yes" if answer.complete else "no"})
            for (x, y), mask in _windows(answer):
                covered += int(mask.sum())
                for number, shown in enumerate(_halvings(mask, len(levels))):
                    window = RasterWindow(x >> number, y >> number, *shown.shape[::-1])
                    levels[number].write(shown.view(np.uint8), 1, window=window)
        rasterio.shutil.copy(
            scratch,
            path,
            driver="COG",
            compress="DEFLATE",
            blocksize=BLOCK,
            BIGTIFF="IF_SAFER",
            NUM_THREADS="ALL_CPUS",
        )
        if (found := _covered(path)) != covered:
            raise OSError(f"{found} of the {covered} pixels of the mask are there")


def _sizes(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Width and height of the mask and of its overviews, down to one block."""
    yield width, height
    step = 2
    while max(width, height) > BLOCK and step <= STEP:
        width, height = (width + 1) // 2, (height + 1) // 2
        yield width, height
        step *= 2


def _halvings(mask: Bools, levels: int) -> Iterator[Bools]:
    """A window of the mask at each level: an overview's pixel is set where half of its pixels are.

    GDAL's own overviews by `MODE` read the whole scene, however little of it the mask covers: of
    40,000 x 40,000 px 35 s.
    """
    yield mask
    counts: NDArray[np.uint32] = mask.astype(np.uint32)
    for level in range(1, levels):
        height, width = counts.shape
        counts = np.pad(counts, ((0, height % 2), (0, width % 2)), mode="edge")
        counts = counts[::2] + counts[1::2]
        counts = counts[:, ::2] + counts[:, 1::2]
        yield 2 * counts >= 4**level


def _windows(answer: Answer) -> Iterator[tuple[tuple[int, int], Bools]]:
    """Yield the windows in which the mask has pixels: left and top, px, and these."""
    scene, patches = answer.scene, answer.patches or ()
    x0, y0, x1, y1 = np.array([patch.core.tuple() for patch in patches]).reshape(-1, 4).T
    for y, x in itertools.product(range(0, scene.height, STEP), range(0, scene.width, STEP)):
        window = Box(x, y, min(x + STEP, scene.width), min(y + STEP, scene.height))
        near = np.flatnonzero(
            (x0 < window.x1) & (x1 > window.x0) & (y0 < window.y1) & (y1 > window.y0)
        )
        if near.size:
            mask = read_patches([patches[i] for i in near], window, scene.box)
            if mask.any():
                yield (x, y), mask


def _covered(path: Path) -> int:
    """Count the pixels of the mask in a file; all of its blocks are read, overviews too."""
    with rasterio.open(path) as dataset:
        levels = range(len(dataset.overviews(1)))
        full = sum(
            int(dataset.read(1, window=window).sum()) for _, window in dataset.block_windows(1)
        )
    for level in levels:
        with rasterio.open(path, overview_level=level) as overview:
            for _, window in overview.block_windows(1):
                overview.read(1, window=window)
    return full
