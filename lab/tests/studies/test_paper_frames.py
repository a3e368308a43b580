"""Frames of small objects: labels lie on their pixels a quarter as large, no picture twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geomagnifier.errors import OptionError
from geomagnifier.masks import decode
from geomagnifier.types import ModelSpec, Size
from geomagnifier_lab.bench.frames import HIGH, WIDE, cell
from geomagnifier_lab.bench.search_run import read_cases
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.studies import paper_frames
from geomagnifier_lab.studies.paper_frames import (
    HIGH_SMALL,
    PLACES,
    SMALLER,
    WIDE_SMALL,
    metres_of,
    small_cell,
    small_frame,
    small_kinds,
)

WHITE = 255


def test_places_fill_the_frame() -> None:
    assert (WIDE_SMALL, HIGH_SMALL, PLACES) == (256, 180, 192)
    assert WIDE_SMALL * SMALLER == WIDE and HIGH_SMALL * SMALLER == HIGH


@pytest.mark.parametrize("mirror", range(4))
def test_a_small_cell_is_the_cell_a_quarter_as_large(mirror: int, drawn_root: Path) -> None:
    sample = vhr10(drawn_root, "val")[0]
    part, whole = small_cell(sample, "airplane", mirror), cell(sample, "airplane", mirror)
    assert part.pixels.shape == (HIGH_SMALL, WIDE_SMALL, 3)
    assert np.allclose(part.boxes * SMALLER, whole.boxes)
    assert part.target.sum() == pytest.approx(whole.target.sum() / SMALLER**2, rel=0.1)
    assert (part.pixels[part.target][:, 0] > 150).all()


def many(drawn_root: Path) -> list:  # type: ignore[type-arg]
    """The pictures as often as a frame needs them."""
    return [sample for sample in vhr10(drawn_root, "val") for _ in range(5)]


def test_labels_lie_on_their_pixels(drawn_root: Path) -> None:
    seen: dict[Path, np.ndarray] = {}  # type: ignore[type-arg]
    frame = small_frame(many(drawn_root), "airplane", np.random.default_rng(3), 2, seen)
    assert frame.pixels.shape == (2160, 4096, 3) and len(frame.boxes) >= 2
    for x0, y0, x1, y1 in np.rint(frame.boxes).astype(int):
        assert frame.pixels[y0:y1, x0:x1].mean() > 180 and frame.target[y0:y1, x0:x1].mean() > 0.6
    cells = frame.target.reshape(12, HIGH_SMALL, 16, WIDE_SMALL).any((1, 3))
    assert cells.sum() == 2
    assert (frame.pixels[~frame.target] < 150).mean() > 0.99
    assert seen and all(p.shape == (HIGH_SMALL, WIDE_SMALL, 3) for p in seen.values())


def test_too_few_pictures_are_refused(drawn_root: Path) -> None:
    with pytest.raises(OptionError, match="too few"):
        small_frame(vhr10(drawn_root, "val"), "airplane", np.random.default_rng(0), 1)


def test_kinds_whose_objects_become_small(drawn_root: Path) -> None:
    assert small_kinds(vhr10(drawn_root, "val")) == ["airplane"]


def test_metres_follow_the_models_sizes() -> None:
    spec = ModelSpec(
        "a", "0", ("ship", "water"), (), sizes={"ship": Size(20.0, 40.0), "water": Size(None, 64.0)}
    )
    assert metres_of("ship", spec) == 2.0
    assert metres_of("water", spec) is None and metres_of("elephant", spec) is None


def test_frames_are_written_once(
    drawn_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_frames, "vhr10", lambda root, split: many(drawn_root))
    shown: list[tuple[int, int]] = []
    file = paper_frames.prepare(drawn_root, tmp_path, 1, lambda *done: shown.append(done))
    (case,) = read_cases(file)
    assert (
        case.boxes
        and case.mask is not None
        and case.question == "Segment every airplane."
        and shown == [(1, 1)]
    )
    assert decode(case.mask).shape == (2160, 4096)
    assert paper_frames.prepare(
        drawn_root, tmp_path, 1, lambda *done: shown.append(done)
    ) == file and shown == [(1, 1)]
