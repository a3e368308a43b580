"""Labelled images in memory, from data sets, that crops are cut from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomagnifier.finetuning.crops import Source
from geomagnifier.language.classes import KINDS
from geomagnifier_lab.datasets.camera_sets import (
    POOLS,
    SETS,
    CameraSample,
    CameraSet,
    camera_set,
    pool_chips,
)
from geomagnifier_lab.datasets.dubai import COVER, dubai, read_cover
from geomagnifier_lab.datasets.sample import read_pixels
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.pictures import evenly
from geomagnifier_lab.render.scene import COVER as DRAWN_COVER
from geomagnifier_lab.render.scene import THEMES, draw_scene

CHIPS = 6
"""Chips of swimming pools along a side of a mosaic of them."""
BLUE, MOST_BLUE = 25, 0.7
"""Level of blue over red from which a px is taken for pool water, and the central share of a chip's
side that is searched for it.
"""


def object_sources(root: Path, split: str) -> list[Source]:
    """The images of VHR-10 in memory, about 2 MB each.

    Args:
        root: folder of the data sets.
        split: "train" or "val".
    """
    samples = vhr10(root, split)
    with ThreadPoolExecutor() as pool:
        pixels = pool.map(read_pixels, [s.path for s in samples])
    return [
        Source(p, tuple((o.kind, o.box, o.polygons) for o in s.objects), frozenset(s.kinds))
        for p, s in zip(pixels, samples, strict=True)
    ]


def cover_sources(root: Path, split: str) -> list[Source]:
    """The images of Dubai in memory.

    Args:
        root: folder of the data sets.
        split: "train" or "val".
    """
    return [
        Source(read_pixels(s.path), (), frozenset(COVER), read_cover(s.cover), COVER)
        for s in dubai(root, split)
    ]


def drawn_sources(count: int, seed: int) -> list[Source]:
    """Synthetic scenes, so that the project's own examples work; a few per cent of the crops.

    Args:
        count: scenes.
        seed: of the first; each scene has a seed of its own.
    """
    sources = []
    for i in range(count):
        scene = draw_scene(seed + i, 800, 600, THEMES[i % len(THEMES)])
        order = np.array(
            [COVER.index(name) if name in COVER else 255 for name in DRAWN_COVER], np.uint8
        )
        objects = []
        for o in scene.objects:
            low, high = o.polygon.min(0), o.polygon.max(0)
            objects.append(
                (
                    o.kind,
                    (float(low[0]), float(low[1]), float(high[0]), float(high[1])),
                    (o.polygon,),
                )
            )
        sources.append(
            Source(
                scene.pixels,
                tuple(objects),
                frozenset(kind.name for kind in KINDS),
                order[scene.cover],
                COVER,
            )
        )
    return sources


def unlabelled(source: Source, kinds: Collection[str]) -> Source:
    """An image without the labels of some classes.

    Args:
        source: labelled image.
        kinds: class names to be left out.
    """
    return replace(
        source,
        objects=tuple(o for o in source.objects if o[0] not in kinds),
        kinds=source.kinds.difference(kinds),
    )


def camera_sources(
    root: Path, split: str, seed: int, most: int | None = None
) -> dict[str, list[Source]]:
    """The sets of other cameras in memory by name: about 800 MB of training images.

    Args:
        root: folder of the data sets, with `more/` in it.
        split: "train" or "val".
        seed: of the mosaics of pool chips.
        most: images of each set, evenly from it; None for all.

    Raises:
        DataMissing, DataCorrupt: a set is not there, or damaged.
    """
    sets = {
        name: _in_memory(evenly(camera_set(root, name, split), most), how)
        for name, how in SETS.items()
    }
    return sets | {"chips_pools": pool_sources(pool_chips(root, split), seed)}


def _in_memory(samples: Sequence[CameraSample], how: CameraSet) -> list[Source]:
    told = frozenset(how.absent) | (
        frozenset(how.classes.values()) if how.complete else frozenset()
    )
    with ThreadPoolExecutor() as pool:
        pixels = list(pool.map(read_pixels, [s.path for s in samples]))
    sources = []
    for p, s in zip(pixels, samples, strict=True):
        objects = tuple((o.kind, o.box, o.polygons) for o in s.objects)
        # 0 is the set's one class, 1 is none of the names
        cover = None if s.area is None else (~s.area).astype(np.uint8)
        names = () if s.area is None else tuple(how.classes.values())
        sources.append(
            Source(p, objects, told, cover, names, how.complete, how.margin, how.nominal)
        )
    return sources


def pool_sources(chips: Sequence[tuple[Path, bool]], seed: int) -> list[Source]:
    """Mosaics of `CHIPS` x `CHIPS` chips.

    Each chip is in about two, and a third of the mosaics have no pool at all.

    Args:
        chips: path of each chip, and whether a pool is on it.
        seed: of the draws.
    """
    rng = np.random.default_rng([seed, 41])
    pixels = {
        there: [read_pixels(path) for path, of in chips if of == there] for there in (True, False)
    }
    sources = []
    for number in range(len(chips) * 2 // CHIPS**2):
        share = (0.0, 0.25, 0.6)[number % 3]
        side = pixels[True][0].shape[0]
        canvas = np.zeros((CHIPS * side, CHIPS * side, 3), np.uint8)
        objects = []
        for place in range(CHIPS**2):
            there = bool(rng.random() < share)
            chip = pixels[there][int(rng.integers(len(pixels[there])))]
            x, y = place % CHIPS * side, place // CHIPS * side
            canvas[y : y + side, x : x + side] = chip
            if there:
                x0, y0, x1, y1 = pool_box(chip)
                objects.append(("swimming pool", (x + x0, y + y0, x + x1, y + y1), ()))
        sources.append(
            Source(canvas, tuple(objects), frozenset((*POOLS.absent, *POOLS.classes.values())))
        )
    return sources


def pool_box(chip: NDArray[np.uint8]) -> tuple[float, float, float, float]:
    """Box of the pool on a chip (S, S, 3) with one, px.

    The blue px near the middle, else the central three fifths of the chip: labels of chips say that
    there is a pool, not where; most are blue.
    """
    side = chip.shape[0]
    low, high = round(side * (1 - MOST_BLUE) / 2), round(side * (1 + MOST_BLUE) / 2)
    inner = chip[low:high, low:high].astype(np.int16)
    rows, columns = np.nonzero(inner[..., 2] - inner[..., 0] > BLUE)
    if len(rows) < 0.03 * side**2:
        return 0.2 * side, 0.2 * side, 0.8 * side, 0.8 * side
    (x0, x1), (y0, y1) = np.percentile(columns, (3, 97)) + low, np.percentile(rows, (3, 97)) + low
    return float(x0), float(y0), float(x1) + 1, float(y1) + 1
