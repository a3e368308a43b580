"""GeoPixelD in a tiny set of exactly its layout."""

import json

import made_boxes
import numpy as np
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning
from geomagnifier_lab.datasets.benchmarks import geopixeld


def test_geopixeld(tmp_path):
    truth = made_boxes.geopixeld(tmp_path)
    cases = geopixeld.read(tmp_path, "test")
    assert [case.id for case in cases] == ["P0003_0_800_347_1147.png", "P0003_223_1023_0_800.png"]
    for case in (*cases, *geopixeld.read(tmp_path, "train")):
        assert (
            case.captions == ("An aerial view. The tennis court-1 and two cars , seen from above.",)
            and not case.question
        )
        assert [thing.label for thing in case.things] == [phrase for phrase, _ in truth[case.id]]
        for thing, (_, mask) in zip(case.things, truth[case.id], strict=True):
            rows, columns = np.nonzero(mask)
            assert (thing.mask() == mask).all()
            assert thing.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_geopixeld_rings_of_all_shapes(tmp_path):
    made_boxes.geopixeld(tmp_path)
    source = tmp_path / "test" / "P0003_0_800_347_1147.json"
    record = json.loads(source.read_text())
    rings = [[[[3, 3]], [[10, 4], [20, 4]]], [[[-9, -9], [-3, -9], [-3, -3]]]]
    made_boxes.write_json(source, record | {"polygons": rings})
    with pytest.warns(GeomagWarning, match="1 phrases with a mask without area"):
        (thing,) = geopixeld.read(tmp_path, "test")[0].things
    assert thing.box == (3, 3, 21, 5) and np.argwhere(thing.mask()).tolist() == [
        [3, 3],
        *([4, x] for x in range(10, 21)),
    ]
    rings = [[[[5, 5], [30, 8], [17, 40]]], [[[50, 40], [80, 40], [70, 90]]]]
    made_boxes.write_json(source, record | {"polygons": rings})
    for thing, shape in zip(geopixeld.read(tmp_path, "test")[0].things, rings, strict=True):
        assert (thing.mask() == made_boxes.drawn(shape)).all()
    assert thing.box == (50, 40, 64, 48)


TEXT = "A <p> car </p> [SEG] and a <p> van </p> [SEG]."

RING = [[[1, 1], [9, 1], [9, 9]]]


@pytest.mark.parametrize(
    "change",
    [
        {"polygons": [RING]},
        {"polygons": [RING, []]},
        {"polygons": [RING, [[1, 1, 9, 1, 9, 9]]]},
        {"polygons": [RING, [[[1, 1], [9, 1], [9, float("nan")]]]]},
        {"polygons": {"a": 1}},
        {"polygons": None},
        {"gcg_description": "A <p> car </p> [SEG] and a van [SEG]."},
        {"gcg_description": "A <p> car </p> [SEG] and a <p> </p> [SEG]."},
        {"gcg_description": None},
    ],
)
def test_geopixeld_damaged(tmp_path, change):
    made_boxes.geopixeld(tmp_path)
    made_boxes.write_json(
        tmp_path / "test" / "P0003_0_800_347_1147.json",
        {"gcg_description": TEXT, "polygons": [RING, RING]} | change,
    )
    with pytest.raises(
        DataCorrupt, match=r"P0003_0_800_347_1147\.json is not of the form of GeoPixelD"
    ):
        geopixeld.read(tmp_path, "test")


@pytest.mark.parametrize("ending", ["json", "png"])
def test_geopixeld_half_downloaded(tmp_path, ending):
    made_boxes.geopixeld(tmp_path)
    (tmp_path / "test" / f"P0003_0_800_347_1147.{ending}").unlink()
    with pytest.raises(
        DataMissing, match=rf"P0003_0_800_347_1147\.{ending}: 1 of 2 .*MBZUAI/GeoPixelD"
    ):
        geopixeld.read(tmp_path, "test")
