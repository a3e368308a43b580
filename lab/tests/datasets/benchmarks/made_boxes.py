"""Tiny sets in exactly the layout of their authors, made by a seeded generator.

Each writer returns the truth it wrote down.

`python made_boxes.py FOLDER` writes them all. Pictures are noise of 64 x 48 px: readers look at
their size alone.
"""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 64, 48
Box = tuple[int, int, int, int]


def picture(path: Path, rng: np.random.Generator, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), np.uint8)).save(path)


def any_box(rng: np.random.Generator) -> Box:
    """Half-open px, inside the picture."""
    x, y = int(rng.integers(0, WIDTH - 12)), int(rng.integers(0, HEIGHT - 12))
    return x, y, x + int(rng.integers(4, 12)), y + int(rng.integers(4, 12))


def full(box: Box, size: tuple[int, int] = (WIDTH, HEIGHT)) -> np.ndarray:
    """(H, W) bool, True in the box."""
    mask = np.zeros((size[1], size[0]), bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return mask


def write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def voc(path: Path, name: str, objects: list[dict[str, Any]], described: bool = False) -> None:
    """One XML file as DIOR writes it: corners from 1, both ends inside.

    Objects: {"name", "box" (half-open), "description"}.
    """
    parts = []
    for thing in objects:
        x0, y0, x1, y1 = thing["box"]
        corners = f"<xmin>{x0 + 1}</xmin><ymin>{y0 + 1}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax>"
        words = f"<description>{thing['description']}</description>" if described else ""
        hard = (
            ""
            if described
            else (
                "<truncated>0</truncated>"
                f"<difficult>{int(thing.get('difficult', False))}</difficult>"
            )
        )
        parts.append(
            f"<object><name>{thing['name']}</name><pose>Unspecified</pose>{hard}<bndbox>{corners}</bndbox>{words}</object>"
        )
    size = f"<size><width>{WIDTH}</width><height>{HEIGHT}</height><depth>3</depth></size>"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"<annotation><filename>{name}</filename><source><database>DIOR</database></source>{size}{''.join(parts)}</annotation>"
    )


def dior_rsvg(root: Path, seed: int = 0) -> list[dict[str, Any]]:
    """Five pictures with 0 to 3 objects; each object: picture, index, box, description, split."""
    rng = np.random.default_rng(seed)
    truth = []
    for number, count in zip((1, 2, 17, 105, 23), (2, 1, 3, 0, 1), strict=True):
        name = f"{number:05d}.jpg"
        picture(root / "JPEGImages" / name, rng)
        objects = [
            {"name": "ship", "box": any_box(rng), "description": f"The ship {k} of {number}"}
            for k in range(count)
        ]
        voc(root / "Annotations" / f"{number:05d}.xml", name, objects, described=True)
        truth += [{"picture": name, "index": k, **thing} for k, thing in enumerate(objects)]
    truth.sort(key=lambda thing: (thing["picture"], thing["index"]))
    splits = dict(
        zip(
            rng.permutation(len(truth)).tolist(),
            ["train", "train", "train", "val", "test", "test", "test"],
            strict=True,
        )
    )
    for split in ("train", "val", "test"):
        (root / f"{split}.txt").write_text(
            "".join(f"{k}\n" for k in sorted(splits) if splits[k] == split)
        )
    return [{**thing, "split": splits[k]} for k, thing in enumerate(truth)]


