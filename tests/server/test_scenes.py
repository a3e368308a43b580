"""Pictures of the service: what is let in, what is kept out, what a client learns."""

import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image

from fake import paint
from geomagnifier.errors import (
    OutputError,
    SceneError,
    SceneNotFound,
    SceneTooLarge,
    SceneUnreadable,
)
from geomagnifier.export.image_file import write_picture
from geomagnifier.server.scenes import OPEN, Library
from geomagnifier.server.settings import Settings
from geomagnifier.server.work_folder import PREFIX
from geomagnifier.types import Window
from served import HEIGHT, SHIPS, UTM, WIDTH, make_root, png_header, write


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_root(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def library(root, tmp_path):
    with Library(
        Settings(root=root, folder=tmp_path / "work", upload_bytes=600_000, pixels=50_000_000)
    ) as library:
        yield library


def chunks(path, size=1000):
    data = path.read_bytes()
    return [data[i : i + size] for i in range(0, len(data), size)]


def test_listing_shows_pictures_under_the_root_alone(library):
    cards = {card.name: card for card in library.listing()}
    assert set(cards) == {
        "also.tif",
        "cut.tif",
        "deep/sixteen.tif",
        "deep/turned.tif",
        "plain.png",
        "utm.tif",
    }
    utm = cards["utm.tif"]
    assert (utm.width, utm.height, utm.bands, utm.crs, utm.gsd) == (
        WIDTH,
        HEIGHT,
        3,
        "EPSG:32633",
        0.5,
    )
    assert (
        utm.georeferenced
        and utm.bounds == pytest.approx((15, 47.8523, 15.0021, 47.8533), abs=1e-4)
        and utm.transform == UTM
    )
    for name in ("plain.png", "deep/turned.tif"):
        assert not cards[name].georeferenced and cards[name].bounds == (0, 0, WIDTH, HEIGHT)


def test_ids_of_the_root_last_and_lead_back(root, library):
    cards = library.listing()
    assert len({card.id for card in cards}) == len(cards)
    with Library(Settings(root=root)) as again:
        for card in cards:  # nothing has been listed yet
            assert again.card(card.id) == card
    for card in cards:
        assert library.card(card.id) == library.place(card.name) == card
        assert library.path(card.id).is_file()


@pytest.mark.parametrize(
    "path",
    [
        "../secret.tif",
        "deep/../../secret.tif",
        "../root/utm.tif",
        "{root}/utm.tif",
        "{root}/../secret.tif",
        "/etc/passwd",
        "link.tif",
        "out/secret.tif",
        "out/root/../secret.tif",
        "deep",
        ".",
        "",
        "   ",
        "nowhere.tif",
        "utm.tif/x",
        "utm.tif\0.png",
        "..\\secret.tif",
        "%2e%2e/secret.tif",
        "~/secret.tif",
        "x" * 5000,
        "\ud800.tif",
        "/vsicurl/http://127.0.0.1/x.tif",
        "http://127.0.0.1/x.tif",
        "GTIFF_DIR:1:utm.tif",
        "file:utm.tif",
    ],
)
def test_what_lies_elsewhere_is_not_there(path, root, library):
    with pytest.raises(SceneNotFound) as told:
        library.place(path.replace("{root}", str(root)))
    message = str(told.value)
    assert (
        "is not among the images" in message
        and len(message.splitlines()) == 1
        and len(message) < 300
    )
    assert "{root}" in path or str(root) not in message


def test_a_path_that_stays_inside_is_found(library):
    assert (
        library.place("deep/../utm.tif")
        == library.place("./utm.tif")
        == library.place("utm.tif/")
        == library.place("utm.tif")
    )
    assert (
        library.place("out/root/utm.tif").width == WIDTH
    )  # leads out and in again, to a picture that is shown anyway


def test_hidden_folders_and_other_files_stay_hidden(root, library):
    (root / ".git").mkdir()
    shutil.copy(root / "utm.tif", root / ".git/utm.tif")
    try:
        assert not [card for card in library.listing() if ".git" in card.name]
        with pytest.raises(SceneNotFound):
            library.place(".git/utm.tif")
    finally:
        shutil.rmtree(root / ".git")
    with pytest.raises(SceneUnreadable, match=r"^note.txt is not an image") as told:
        library.place("note.txt")
    assert str(root) not in str(told.value)


def test_one_picture_may_be_the_root(root):
    with Library(Settings(root=root / "utm.tif")) as library:
        assert [card.name for card in library.listing()] == ["utm.tif"]
        assert library.place("utm.tif").width == WIDTH
        for other in ("plain.png", "deep/sixteen.tif", "also.tif/../plain.png"):
            with pytest.raises(SceneNotFound):
                library.place(other)


def test_without_a_root_nothing_can_be_named():
    with Library(Settings()) as library:
        assert library.listing() == []
        with pytest.raises(SceneNotFound):
            library.place("utm.tif")
        with pytest.raises(SceneNotFound):
            library.card("x" * 20)


def test_an_upload_is_kept_under_a_name_of_our_own(root, library):
    card = library.upload("../../etc/Häfen <b>\n.tif", chunks(root / "utm.tif"))
    assert (
        card.name == "Häfen <b>�.tif"
        and card.uploaded
        and card.georeferenced
        and len(card.id) >= 20
    )
    assert (
        library.path(card.id).parent == library.folder / "uploads"
        and library.path(card.id).name == f"{card.id}.tif"
    )
    assert card in library.listing() and card not in library.listing(uploads=False)
    with library.open(card.id) as scene:
        assert scene.info.name == card.name
        view = scene.read(Window(scene.info.box, WIDTH, HEIGHT, "test", scene.info.box))
    assert (view.pixels == paint(WIDTH, HEIGHT, *SHIPS)).all()
    twice = library.upload("x.tif", chunks(root / "utm.tif"))
    assert twice.id != card.id


def test_an_upload_above_the_limit_is_not_written_whole(library):
    written = []

    def flood():
        for _ in range(1_000_000):
            yield b"\0" * 50_000
            written.append(
                sum(path.stat().st_size for path in (library.folder / "uploads").iterdir())
            )

    with pytest.raises(SceneTooLarge, match=r"larger than 0.6 MB"):
        library.upload("flood.tif", flood())
    assert len(written) == 12 and max(written) <= 600_000
    assert not list((library.folder / "uploads").iterdir())


@pytest.mark.parametrize(
    ("name", "data", "kind", "message"),
    [
        ("empty.tif", b"", SceneUnreadable, "empty"),
        ("text.tif", b"no picture at all", SceneUnreadable, "not an image"),
        (
            "vrt.tif",
            b'<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>',
            SceneUnreadable,
            "is a VRT",
        ),
        ("bomb.png", png_header(100_000, 100_000), SceneTooLarge, "100000 x 100000 px"),
        ("bomb.png", png_header(2**31 - 1, 2**31 - 1), SceneError, "bomb"),
    ],
)
def test_what_is_no_picture_is_refused_and_gone(name, data, kind, message, library):
    with pytest.raises(kind, match=message) as told:
        library.upload(name, [data])
    assert str(library.folder) not in str(told.value) and name in str(told.value)
    assert not list((library.folder / "uploads").iterdir()) and not library.listing()[6:]


@pytest.mark.parametrize(
    ("side", "block", "kind"),
    [(100_000, 512, SceneTooLarge), (600, 65_536, SceneError), (40_000, 512, SceneTooLarge)],
)
def test_bombs_of_tiff_are_refused_by_their_header(side, block, kind, library, tmp_path):
    sparse = {
        "tiled": True,
        "blockxsize": block,
        "blockysize": block,
        "compress": "deflate",
        "SPARSE_OK": True,
    }
    place = {"crs": "EPSG:32633", "transform": Affine(*UTM)}
    with rasterio.open(
        tmp_path / "x.tif",
        "w",
        driver="GTiff",
        width=side,
        height=side,
        count=3,
        dtype="uint8",
        **sparse,
        **place,
    ):
        pass
    data = (tmp_path / "x.tif").read_bytes()
    assert len(data) < 1_000_000
    with Library(replace(library.settings, upload_bytes=1_000_000)) as roomy, pytest.raises(kind):
        roomy.upload("x.tif", [data])


def test_formats_that_can_lead_to_other_files_are_no_uploads(library, tmp_path):
    write(tmp_path / "plain.tif", np.zeros((1, 64, 64), np.uint8), UTM, "EPSG:32633")
    with (
        rasterio.open(tmp_path / "plain.tif") as source,
        rasterio.open(tmp_path / "x.img", "w", **source.profile | {"driver": "HFA"}) as img,
    ):
        img.write(source.read())
    with pytest.raises(SceneUnreadable, match="not an accepted upload format"):
        library.upload("x.img", chunks(tmp_path / "x.img"))


def test_a_cut_tiff_is_taken_for_what_is_left_of_it(root, library):
    card = library.upload("cut.tif", chunks(root / "cut.tif"))
    with library.open(card.id) as scene, pytest.raises(SceneUnreadable) as told:
        scene.read(Window(scene.info.box, 512, 512, "test", scene.info.box))
    assert str(told.value).startswith("cut.tif cannot be read") and str(library.folder) not in str(
        told.value
    )
    with pytest.raises(SceneError):
        library.upload("torn.png", [(root / "torn.png").read_bytes()[:30]])


def test_errors_inside_name_the_card_not_the_place(root, library):
    card = library.upload("mine.tif", chunks(root / "utm.tif"))
    path = library.path(card.id)
    for text in (f"{path} is odd", f"{path.name} is odd"):
        with pytest.raises(SceneError, match=r"^mine.tif is odd$"), library.naming(card):
            raise SceneError(text)
    path.unlink()
    with pytest.raises(SceneNotFound, match="send it again"), library.open(card.id):
        pass


def test_a_picture_stays_open_for_the_next_question(root, library, tmp_path):
    card = library.upload("mine.tif", chunks(root / "utm.tif"))
    with library.open(card.id) as first, library.open(card.id) as second:
        assert first is second
    with library.open(card.id) as third:
        assert third is first  # a model knows by its key what it has seen
    with (
        library.open(library.place("utm.tif").id) as one,
        library.open(library.place("also.tif").id) as other,
    ):
        assert (one.info.name, other.info.name) == ("utm.tif", "also.tif")
    for number in range(OPEN + 1):
        with library.open(library.upload(f"{number}.tif", chunks(root / "utm.tif")).id):
            pass
    with library.open(card.id) as again:
        assert again is not first
    with pytest.raises(SceneUnreadable, match="closed"):
        first.read(Window(first.info.box, 10, 10, "test", first.info.box))


def test_old_uploads_go_and_so_do_the_oldest_when_there_are_too_many(root, tmp_path):
    size = (root / "utm.tif").stat().st_size
    with Library(Settings(folder=tmp_path, keep_hours=1, keep_bytes=2 * size + 10)) as library:
        cards = []
        for number in range(3):
            cards.append(library.upload(f"{number}.tif", chunks(root / "utm.tif")))
        assert [card.name for card in library.listing()] == ["2.tif", "1.tif"]
        with pytest.raises(SceneNotFound):
            library.card(cards[0].id)
        library.expire(time.time() + 3601)
        assert library.listing() == [] and not list((library.folder / "uploads").iterdir())


def test_the_work_folder_goes_with_the_library(root, tmp_path):
    with Library(Settings(folder=tmp_path)) as library:
        library.upload("x.tif", chunks(root / "utm.tif"))
    assert list(tmp_path.iterdir()) == []
    left = tmp_path / f"{PREFIX}left"
    left.mkdir()
    os.utime(left, (0, 0))
    (tmp_path / "mine").mkdir()
    with Library(Settings(folder=tmp_path)):
        assert not left.exists() and (tmp_path / "mine").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        Library(Settings(folder=tmp_path / "file"))


LIBRARY = """
import sys, time
from pathlib import Path
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings
library = Library(Settings(folder=Path(sys.argv[1])))
print(library.folder, flush=True)
time.sleep(3600)
"""


def test_what_a_killed_service_left_goes_at_the_next_start_and_a_live_one_keeps_its_folder(
    tmp_path,
):
    other = subprocess.Popen(
        [sys.executable, "-c", LIBRARY, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        folder = Path(other.stdout.readline().strip())
        assert folder.parent == tmp_path and folder.name.startswith(PREFIX)
        os.utime(folder, (0, 0))  # however old it is
        with Library(Settings(folder=tmp_path, keep_hours=1)) as library:
            assert folder.is_dir() and library.folder != folder
    finally:
        other.kill()
        other.communicate()
    (folder / "uploads" / "large.tif").write_bytes(b"x" * 1000)
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "mine")
    (tmp_path / "mine").mkdir()
    with Library(Settings(folder=tmp_path)) as library:
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
            [library.folder.name, f"{PREFIX}link", "mine"]
        )


def test_a_changed_picture_gets_a_new_card(tmp_path):
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png")
    with Library(Settings(root=tmp_path)) as library:
        card = library.place("a.png")
        Image.new("RGB", (50, 20), (1, 2, 3)).save(tmp_path / "a.png")
        assert library.card(card.id).width == 50
        (tmp_path / "a.png").unlink()
        with pytest.raises(SceneNotFound):
            library.card(card.id)


def test_many_threads_may_ask_at_once(root, library):
    cards = library.listing()
    found, failed = [], []

    def work(number):
        try:
            card = library.upload(f"{number}.tif", chunks(root / "utm.tif"))
            found.append((library.card(card.id).name, number))
            assert (
                library.place("utm.tif") in library.listing()
                and library.card(cards[0].id) == cards[0]
            )
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and sorted(found) == sorted((f"{n}.tif", n) for n in range(12))


def test_cards_of_many_paths_are_those_of_one_and_none_of_what_is_outside(tmp_path):
    root = tmp_path / "root"
    for name in ("a.png", "deep/b.png", ".hidden/c.png", "deep/.d.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        write_picture(root / name, paint(40, 30))
    write_picture(tmp_path / "secret.png", paint(40, 30))
    (root / "text.png").write_text("no image")
    (root / "out.png").symlink_to(tmp_path / "secret.png")
    (root / "also.png").symlink_to(root / "a.png")
    (tmp_path / "link").symlink_to(root / "deep")
    with Library(Settings(root=root, folder=tmp_path / "work")) as library:
        there = [root / "a.png", root / "deep/b.png", root / "also.png", tmp_path / "link/b.png"]
        names = ["a.png", "deep/b.png", "a.png", "deep/b.png"]
        assert library.places(there) == [library.place(name) for name in names]
        outside = ["../secret.png", "out.png", ".hidden/c.png", "deep/.d.png", "text.png", "no.png"]
        assert library.places([root / name for name in [*outside, "deep"]]) == [None] * 7
    with Library(Settings(folder=tmp_path / "work")) as library:
        assert library.places([root / "a.png"]) == [None]
