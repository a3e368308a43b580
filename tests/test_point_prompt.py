"""A point prompt: the region under a point, of the class that is seen there."""

import numpy as np
import pytest
from rasterio.warp import transform

import geomagnifier as gm
from fake import BLUE, FakeModel, paint
from geomagnifier.errors import BoxError, OptionError
from geomagnifier.export.image_file import write_picture


def at(pixels, point, **options):
    return gm.segment_at(pixels, point, FakeModel(), **options)


def mean_under(answer):
    """Share of the mask that lies in the region's box."""
    x0, y0, x1, y1 = (round(side) for side in answer.regions[0].box)
    return answer.mask[y0:y1, x0:x1].mean(), answer.mask.sum()


def test_the_region_under_the_point_is_the_answer():
    pixels = paint(400, 300, (40, 40, 80, 60), (200, 100, 260, 140))
    answer = at(pixels, (230.5, 120))
    assert [r.label for r in answer.regions] == ["ship"]
    assert answer.regions[0].box == pytest.approx((200, 100, 260, 140), abs=1)
    share, all_of_it = mean_under(answer)
    assert share == 1 and all_of_it == 60 * 40
    assert answer.text.startswith("At (230, 120) px there is a ship of 2,400 px")


def test_of_two_regions_that_hold_it_the_smaller_is_taken():
    pixels = paint(400, 300, (0, 100, 400, 300), colour=BLUE)
    pixels[180:200, 100:140] = (250, 0, 0)
    assert [r.label for r in at(pixels, (120, 190)).regions] == ["ship"]
    assert [r.label for r in at(pixels, (300, 190)).regions] == ["water"]


def test_nothing_at_the_point_is_said():
    answer = at(paint(400, 300, (40, 40, 80, 60)), (300, 200))
    assert answer.regions == () and not answer.mask.any()
    assert answer.text == "Nothing is seen at (300, 200) px. Near it there are: ship."


def test_a_question_names_the_classes_that_count():
    pixels = paint(400, 300, (40, 40, 80, 60))
    assert len(at(pixels, (50, 50), question="Segment every ship.")) == 1
    assert len(at(pixels, (50, 50), question="Segment every water.")) == 0
    with pytest.raises(OptionError, match="not answered by masks"):
        at(pixels, (50, 50), question="Find every ship.")


def test_a_region_larger_than_the_window_is_outlined_as_a_whole():
    model = FakeModel()
    pixels = paint(1500, 300, (300, 100, 1100, 160))
    answer = gm.segment_at(pixels, (700, 130), model)
    assert answer.mask.sum() == 800 * 60 and "cut" not in answer.text
    long = paint(3000, 300, (100, 100, 2900, 160))
    assert gm.segment_at(long, (1500, 130), model).text.endswith(
        "It is cut at the edge of the part looked at."
    )


def test_a_point_on_the_map(tmp_path):
    path = tmp_path / "scene.tif"
    write_picture(
        path,
        paint(400, 300, (40, 40, 80, 60)),
        crs="EPSG:32633",
        transform=(0.5, 0.0, 500_000.0, 0.0, -0.5, 5_200_000.0),
    )
    answer = at(path, (500_030.0, 5_199_975.0), point_crs="scene")
    assert len(answer) == 1 and "of 200 m2" in answer.text
    assert np.array_equal(answer.boxes, at(path, (60, 50)).boxes)
    (longitude,), (latitude,) = transform("EPSG:32633", "EPSG:4326", [500_030], [5_199_975])
    assert len(at(path, (longitude, latitude), point_crs="EPSG:4326")) == 1


@pytest.mark.parametrize(
    ("point", "crs", "reason"),
    [
        ((400, 10), None, "outside the scene, which is 400 x 300 px"),
        ((-1, 10), "px", "outside the scene"),
        ((1,), None, "two numbers"),
        ((float("nan"), 1), None, "outside the scene"),
    ],
)
def test_a_point_elsewhere_is_refused(point, crs, reason):
    with pytest.raises(BoxError, match=reason):
        at(paint(400, 300), point, point_crs=crs)


def test_a_point_on_the_map_needs_a_scene_with_a_place():
    with pytest.raises(OptionError, match="does not say where it lies"):
        at(paint(400, 300), (11, 48), point_crs="EPSG:4326")