def dior(root: Path, seed: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Picture -> objects; 2 of train, 1 of val, 2 of test."""
    rng = np.random.default_rng(seed)
    truth = {}
    numbers = {"train": ["00001", "00003"], "val": ["00002"], "test": ["11726", "11727"]}
    kinds = ("airplane", "storagetank", "Expressway-Service-area", "windmill")
    for split, listed in numbers.items():
        lists = root / "ImageSets" / "Main" / f"{split}.txt"
        lists.parent.mkdir(parents=True, exist_ok=True)
        lists.write_text("\n".join(listed) + "\n")
        for number in listed:
            picture(
                root
                / ("JPEGImages-test" if split == "test" else "JPEGImages-trainval")
                / f"{number}.jpg",
                rng,
            )
            objects = [
                {"name": str(rng.choice(kinds)), "box": any_box(rng), "difficult": k == 1}
                for k in range(int(rng.integers(1, 4)))
            ]
            voc(
                root / "Annotations" / "Horizontal Bounding Boxes" / f"{number}.xml",
                f"{number}.jpg",
                objects,
            )
            truth[f"{number}.jpg"] = objects
    return truth


def square(box: Box) -> list[float]:
    """The box as a polygon of COCO."""
    x0, y0, x1, y1 = map(float, box)
    return [x0, y0, x1, y0, x1, y1, x0, y1]


def coco(
    names: list[str], things: list[tuple[int, int, Box, Any]], kinds: list[str]
) -> dict[str, Any]:
    """COCO's form. things: (index of the picture, id of the category, box, segmentation)."""
    return {
        "info": {},
        "licenses": [],
        "categories": [
            {"supercategory": None, "id": k, "name": kind} for k, kind in enumerate(kinds, 1)
        ],
        "images": [
            {"id": k, "file_name": name, "width": WIDTH, "height": HEIGHT}
            for k, name in enumerate(names)
        ],
        "annotations": [
            {
                "id": k,
                "image_id": image,
                "category_id": kind,
                "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]],
                "area": (box[2] - box[0]) * (box[3] - box[1]),
                "segmentation": segmentation,
                "iscrowd": 0,
            }
            for k, (image, kind, box, segmentation) in enumerate(things)
        ],
    }


VHR10 = [
    "airplane",
    "ship",
    "storage_tank",
    "baseball_diamond",
    "tennis_court",
    "basketball_court",
    "ground_track_field",
    "harbor",
]
VHR10 += ["bridge", "vehicle"]


def vhr10(root: Path, seed: int = 0) -> dict[str, list[tuple[str, Box]]]:
    """Both layouts at once.

    The authors' archive with 4 + 2 pictures, and COCO files for all, for train (3) and for val (1).
    """
    rng = np.random.default_rng(seed)
    names = [f"{k:03d}.jpg" for k in range(1, 5)]
    truth: dict[str, list[tuple[str, Box]]] = {}
    things = []
    (root / "ground truth").mkdir(parents=True)
    for index, name in enumerate(names):
        picture(root / "positive image set" / name, rng)
        found = [(int(rng.integers(1, 11)), any_box(rng)) for _ in range(index + 1)]
        lines = [f"({b[0] + 1},{b[1] + 1}),({b[2]},{b[3]}),{kind} " for kind, b in found]
        (root / "ground truth" / f"{name[:-4]}.txt").write_text("\r\n".join(lines) + "\r\n")
        truth[name] = [(VHR10[kind - 1].replace("_", " "), box) for kind, box in found]
        things += [(index, kind, box, [square(box)]) for kind, box in found]
    for k in (1, 2):
        picture(root / "negative image set" / f"{k:03d}.jpg", rng)
    write_json(root / "annotations.json", coco(names, things, VHR10))
    for split, chosen in (("train", {0, 1, 2}), ("val", {3})):
        part = coco(names, [thing for thing in things if thing[0] in chosen], VHR10)
        part["images"] = [image for image in part["images"] if image["id"] in chosen]
        write_json(root / f"instances_{split}.json", part)
    return truth


def vrsbench(root: Path, seed: int = 0) -> list[dict[str, Any]]:
    """Three pictures, a caption each, five sentences; returns the sentences."""
    rng = np.random.default_rng(seed)
    names = ["P0003_0002.png", "P0007_0001.png", "11726_0000.png"]
    for name in names:
        picture(root / "Images_val" / name, rng)
    captions = [
        {
            "image_id": name,
            "ground_truth": f"A picture of {k} ships.\n",
            "question": "Describe the image in detail",
            "dataset": "RSBench",
        }
        | {"question_id": k, "type": "caption"}
        for k, name in enumerate(names)
    ]
    cells = [
        (25, 40, 33, 60),
        (0, 0, 100, 100),
        (92, 0, 96, 0),
        (98, 10, 100, 20),
        (100, 5, 100, 9),
    ]
    refs = [
        {
            "image_id": names[k % 3],
            "question": f"The ship number {k}",
            "ground_truth": "{" + "".join(f"<{v}>" for v in box) + "}",
            "question_id": k,
            "type": "ref",
            "unique": True,
            "obj_cls": "ship",
            "size_group": "small",
        }
        for k, box in enumerate(cells)
    ]
    write_json(root / "VRSBench_EVAL_Cap.json", captions)
    write_json(root / "VRSBench_EVAL_referring.json", refs)
    return [{**ref, "cells": box} for ref, box in zip(refs, cells, strict=True)]


def plain_runs(mask: np.ndarray) -> dict[str, Any]:
    """COCO's run lengths as numbers, down the columns, written without the project's code."""
    counts, last, run = [], False, 0
    for value in mask.T.ravel().tolist():
        if value != last:
            counts.append(run)
            last, run = value, 0
        run += 1
    return {"size": list(mask.shape), "counts": [*counts, run]}


def compressed_runs(mask: np.ndarray) -> dict[str, Any]:
    """The same as COCO's text, by pycocotools."""
    from pycocotools import mask as api

    rle = api.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": list(mask.shape), "counts": rle["counts"].decode()}


def rrsis_d(root: Path, seed: int = 0) -> list[dict[str, Any]]:
    """Five refs with one or two sentences.

    Masks as compressed runs, plain runs, a polygon, and two of them in a list.
    """
    rng = np.random.default_rng(seed)
    names = [f"{k:05d}.jpg" for k in (4, 9, 10, 12)]
    for name in names:
        picture(root / "images" / "rrsisd" / "JPEGImages" / name, rng)
    boxes = [any_box(rng) for _ in range(5)]
    other: Box = (0, 0, 3, 3)
    shapes = [
        [compressed_runs(full(boxes[0]))],
        plain_runs(full(boxes[1])),
        [square(boxes[2])],
        [compressed_runs(full(boxes[3])), plain_runs(full(other))],
        [square(boxes[4]), square(other)],
    ]
    places, splits = [0, 1, 1, 2, 3], ["test", "test", "test", "train", "val"]
    things = [
        (place, 2, box, shape) for place, box, shape in zip(places, boxes, shapes, strict=True)
    ]
    write_json(root / "rrsisd" / "instances.json", coco(names, things, ["airplane", "storagetank"]))
    refs: list[dict[str, Any]] = []
    for k, (place, split) in enumerate(zip(places, splits, strict=True)):
        sentences = [
            {
                "raw": f"the tank {k} {n}",
                "sent": f"the tank {k} {n}",
                "sent_id": 10 * k + n,
                "tokens": [],
            }
            for n in range(1 + k % 2)
        ]
        ref = {
            "ref_id": k,
            "ann_id": k,
            "image_id": place,
            "category_id": 2,
            "split": split,
            "file_name": names[place],
        }
        refs.append({**ref, "sentences": sentences, "sent_ids": [s["sent_id"] for s in sentences]})
    (root / "rrsisd" / "refs(unc).p").write_bytes(pickle.dumps(refs))
    masks = [full(box) for box in boxes]
    masks[3], masks[4] = masks[3] | full(other), masks[4] | full(other)
    return [{**ref, "mask": mask} for ref, mask in zip(refs, masks, strict=True)]


def _phrases(
    root: Path,
    rng: np.random.Generator,
    folders: tuple[str, str],
    names: dict[str, list[str]],
    ending: str,
) -> list[dict[str, Any]]:
    truth = []
    for split, listed in names.items():
        lines = []
        for k, name in enumerate(listed):
            file, box, phrase = (
                name.removesuffix(ending) + ending,
                any_box(rng),
                f"vehicle number {k} of {split}",
            )
            picture(root / folders[0] / file, rng)
            (root / folders[1]).mkdir(exist_ok=True)
            Image.fromarray(full(box).astype(np.uint8) * 255).save(root / folders[1] / file)
            lines.append(f"{name} {phrase}")
            truth.append({"file": file, "split": split, "phrase": phrase, "mask": full(box)})
        (root / f"output_phrase_{split}.txt").write_text("\n".join(lines) + "\n")
    return truth


def refsegrs(root: Path, seed: int = 0) -> list[dict[str, Any]]:
    """Names without endings, TIFF pictures and masks."""
    names = {"train": ["10", "11"], "val": ["20"], "test": ["30", "31"]}
    return _phrases(root, np.random.default_rng(seed), ("images", "masks"), names, ".tif")


def risbench(root: Path, seed: int = 0) -> list[dict[str, Any]]:
    """Whole file names, PNG pictures and masks."""
    names = {
        "train": ["train_0_0.png", "train_0_1.png"],
        "val": ["train_7_0.png"],
        "test": ["test_2_0.png", "test_2_3.png"],
    }
    return _phrases(root, np.random.default_rng(seed), ("img_rgb", "mask"), names, ".png")


def earthreason(root: Path, seed: int = 0) -> list[dict[str, Any]]:
    """Two pictures a split, the second without what is asked for."""
    rng = np.random.default_rng(seed)
    truth = []
    for split in ("train", "val", "test"):
        for k in range(2):
            name, mask = f"{split}{k}", full(any_box(rng)) if k == 0 else full((0, 0, 0, 0))
            picture(root / split / "images" / f"{name}.jpg", rng)
            (root / split / "labels").mkdir(exist_ok=True)
            Image.fromarray(mask.astype(np.uint8)).save(root / split / "labels" / f"{name}.png")
            asked = {
                "questions": [f"Where would one land {k}?", "Where do planes come down?"],
                "answer": ["On the runway."] if k == 0 else [],
            }
            write_json(root / split / "QAs" / f"{name}.json", asked)
            truth.append({"split": split, "name": f"{name}.jpg", "mask": mask, **asked})
    return truth


def geopixeld(root: Path, seed: int = 0) -> dict[str, list[tuple[str, np.ndarray]]]:
    """Two tiles of test, one of train; tile -> (phrase, mask).

    Rings are rectangles with their border, two for the second phrase.
    """
    rng = np.random.default_rng(seed)
    truth = {}
    for number, (split, name) in enumerate(
        (
            ("test", "P0003_0_800_347_1147"),
            ("test", "P0003_223_1023_0_800"),
            ("train", "P0224_0_800_0_800"),
        )
    ):
        picture(root / split / f"{name}.png", rng)
        boxes = [[any_box(rng)], [any_box(rng), any_box(rng)]]
        rings = [
            [
                [[b[0], b[1]], [b[2] - 1, b[1]], [b[2] - 1, b[3] - 1], [b[0], b[3] - 1]]
                for b in shape
            ]
            for shape in boxes
        ]
        text = (
            "An aerial view. The <p> tennis court-1 </p> [SEG] and <p> two  cars </p> [SEG] , seen"
            " from above."
        )
        record = {
            "id": number,
            "img": f"data/GeoPixelD/{split}/{name}.png",
            "gcg_description": text,
            "polygons": rings,
        }
        write_json(root / split / f"{name}.json", record)
        shapes = [np.logical_or.reduce([full(b) for b in shape]) for shape in boxes]
        truth[f"{name}.png"] = list(zip(("tennis court-1", "two cars"), shapes, strict=True))
    return truth


def star(
    rng: np.random.Generator, points: int, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> list[float]:
    """A polygon that may cross itself, lie on half pixels and leave the picture.

    [x, y, x, y, ...].
    """
    corners = rng.uniform(-8, 8, (points, 2)) + rng.uniform(0, 1, (points, 2)) * size
    return (
        np.round(corners * rng.choice([1, 2, 100])).ravel().tolist()
        if rng.random() < 0.3
        else corners.ravel().tolist()
    )


def drawn(rings: list[list[list[int]]]) -> np.ndarray:
    """Rings of whole px with their border, by Pillow."""
    canvas = Image.new("L", (WIDTH, HEIGHT))
    for ring in rings:
        ImageDraw.Draw(canvas).polygon([tuple(p) for p in ring], fill=1, outline=1)
    return np.asarray(canvas) > 0


WRITERS = {
    f.__name__: f
    for f in (dior_rsvg, dior, vhr10, vrsbench, rrsis_d, refsegrs, risbench, earthreason, geopixeld)
}

if __name__ == "__main__":
    for title, write in WRITERS.items():
        write(Path(sys.argv[1]) / title)
