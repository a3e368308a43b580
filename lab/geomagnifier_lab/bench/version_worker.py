"""What `versions` has an installation do in its own interpreter; it prints one JSON object.

    python -P version_worker.py new SCENE QUESTION
    python -P version_worker.py again SCENE QUESTION OTHER
    python -P version_worker.py gpkg|geojson SCENE REGIONS

It knows nothing but what 0.9.0 and later releases have in common, and imports nothing of the lab.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

PICTURES = 3
"""New pictures that a process is asked about, after a first one."""


def main(what: str, scene: str, *words: str) -> dict[str, float]:
    """Do one thing.

    Args:
        what: its name.
        scene: an image.
        words: questions, or a number of regions.
    """
    import geomagnifier as gm

    with tempfile.TemporaryDirectory() as folder:
        if what == "new":
            return new(gm, Path(scene), words[0], Path(folder))
        if what == "again":
            return again(gm, Path(scene), words[0], words[1], Path(folder))
        return regions(gm, Path(scene), what, int(words[0]), Path(folder))


def copies(scene: Path, folder: Path, count: int) -> list[Path]:
    """Copies of an image, so old that nothing can be changing them.

    Args:
        scene: the image.
        folder: of the copies.
        count: of the copies.
    """
    made = [folder / f"{number}{scene.suffix}" for number in range(count)]
    for path in made:
        shutil.copyfile(scene, path)
        os.utime(path, (1e9, 1e9))
    time.sleep(3.1)  # a file is known by its times once it has lain for 3 seconds
    return made


def timed(gm: Any, model: Any, scene: Path, question: str) -> dict[str, float]:
    """Open an image and ask about it.

    Args:
        gm: the package.
        model: of `load_model`.
        scene: the image.
        question: about it.
    """
    begin, busy = time.perf_counter(), time.process_time()
    with gm.open_scene(scene) as opened:
        gm.ask(opened, question, model)
    return {"seconds": time.perf_counter() - begin, "processor": time.process_time() - busy}


def new(gm: Any, scene: Path, question: str, folder: Path) -> dict[str, float]:
    """A question about an image that was not seen before; the peak of the process.

    Args:
        gm: the package.
        scene: an image.
        question: about its copies.
        folder: of the copies.
    """
    model = gm.load_model("small")
    pictures = copies(scene, folder, PICTURES + 1)
    took = [timed(gm, model, path, question) for path in pictures]
    least = {name: min(one[name] for one in took[1:]) for name in took[0]}
    return least | {"MB": peak()}


def again(gm: Any, scene: Path, question: str, other: str, folder: Path) -> dict[str, float]:
    """An image is opened again, and asked a new question; `share`: of the first opening.

    Args:
        gm: the package.
        scene: an image.
        question: at the first opening.
        other: at the second.
        folder: of copies of the image.
    """
    model = gm.load_model("small")
    warm, *rest = copies(scene, folder, PICTURES + 1)
    timed(gm, model, warm, question)
    timed(gm, model, warm, other)
    first = [timed(gm, model, path, question) for path in rest[:1]]
    second = [timed(gm, model, rest[0], other)]
    for path in rest[1:]:
        first.append(timed(gm, model, path, question))
        second.append(timed(gm, model, path, other))
    least = {name: min(one[name] for one in second) for name in second[0]}
    return least | {"share": least["seconds"] / min(one["seconds"] for one in first)}


def regions(gm: Any, scene: Path, vector: str, count: int, folder: Path) -> dict[str, float]:
    """Regions with masks, written by the writer of a format.

    `write` also draws them and writes their JSON, which is not what is compared.

    Args:
        gm: the package.
        scene: an image with a place.
        vector: "gpkg" or "geojson".
        count: of the regions.
        folder: of the files.
    """
    with gm.open_scene(scene) as opened:
        answer = gm.ask(opened, "Segment every ship.", gm.load_model("small"))
    answer = replace(answer, regions=tuple(_drawn(gm, answer.scene, count)))
    for name in ("geomagnifier.export.vectors", "geomagnifier.io.vectors"):
        try:
            vectors = importlib.import_module(name)
            break
        except ImportError:
            continue
    took = []
    for number in range(2):
        begin, busy = time.perf_counter(), time.process_time()
        getattr(vectors, f"write_{vector}")(folder / f"{number}.{vector}", answer)
        took.append(
            {"seconds": time.perf_counter() - begin, "processor": time.process_time() - busy}
        )
    return {name: min(one[name] for one in took) for name in took[0]}


def _drawn(gm: Any, scene: Any, count: int) -> list[Any]:
    """Ragged ellipses anywhere in a scene."""
    draw = np.random.default_rng(0)
    found = []
    for _ in range(count):
        high, wide = (int(n) for n in draw.integers(8, 40, 2))
        y, x = np.mgrid[:high, :wide]
        ragged = draw.normal(0, 0.04, (high, wide))
        mask = ((2 * x - wide) / wide) ** 2 + ((2 * y - high) / high) ** 2 + ragged < 1
        left = int(draw.integers(0, scene.width - wide))
        top = int(draw.integers(0, scene.height - high))
        rle = {
            "size": [scene.height, scene.width],
            "counts": counts(mask, left, top, scene.height, scene.width),
        }
        box = (left, top, left + wide, top + high)
        found.append(gm.Region("ship", float(draw.random()), box, rle, "ships"))
    return found


def counts(mask: Any, left: int, top: int, height: int, width: int) -> str:
    """COCO's text of the run lengths of a small mask in a scene.

    Args:
        mask: (h, w) bool, wholly inside.
        left: x of its first pixel.
        top: y of its first pixel.
        height: of the scene, px.
        width: of the scene, px.
    """
    inside = np.pad(mask, ((1, 1), (0, 0)))
    steps = np.diff(inside.astype(np.int8), axis=0).T  # (columns, rows)
    column, row = np.nonzero(steps)
    ends = [0, *((column + left) * height + row + top).tolist(), height * width]
    lengths = np.diff(ends).tolist()
    text = ""
    for i, length in enumerate(lengths):
        rest = length - lengths[i - 2] if i > 2 else length
        while True:
            bits = rest & 0x1F
            rest >>= 5
            more = rest != (-1 if bits & 0x10 else 0)
            text += chr((bits | (0x20 if more else 0)) + 48)
            if not more:
                break
    return text


def peak() -> float:
    """The most that this process has held, 10^6 bytes."""
    told = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) * 1024 / 1e6 for line in told if line.startswith("VmHWM"))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
