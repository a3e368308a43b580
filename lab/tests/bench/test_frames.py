"""Labels of frames lie on the pixels they name, and the class is in as many cells as was said.

Shrinking moves pixels and labels alike.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import OptionError
from geomagnifier.inference.resolution import window_of
from geomagnifier.masks import decode
from geomagnifier.raster.scene import open_scene
from geomagnifier_lab.bench import groups
from geomagnifier_lab.bench.frames import (
    HIGH,
    WIDE,
    Frame,
    cell,
    kinds_of,
    lay_frame,
    shown,
    shrunk,
)
from geomagnifier_lab.bench.search_run import read_cases
from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample
from geomagnifier_lab.datasets.vhr10 import vhr10

GREY, WHITE = 90, 255
needs_data = pytest.mark.skipif(
    "GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets"
)


def cells_with(frame: Frame) -> int:
    """Cells of a frame in which the kind has pixels."""
    rows = frame.target.reshape(-1, HIGH, frame.target.shape[1] // WIDE, WIDE)
    return int(rows.any((1, 3)).sum())


def bright_inside(frame: Frame) -> list[bool]:
    return [
        bool((frame.pixels[y0:y1, x0:x1] == WHITE).all())
        for x0, y0, x1, y1 in frame.boxes.astype(int)
    ]


@pytest.mark.parametrize("mirror", range(4))
def test_a_cell_keeps_labels_on_its_pixels_however_it_is_mirrored(
    mirror: int, drawn_root: Path
) -> None:
    sample = vhr10(drawn_root, "val")[0]
    part = cell(sample, "airplane", mirror)
    assert part.pixels.shape == (HIGH, WIDE, 3)
    assert np.array_equal(part.target, part.pixels[..., 0] == WHITE)
    assert all(bright_inside(part)) and len(part.boxes) == shown(sample, "airplane") == 2
    area = ((part.boxes[:, 2:] - part.boxes[:, :2]).prod(1)).sum()
    assert area == part.target.sum()
    x = part.boxes[0, 0]
    assert x == (WIDE - 180 if mirror & 1 else 100)


@pytest.mark.parametrize("with_kind", [0, 1, 3, 9, 12])
def test_the_kind_is_in_as_many_pictures_as_was_said(with_kind: int, drawn_root: Path) -> None:
    frame = lay_frame(
        vhr10(drawn_root, "val"), "airplane", np.random.default_rng(4), with_kind
    )  # three pictures have it
    assert frame.pixels.shape == (2160, 4096, 3)
    assert cells_with(frame) == with_kind
    assert np.array_equal(frame.target, frame.pixels[..., 0] == WHITE)
    assert all(bright_inside(frame)) and (len(frame.boxes) > 0) == (with_kind > 0)


def test_an_object_cut_to_a_rest_is_no_object_but_its_pixels_count(tmp_path: Path) -> None:
    pixels = np.zeros((900, 1024, 3), np.uint8)
    objects = []
    for x, y0 in ((10, 700), (200, 600)):
        pixels[y0:800, x : x + 50] = WHITE
        ring = np.array([[x, y0], [x + 50, y0], [x + 50, 800], [x, 800]], np.float32)
        objects.append(LabelledObject("ship", (x, y0, x + 50, 800), (ring,)))
    Image.fromarray(pixels).save(tmp_path / "tall.png")
    part = cell(ObjectSample(tmp_path / "tall.png", tuple(objects), ("ship",)), "ship")
    assert part.boxes.tolist() == [[200, 600, 250, 720]]
    assert part.target.sum() == 50 * 20 + 50 * 120
    assert np.array_equal(part.target, part.pixels[..., 0] == WHITE)


def test_too_few_pictures_are_refused(drawn_root: Path) -> None:
    samples = vhr10(drawn_root, "val")
    with pytest.raises(OptionError, match="too few"):
        lay_frame(samples[:5], "airplane", np.random.default_rng(0), 2)
    with pytest.raises(OptionError, match="0 with a visible ship"):
        lay_frame(samples, "ship", np.random.default_rng(0), 2)


def test_shrinking_moves_pixels_and_labels_alike() -> None:
    pixels = np.full((HIGH, WIDE, 3), GREY, np.uint8)
    boxes = np.array([[0, 0, 80, 80], [100, 100, 180, 160], [300, 300, 348, 360]], np.float32)
    target = np.zeros((HIGH, WIDE), bool)
    for x0, y0, x1, y1 in boxes.astype(int):
        target[y0:y1, x0:x1] = True
        pixels[y0:y1, x0:x1] = WHITE
    small = shrunk(Frame(pixels, target, boxes, "airplane"), 8)
    sides = (small.boxes[:, 2:] - small.boxes[:, :2]).max(1)
    assert np.median(sides) == pytest.approx(8, rel=0.01)
    assert small.pixels.shape[:2] == small.target.shape == (72, 102)
    for x0, y0, x1, y1 in small.boxes:
        inner = small.target[int(np.ceil(y0)) : int(y1), int(np.ceil(x0)) : int(x1)]
        assert (
            inner.all()
            and (small.pixels[int(np.ceil(y0)) : int(y1), int(np.ceil(x0)) : int(x1)] > 240).all()
        )
    assert small.target.sum() == pytest.approx(target.sum() / 100, rel=0.1)


def test_a_frame_of_small_objects_is_not_enlarged() -> None:
    frame = Frame(
        np.zeros((90, 120, 3), np.uint8),
        np.zeros((90, 120), bool),
        np.array([[5, 5, 10, 9]], np.float32),
        "ship",
    )
    assert shrunk(frame, 8).pixels.shape == (90, 120, 3)
    empty = Frame(frame.pixels, frame.target, np.zeros((0, 4), np.float32), "ship")
    assert shrunk(empty, 8).boxes.shape == (0, 4)


def test_groups_are_written_once_and_read_back(drawn_root: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    file = groups.prepare(
        "small", drawn_root, tmp_path, 1, lambda done, total: told.append((done, total))
    )
    assert file is not None and told == [(1, 1)]
    (case,) = read_cases(file)
    assert case.question == "Segment every airplane." and case.boxes and case.mask
    with open_scene(case.path) as scene:
        view = scene.read(window_of(scene.info.box, 1, "whole"))
    target = decode(case.mask)
    assert target.shape == view.pixels.shape[:2]
    assert view.pixels[target].mean() > 200 > GREY + 20 > view.pixels[~target].mean()
    written = Path(case.path).stat().st_mtime_ns
    assert (
        groups.prepare("small", drawn_root, tmp_path, 1) == file
        and Path(case.path).stat().st_mtime_ns == written
    )


def test_a_missing_set_is_none_and_an_unknown_one_refused(drawn_root: Path, tmp_path: Path) -> None:
    assert groups.prepare("airbus", drawn_root, tmp_path, 1) is None
    with pytest.raises(OptionError, match="choose among sparse, full"):
        groups.check(["sparse", "dense"])


def test_boxes_of_a_set_are_its_cases(tmp_path: Path) -> None:
    (tmp_path / "cars4k").mkdir()
    (tmp_path / "cars4k" / "boxes.jsonl").write_text(
        '{"image": "a.jpg", "label": "vehicle", "boxes": [[1, 2, 3, 4]]}\n'
    )
    file = groups.prepare("cars4k", tmp_path, tmp_path / "frames", 1)
    assert file is not None
    (case,) = read_cases(file)
    assert (
        case.path.endswith("cars4k/images/a.jpg")
        and case.boxes == ((1.0, 2.0, 3.0, 4.0),)
        and case.mask is None
    )


@needs_data
def test_real_frames_show_the_kind_as_often_as_their_group_says() -> None:
    root = Path(os.environ["GEOMAG_DATA"])
    assert len(kinds_of(vhr10(root, "val"))) == 10
    for group, (low, high) in groups.WITH_KIND.items():
        frame = groups._frame(group, root, 0)
        sides = (frame.boxes[:, 2:] - frame.boxes[:, :2]).max(1, initial=0)
        if group == "small":
            assert np.median(sides) == pytest.approx(8, rel=0.02)
        else:
            assert low <= cells_with(frame) <= high
        inside = np.zeros_like(frame.target)
        for x0, y0, x1, y1 in frame.boxes:
            inside[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))] = True
        assert (
            frame.target & ~inside
        ).sum() <= 0.05 * frame.target.sum()  # rests of objects cut by their cell
        assert (
            frame.target & inside
        ).sum() >= 0.1 * inside.sum()  # an airplane fills a third of its box, less where it is 8 px
