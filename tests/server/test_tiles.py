"""Map tiles: placed right, alike in contrast, transparent outside, quick for a large scene."""

import io
import threading
import time

import numpy as np
import pytest
from PIL import Image
from rio_tiler.constants import WEB_MERCATOR_TMS

from fake import paint
from geomagnifier.errors import NotReady, SceneError, SceneUnreadable
from geomagnifier.export.image_file import write_picture
from geomagnifier.geometry import Box
from geomagnifier.raster.scene import open_scene
from geomagnifier.server import tiles
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings
from geomagnifier.types import SceneInfo, Window
from geomagnifier_lab.bench.pyramid import write_pyramid
from served import HEIGHT, SHIPS, UTM, WIDTH, make_root, write

EARTH = 6_378_137.0
"""Radius of Web Mercator's sphere, m."""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with Library(Settings(root=make_root(tmp_path_factory.mktemp("pictures")))) as library:
        yield library


def drawn(library, name, z, x, y):
    """(256, 256, 4) of a tile."""
    png = tiles.tile(library.path(library.place(name).id), z, x, y)
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG" and picture.size == (256, 256)
        return np.asarray(picture.convert("RGBA"))


def around(card, z):
    """Tiles of a zoom that meet a georeferenced scene."""
    west, south, east, north = card.bounds
    return list(WEB_MERCATOR_TMS.tiles(west, south, east, north, zooms=z))


def test_layers_say_how_a_map_shows_each_kind(library):
    utm = tiles.layers(library.place("utm.tif"))
    assert (
        utm["crs"] == "EPSG:3857"
        and utm["scale"] is None
        and utm["max_zoom"] == 18
        and utm["min_zoom"] == 17
    )
    (south, west), (north, east) = utm["bounds"]
    assert (west, south, east, north) == library.place("utm.tif").bounds
    for name in ("plain.png", "deep/turned.tif"):
        flat = tiles.layers(library.place(name))
        assert flat["crs"] == "simple" and (flat["min_zoom"], flat["max_zoom"], flat["scale"]) == (
            0,
            1,
            2,
        )
        assert flat["bounds"] == ((-HEIGHT / 2, 0), (0, WIDTH / 2))
    assert (
        utm["tiles"].endswith("/tiles/{z}/{x}/{y}") and library.place("utm.tif").id in utm["tiles"]
    )


@pytest.mark.parametrize("name", ["utm.tif", "plain.png", "deep/turned.tif", "deep/sixteen.tif"])
def test_points_go_to_the_map_and_back(name, library):
    card = library.place(name)
    points = [(0.0, 0.0), (WIDTH, HEIGHT), (12.5, 99.25), (-40.0, 500.0)]
    there = tiles.to_map(card, points)
    assert np.allclose(tiles.to_scene(card, there), points, atol=1e-5)
    (south, west), (north, east) = tiles.layers(card)["bounds"]
    assert there[0] == pytest.approx((north, west), abs=1e-6) and there[1] == pytest.approx(
        (south, east), abs=1e-6
    )


@pytest.mark.parametrize(
    ("crs", "step", "x", "y"),
    [("EPSG:4326", 1e-5, 200, 10), ("EPSG:4269", 1e-5, 200, 10), ("EPSG:3857", 1, 20_040_000, 1e6)],
)
def test_beyond_180_degrees_a_scene_is_on_the_map_within(crs, step, x, y, tmp_path):
    write_picture(tmp_path / "a.tif", paint(WIDTH, HEIGHT, *SHIPS), crs, (step, 0, x, 0, -step, y))
    with Library(Settings(root=tmp_path)) as library:
        card = library.place("a.tif")
        assert card.georeferenced and -180 <= card.bounds[0] < card.bounds[2] < -150
        points = [(0.0, 0.0), (WIDTH, HEIGHT), (12.5, 99.25)]
        there = tiles.to_map(card, points)
        assert np.allclose(tiles.to_scene(card, there), points, atol=1e-3)
        assert there[0] == pytest.approx((card.bounds[3], card.bounds[0]), abs=1e-6)
        z = tiles.layers(card)["max_zoom"]
        assert (
            sum(
                (drawn(library, "a.tif", tile.z, tile.x, tile.y)[..., 3] == 255).sum()
                for tile in around(card, z)
            )
            > WIDTH * HEIGHT
        )


