"""Tiny benchmarks of every kind.

Grey pictures with red ships and blue water, as `fake.FakeModel` knows them, and right predictions.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from fake import BLUE, paint
from geomagnifier import masks
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Thing

SIZE = (64, 48)
"""Width and height of the pictures."""
SHIPS = (((8, 8, 24, 16), (40, 24, 56, 40)), ((16, 16, 32, 32),), ())
"""Boxes of the ships of each picture."""
CLASSES = {
    "Red_Place": ("red place",),
    "Green_Place": ("green place",),
    "Blue_Place": ("blue place",),
    "Elsewhere": ("nowhere",),
}
WORKS = ("scene", "caption", "retrieval", "ground", "detect", "refer", "grounded")


def pictures(folder):
    """Three pictures with two, one and no ship; the last one is blue."""
    paths = []
    for number, boxes in enumerate(SHIPS):
        path = folder / f"{number}.png"
        pixels = paint(*SIZE, *boxes) if boxes else paint(*SIZE, (0, 0, *SIZE), colour=BLUE)
        Image.fromarray(pixels).save(path)
        paths.append(path)
    return paths


def filled(*boxes):
    mask = np.zeros((SIZE[1], SIZE[0]), bool)
    for x0, y0, x1, y1 in boxes:
        mask[y0:y1, x0:x1] = True
    return mask


def made(folder: Path, work: str) -> tuple[Benchmark, list[Case]]:
    """A benchmark and its cases."""
    cases = []
    for path, boxes in zip(pictures(folder), SHIPS, strict=True):
        ships = tuple(Thing("ship", box, mask=lambda box=box: filled(box)) for box in boxes)
        if work == "scene":
            cases.append(Case(path.name, path, work, label="Red_Place" if boxes else "Blue_Place"))
        elif work in ("caption", "retrieval"):
            words = (
                (f"a red place with {len(boxes)} ships", "some red ships")
                if boxes
                else ("a blue place", "blue water everywhere")
            )
            cases.append(Case(path.name, path, work, captions=words))
        elif work == "ground" and boxes:
            for number, ship in enumerate(ships):
                cases.append(
                    Case(f"{path.name}#{number}", path, work, "The ship of all", things=(ship,))
                )
        elif work == "detect":
            cases.append(Case(path.name, path, work, things=ships))
        elif work == "refer":
            cases.append(
                Case(
                    f"{path.name}#0",
                    path,
                    work,
                    "Every ship",
                    label="ship",
                    mask=lambda boxes=boxes: filled(*boxes),
                )
            )
        elif work == "grounded" and boxes:
            many = Thing(
                "two ships" if len(boxes) > 1 else "one ship",
                boxes[0],
                mask=lambda boxes=boxes: filled(*boxes),
            )
            cases.append(
                Case(
                    path.name,
                    path,
                    work,
                    "Describe and segment every ship.",
                    captions=(f"{many.label} at sea",),
                    things=(many,),
                )
            )
    classes = tuple(CLASSES) if work == "scene" else ("ship", "water") if work == "detect" else ()
    words = CLASSES if work == "scene" else {}
    known = Benchmark(
        f"tiny-{work}",
        f"Tiny {work}",
        work,
        "https://example.org",
        "none",
        "*.png",
        "none",
        ("test", "val"),
        lambda root, split: cases,
        classes,
        words,
    )
    return known, cases


def right(case: Case) -> dict:
    """A record that scores best."""
    record = {"id": case.id, "seconds": 0.5, "flops": 2e9, "pixels": 3072}
    if case.work == "scene":
        return record | {"labels": [[case.label, 0.9], ["Green_Place", 0.1]]}
    if case.work == "caption":
        return record | {"text": case.captions[0]}
    if case.work == "retrieval":
        vector = [1.0 if n == int(case.image.stem) else 0.0 for n in range(3)]
        return record | {"vector": vector, "captions": [vector] * len(case.captions)}
    if case.work in ("ground", "detect"):
        found = {
            "boxes": [list(thing.box) for thing in case.things],
            "scores": [0.9] * len(case.things),
        }
        if case.work == "ground":
            return record | found
        shapes = [
            {"name": thing.label, "mask": masks.encode(thing.mask()), "score": 0.9}
            for thing in case.things
        ]
        return (
            record | found | {"names": [thing.label for thing in case.things], "segments": shapes}
        )
    if case.work == "refer":
        return record | {"mask": masks.encode(case.mask())}
    shapes = [
        {"phrase": thing.label, "mask": masks.encode(thing.mask()), "score": 0.9}
        for thing in case.things
    ]
    return record | {"text": case.captions[0], "phrases": shapes}
