"""What labels in any form must hold, and how what is skipped is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import DataCorrupt, GeomagWarning
from geomagnifier.finetuning.labels.base import (
    Labelled,
    Labels,
    LeftOut,
    Outlined,
    check,
    inside,
    number,
    plain,
    tell_turned,
)


def labels(*counts: int) -> Labels:
    """Images with so many ships each."""
    ship = Outlined("ship", (0, 0, 5, 5))
    pictures = tuple(Labelled(Path(f"{n}.png"), (ship,) * count) for n, count in enumerate(counts))
    return Labels(Path("a.json"), ("ship", "crane"), pictures)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Wind_Turbine", "wind turbine"),
        ("windTurbine", "wind turbine"),
        ("UAV-pad  2", "uav pad 2"),
        ("风机", "风机"),
    ],
)
def test_names_as_people_say_them(name: str, said: str) -> None:
    assert plain(name) == said


@pytest.mark.parametrize("name", ["", "12", "<b>", "a" * 61, 7, None, ["ship"], True])
def test_what_cannot_name_a_class(name: Any) -> None:
    with pytest.raises(DataCorrupt, match=r"^row 3: "):
        plain(name, "row 3")


def test_numbers_also_as_text() -> None:
    assert [number(value) for value in (3, "10", " -.5 ", "1e3", 2.5)] == [3, 10, -0.5, 1000, 2.5]
    for wrong in ("ten", "1_0", "0x1", True, None, [1], float("nan"), "1e30", 1e10):
        with pytest.raises(ValueError, match=r"no number|in place of|not finite"):
            number(wrong)


def test_a_box_is_cut_to_its_image() -> None:
    assert inside((-5, 2, 10, 300), (100, 50)) == (0, 2, 10, 50)
    assert inside((99, 0, 150, 10), (100, 50)) == (99, 0, 100, 10)
    with pytest.raises(ValueError, match="outside its image of 100 x 50 px"):
        inside((99.5, 0, 150, 10), (100, 50))
    with pytest.raises(ValueError, match="less than a pixel wide or high"):
        inside((5, 5, 5.5, 40), (100, 50))


def test_a_class_needs_five_objects_or_none() -> None:
    assert labels(3, 0, 2).count("ship") == (5, 2) and labels(1).count("crane") == (0, 0)
    assert check(labels(3, 2), LeftOut(Path("a.json"))).kinds == ("ship", "crane")
    with pytest.raises(DataCorrupt, match="4 labelled 'ship'; a class needs at least 5"):
        check(labels(4), LeftOut(Path("a.json")))
    with pytest.raises(DataCorrupt, match="holds no labels inside an image"):
        check(labels(0, 0), LeftOut(Path("a.json")))


def test_skipped_records_are_told_together() -> None:
    left = LeftOut(Path("a.json"))
    left.tell()  # nothing to say
    for i in range(7):
        left.add(f"annotations[{i}]", "no   box")
    with pytest.warns(
        GeomagWarning, match="7 records are skipped: annotations.0.: no box; .*2 more"
    ):
        check(labels(5), left)


def test_pictures_that_viewers_turn_are_told(tmp_path: Path) -> None:
    upright, turned = tmp_path / "a.jpg", tmp_path / "b.jpg"
    picture = Image.fromarray(np.zeros((8, 9, 3), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(upright)
    picture.save(turned, exif=exif)
    tell_turned([upright], tmp_path)
    with pytest.warns(GeomagWarning, match=r"1 pictures are turned by viewers .* the first b\.jpg"):
        tell_turned([upright, turned], tmp_path)