def test_in_pixel_space_the_largest_zoom_is_the_picture(library):
    whole = np.zeros((256, 512, 4), np.uint8)
    for x in (0, 1):
        whole[:, x * 256 : (x + 1) * 256] = drawn(library, "plain.png", 1, x, 0)
    assert (whole[:HEIGHT, :WIDTH, :3] == paint(WIDTH, HEIGHT, *SHIPS)).all() and (
        whole[:HEIGHT, :WIDTH, 3] == 255
    ).all()
    assert not whole[HEIGHT:].any() and not whole[:, WIDTH:].any()
    small = drawn(library, "plain.png", 0, 0, 0)
    assert (small[: HEIGHT // 2, : WIDTH // 2, 3] == 255).all() and not small[HEIGHT // 2 :].any()
    closer = drawn(library, "plain.png", 3, 1, 1)  # past full size: four px for one
    assert (
        closer[::4, ::4, :3][4:-4, 4:-4] == paint(WIDTH, HEIGHT, *SHIPS)[64:128, 64:128][4:-4, 4:-4]
    ).mean() > 0.95


@pytest.mark.parametrize("z", [17, 18, 19])
def test_on_the_map_things_are_where_they_are_on_the_earth(z, library):
    card = library.place("utm.tif")
    found = []
    for tile in around(card, z):
        pixels = drawn(library, "utm.tif", tile.z, tile.x, tile.y)
        red = (pixels[..., 0] > 200) & (pixels[..., 1] < 40) & (pixels[..., 3] > 250)
        rows, columns = np.nonzero(red)
        bounds = WEB_MERCATOR_TMS.xy_bounds(tile)
        step = (bounds.right - bounds.left) / 256
        east, north = (
            (bounds.left + (columns + 0.5) * step) / EARTH,
            (bounds.top - (rows + 0.5) * step) / EARTH,
        )
        found += np.degrees(np.stack([np.arctan(np.sinh(north)), east], axis=1)).tolist()
    px = np.asarray(tiles.to_scene(card, found))
    slack = max(1.0, 2.0 ** (18 - z))
    for x0, y0, x1, y1 in SHIPS:
        own = px[
            (px[:, 0] > x0 - 4) & (px[:, 0] < x1 + 4) & (px[:, 1] > y0 - 4) & (px[:, 1] < y1 + 4)
        ]
        assert own.min(0) == pytest.approx((x0, y0), abs=slack) and own.max(0) == pytest.approx(
            (x1, y1), abs=slack
        )


def test_neighbours_meet_without_a_seam(tmp_path):
    ramp = np.add.outer(np.arange(900), np.arange(1200)) / 2100 * 255
    write(tmp_path / "ramp.tif", np.stack([ramp.astype(np.uint8)] * 3), UTM, "EPSG:32633")
    with Library(Settings(root=tmp_path)) as library:
        card = library.place("ramp.tif")
        for z in (16, 17):
            inside = [
                tile
                for tile in around(card, z)
                if drawn(library, "ramp.tif", tile.z, tile.x, tile.y)[..., 3].min() == 255
            ]
            for tile in inside:
                right = [other for other in inside if (other.x, other.y) == (tile.x + 1, tile.y)]
                for other in right:
                    here = drawn(library, "ramp.tif", z, tile.x, tile.y)[:, -1, 0].astype(int)
                    there = drawn(library, "ramp.tif", z, other.x, other.y)[:, 0, 0].astype(int)
                    assert np.abs(here - there).max() <= 2
        assert inside


def test_sixteen_bits_have_one_look_and_it_is_the_models(tmp_path):
    rng = np.random.default_rng(0)
    left, right = rng.integers(100, 200, (512, 512)), rng.integers(3000, 4000, (512, 512))
    write(tmp_path / "deep.tif", np.concatenate([left, right], axis=1)[None].astype(np.uint16))
    with Library(Settings(root=tmp_path)) as library, open_scene(tmp_path / "deep.tif") as scene:
        z = tiles.layers(library.place("deep.tif"))["max_zoom"]
        assert (
            drawn(library, "deep.tif", z, 0, 0)[..., 0].max() < 20
        )  # dark as a whole, not stretched by itself
        box = Box(512, 256, 768, 512)
        view = scene.read(Window(box, 256, 256, "test", box))
        assert (drawn(library, "deep.tif", z, 2, 1)[..., :3] == view.pixels).all()
        assert view.pixels.mean() > 150


def test_what_has_no_data_is_transparent(library, tmp_path):
    pixels = np.full((1, 300, 300), 500, np.uint16)
    pixels[:, :150] = 0
    pixels[:, 150:, ::7] = 900
    write(tmp_path / "half.tif", pixels, UTM, "EPSG:32633", nodata=0)
    write(tmp_path / "none.tif", np.zeros((1, 64, 64), np.uint16), UTM, "EPSG:32633", nodata=0)
    with Library(Settings(root=tmp_path)) as own:
        alpha = np.concatenate(
            [
                drawn(own, "half.tif", t.z, t.x, t.y)[..., 3].ravel()
                for t in around(own.place("half.tif"), 19)
            ]
        )
        assert 0 < (alpha == 255).mean() < 0.5
        tile, *_ = around(own.place("none.tif"), 18)
        assert not drawn(own, "none.tif", 18, tile.x, tile.y).any()


@pytest.mark.parametrize("name", ["utm.tif", "plain.png"])
@pytest.mark.parametrize(
    "place",
    [(18, 0, 0), (5, 40, 3), (1, -1, 0), (-1, 0, 0), (99, 5, 5), (3, 2**40, 1), (18, 2**18, 5)],
)
def test_outside_there_is_an_empty_tile(name, place, library):
    assert not drawn(library, name, *place).any()


def test_the_sound_parts_of_a_damaged_file_are_shown(library):
    card = library.place("cut.tif")
    alpha = np.stack(
        [
            drawn(library, "cut.tif", t.z, t.x, t.y)[..., 3]
            for t in around(card, tiles.layers(card)["max_zoom"])
        ]
    )
    assert 0.1 < (alpha == 255).mean() < 0.9


def test_a_picture_that_is_gone_is_an_error(tmp_path):
    with pytest.raises(SceneError):
        tiles.tile(tmp_path / "no.tif", 0, 0, 0)
    (tmp_path / "text.tif").write_text("x")
    with pytest.raises(SceneUnreadable):
        tiles.tile(tmp_path / "text.tif", 0, 0, 0)


@pytest.mark.parametrize(
    ("crs", "transform", "size", "shown"),
    [
        ("EPSG:4326", (0.1, 0, -180, 0, -0.1, 90), (3600, 1800), True),
        ("EPSG:4326", (0.1, 0, 0, 0, -0.1, 90), (3600, 1800), False),  # 0 to 360 degrees
        (
            "EPSG:32660",
            (1000, 0, 500_000, 0, -1000, 100_000),
            (800, 100),
            False,
        ),  # across the antimeridian
        (
            "EPSG:3031",
            (1000, 0, -500_000, 0, -1000, 500_000),
            (1000, 1000),
            False,
        ),  # the south pole
        ("EPSG:3857", (1, 0, 0, 0, -1, 0), (100, 100), True),
        ("EPSG:32633", (1, 0, 500_000, 0, 1, 5_000_000), (100, 100), False),  # upside down
        ('LOCAL_CS["ours",UNIT["metre",1]]', (1, 0, 0, 0, -1, 0), (100, 100), False),
        (None, (1, 0, 0, 0, -1, 0), (100, 100), False),
        ("EPSG:32633", None, (100, 100), False),
    ],
)
def test_only_what_a_web_map_can_show_goes_on_it(crs, transform, size, shown):
    assert (tiles.lonlat_bounds(SceneInfo("x", *size, 3, crs, transform)) is not None) == shown


def test_the_whole_earth_is_on_the_map(tmp_path):
    earth = np.zeros((3, 180, 360), np.uint8)
    earth[0, :90], earth[1, 90:] = 200, 200
    write(tmp_path / "earth.tif", earth, (1, 0, -180, 0, -1, 90), "EPSG:4326")
    with Library(Settings(root=tmp_path)) as library:
        pixels = drawn(library, "earth.tif", 0, 0, 0)
        assert (
            (pixels[:120, :, 0] > 150).all()
            and (pixels[136:, :, 1] > 150).all()
            and (pixels[..., 3] == 255).all()
        )


def test_a_large_picture_without_overviews_is_read_once_for_all_small_zooms(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "SMALL", 100_000)
    monkeypatch.setattr(tiles, "COARSE", 256)
    monkeypatch.setattr(tiles, "PATIENCE", 300)
    pixels = paint(2048, 1500, (0, 0, 1024, 750))
    write(
        tmp_path / "large.tif",
        pixels.transpose(2, 0, 1),
        tiled=True,
        blockxsize=256,
        blockysize=256,
        compress="deflate",
    )
    seen = []
    view = tiles._TiledScene.view
    monkeypatch.setattr(
        tiles._TiledScene,
        "view",
        lambda self, window: (seen.append(window.role), view(self, window))[1],
    )
    with Library(Settings(root=tmp_path)) as library:
        assert tiles.layers(library.place("large.tif"))["max_zoom"] == 3
        whole = drawn(library, "large.tif", 0, 0, 0)
        assert (
            tuple(whole[40, 40]) == (250, 0, 0, 255)
            and tuple(whole[40, 200]) == (120, 120, 120, 255)
            and not whole[190:].any()
        )
        drawn(library, "large.tif", 3, 2, 2)
        assert set(seen[:-1]) == {"coarse"} and len(seen) == 4 and seen[-1] == "tile"
        monkeypatch.setattr(tiles, "PATIENCE", 0.01)
        go = threading.Event()
        monkeypatch.setattr(
            tiles._TiledScene, "view", lambda self, window: (go.wait(300), view(self, window))[1]
        )
        pixels = paint(
            2048, 1500, (1024, 0, 2048, 750)
        )  # another picture: one that is the same is known again
        write(
            tmp_path / "large.tif",
            pixels.transpose(2, 0, 1),
            tiled=True,
            blockxsize=256,
            blockysize=256,
            compress="deflate",
        )
        with pytest.raises(NotReady):
            drawn(library, "large.tif", 0, 0, 0)
        monkeypatch.setattr(tiles, "PATIENCE", 300)
        go.set()
        other = drawn(library, "large.tif", 0, 0, 0)
        assert tuple(other[40, 40]) == (120, 120, 120, 255) and tuple(other[40, 200]) == (
            250,
            0,
            0,
            255,
        )


def test_pictures_are_closed_when_many_others_are_looked_at(tmp_path):
    for number in range(tiles.OPEN + 4):
        Image.new("RGB", (40, 40), (number, 0, 0)).save(tmp_path / f"{number}.png")
    with Library(Settings(root=tmp_path)) as library:
        failed = []

        def look(turn):
            try:
                for number in np.random.default_rng(turn).permutation(tiles.OPEN + 4):
                    assert drawn(library, f"{number}.png", turn % 2, 0, 0)[5, 5, 0] == number
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=look, args=(turn,)) for turn in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        assert len(tiles._scenes._open) <= tiles.OPEN


@pytest.mark.slow
def test_tiles_of_a_large_cog_come_quickly_at_every_zoom(tmp_path):
    rng = np.random.default_rng(0)
    strips = (
        rng.integers(0, 255, (500, 8_000, 3), dtype=np.uint8) // 8 + np.uint8(i * 14)
        for i in range(16)
    )
    write_pyramid(tmp_path / "large.tif", (8_000, 8_000), strips, compress="jpeg")
    with Library(Settings(root=tmp_path)) as library:
        path, taken = library.path(library.place("large.tif").id), []
        for z in range(6):
            most = max(1, int(8_000 / 256 / 2 ** (5 - z)))
            for x, y in rng.integers(0, most, (10, 2)):
                begin = time.perf_counter()
                tiles.tile(path, z, int(x), int(y))
                taken.append(time.perf_counter() - begin)
        print(
            f"tiles of 8,000 px: median {np.median(taken) * 1e3:.0f} ms, worst"
            f" {max(taken) * 1e3:.0f} ms"
        )
        assert np.median(taken) < 0.2
