"""Scene pixels to map coordinates and back, without a browser."""

import numpy as np
import pytest

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.errors import BoxError
from geomagnifier.export.image_file import write_picture
from geomagnifier.geometry import Box
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings
from geomagnifier.server.ui.map_coordinates import MapCoordinates

UTM = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0)


SHIPS = ((40, 40, 60, 52), (120, 80, 160, 100))


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("root")
    write_picture(folder / "plain.png", paint(300, 200, *SHIPS))
    write_picture(folder / "placed.tif", paint(300, 200, *SHIPS), crs="EPSG:32633", transform=UTM)
    with Library(Settings(root=folder)) as library:
        yield library


@pytest.fixture(params=["plain.png", "placed.tif"])
def placed(request):
    return request.param == "placed.tif"


@pytest.fixture
def asked(library, placed):
    """asked(question) -> the answer, and the places of its scene."""

    def ask(question="Find every ship."):
        card = library.place("placed.tif" if placed else "plain.png")
        with library.open(card.id) as scene:
            return gm.ask(scene, question, FakeModel()), MapCoordinates(card)

    return ask


def test_boxes_come_back_from_the_map_as_they_went(asked, placed):
    _, places = asked()
    for box in (Box(0, 0, 300, 200), Box(40, 40, 60, 52)):
        ring = np.asarray(places.corners(box.tuple()))
        back = places.box((ring.min(0).tolist(), ring.max(0).tolist()))
        assert np.abs(np.subtract(back.tuple(), box.tuple())).max() <= (
            2 if placed else 0
        )  # a grid turned against the map's


def test_a_box_beside_the_scene_is_refused(asked, placed):
    _, places = asked()
    with pytest.raises(BoxError, match="does not touch"):
        places.box(((60.0, 60.0), (61.0, 61.0)) if placed else ((10.0, 10.0), (20.0, 20.0)))


def test_the_grid_tells_the_scene_s_own_coordinates(library):
    assert MapCoordinates(library.place("plain.png")).grid() is None
    places = MapCoordinates(library.place("placed.tif"))
    grid = places.grid()
    assert grid["name"] == "EPSG:32633"
    points = np.asarray(grid["points"])
    (south, west), (north, east) = places.bounds
    rows, columns, _ = points.shape
    ring = [(north, west), (south, east), ((north + south) / 2, (west + east) / 2)]
    pixels = np.asarray(places.pixels(ring))
    own = pixels * (UTM[0], UTM[4]) + (UTM[2], UTM[5])
    found = np.stack([points[0, 0], points[-1, -1], points[rows // 2, columns // 2]])
    assert np.allclose(found, own, atol=0.05)  # pixels are rounded to a tenth, which is 5 cm
