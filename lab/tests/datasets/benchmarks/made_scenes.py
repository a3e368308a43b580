"""Writes tiny scene and caption sets in exactly the form of their authors, from a seed.

Python made_scenes.py NAME DIR

Three pictures of 64 px a class, one for each of AiTLAS's lists; six pictures a caption set.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from geomagnifier_lab.datasets.benchmarks import benchmark

SPLITS = ("train", "val", "test")
SCENES: dict[str, tuple[str, str, Callable[[str, int], str]]] = {
    "aid": ("AID", "aid", lambda name, n: f"{name.lower()}_{n}.jpg"),
    "ucm": ("UCMerced_LandUse/Images", "ucmerced", lambda name, n: f"{name}{n - 1:02d}.tif"),
    "whu-rs19": ("WHU-RS19", "whurs19", lambda name, n: whu_file(name, n)),
    "resisc45": ("NWPU-RESISC45", "resisc45", lambda name, n: f"{name}_{n:03d}.jpg"),
    "rsscn7": ("", "", lambda name, n: f"{name[0]}{n:03d}.jpg"),
    "eurosat": ("EuroSAT_RGB", "eurosat", lambda name, n: f"{name}_{n}.jpg"),
}
"""Name -> folder of the class folders, beginning of AiTLAS's lists ("": none fits the authors'
names), name of the n-th picture, from 1.
"""
CAPTIONS = {
    "rsicd": ("dataset_rsicd.json", "RSICD_images", "airport_{}.jpg", SPLITS),
    "ucm-captions": ("dataset.json", "imgs", "{}.tif", SPLITS),
    "rsitmd": ("dataset_RSITMD.json", "images", "boat_{}.tif", ("train", "test")),
}
"""Name -> JSON file, folder of pictures, their names, splits."""
AITLAS_RSSCN7 = (
    "grass_land",
    "farm_land",
    "industrial_region",
    "river_lake",
    "forest",
    "residential_region",
    "parking_lot",
)


def whu_file(name: str, n: int) -> str:
    """WHU-RS19 agrees with itself on neither capitals nor dashes."""
    if name in ("Desert", "Farmland", "Mountain", "Park", "footballField", "railwayStation"):
        return f"Farmland-{n:02d}.jpg" if name == "Farmland" else f"{name}_{n:02d}.jpg"
    return f"beach-{n:02d}.jpg" if name == "Beach" else f"{name.lower()}_{n:02d}.jpg"


def draw(path: Path, rng: np.random.Generator) -> None:
    """Write a picture of 64 px: ground of one colour, a rectangle and a stripe of others."""
    pixels = np.empty((64, 64, 3), np.uint8)
    pixels[:] = rng.integers(60, 200, 3)
    y, x = rng.integers(4, 40, 2)
    pixels[y : y + 16, x : x + 20] = rng.integers(0, 256, 3)
    pixels[:, int(rng.integers(0, 60)) :][:, :4] = rng.integers(0, 256, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def write_scenes(name: str, root: Path, seed: int = 0) -> None:
    """The set `name` of SCENES with its published classes, and AiTLAS's three lists in the root."""
    place, begin, file = SCENES[name]
    classes = benchmark(name).classes
    rng = np.random.default_rng(seed)
    for label in classes:
        for n in range(1, len(SPLITS) + 1):
            draw(root / place / label / file(label, n), rng)
    if begin:
        for n, split in enumerate(SPLITS, 1):
            _write_list(
                root / f"{begin}_{split}.csv",
                [f"{label}/{file(label, n)},{label}" for label in classes],
                rng,
            )


def write_aitlas_rsscn7(root: Path, seed: int = 0) -> None:
    """RSSCN7 as AiTLAS has it: other folders, pictures numbered through, 400 a class."""
    rng = np.random.default_rng(seed)
    for n, split in enumerate(SPLITS, 1):
        files = [f"{label}/{400 * place + n}.jpg" for place, label in enumerate(AITLAS_RSSCN7)]
        for file in files:
            draw(root / file, rng)
        _write_list(
            root / f"rsscn7_{split}.csv", [f"{file},{file.split('/')[0]}" for file in files], rng
        )


def write_captions(name: str, root: Path, seed: int = 0) -> None:
    """The set `name` of CAPTIONS: six pictures, five sentences each, splits in turn."""
    labels, folder, file, splits = CAPTIONS[name]
    rng = np.random.default_rng(seed)
    things = ("airport", "river", "forest", "church", "harbor")
    images = []
    for image in range(6):
        draw(root / folder / file.format(image + 1), rng)
        words = []
        for _ in range(5):
            count, thing = rng.integers(2, 9), things[rng.integers(len(things))]
            words.append(f"there are {count} buildings near the {thing}".split())
        first = 5 * image
        sentences = [
            {"tokens": tokens, "raw": " ".join(tokens) + " .", "imgid": image, "sentid": first + n}
            for n, tokens in enumerate(words)
        ]
        record = {"sentids": list(range(first, first + 5)), "imgid": image, "sentences": sentences}
        images.append(
            {**record, "split": splits[image % len(splits)], "filename": file.format(image + 1)}
        )
    (root / labels).write_text(json.dumps({"images": images, "dataset": name}))


def write(name: str, root: Path, seed: int = 0) -> None:
    """The tiny set of a benchmark of SCENES or CAPTIONS."""
    (write_scenes if name in SCENES else write_captions)(name, root, seed)


def _write_list(path: Path, lines: Iterable[str], rng: np.random.Generator) -> None:
    """Lists come shuffled, without a header."""
    path.write_text("".join(f"{line}\n" for line in rng.permutation(list(lines))))


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
