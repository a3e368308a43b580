"""Uploads: counted while they come, gone if they are not finished; names are made harmless."""

import pytest

from fake import paint
from geomagnifier.errors import SceneTooLarge, SceneUnreadable
from geomagnifier.export.image_file import write_picture
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings
from geomagnifier.server.uploads import LONGEST_NAME, clean, shown_name


def files(library):
    return list((library.folder / "uploads").iterdir())


def test_one_that_is_not_finished_leaves_nothing(tmp_path):
    with Library(Settings(folder=tmp_path, upload_bytes=10)) as library:
        with library.receive("a.tif") as upload:
            upload.write(b"12345")
            assert len(files(library)) == 1
            with pytest.raises(SceneTooLarge, match="larger than"):
                upload.write(b"1234567")
        assert files(library) == []
        with pytest.raises(SceneUnreadable, match="is empty"):
            library.upload("a.tif", [])


def test_an_image_is_taken_in_piece_by_piece(tmp_path):
    write_picture(tmp_path / "a.png", paint(30, 20))
    data = (tmp_path / "a.png").read_bytes()
    with Library(Settings(folder=tmp_path / "work")) as library:
        with library.receive("C:\\pictures\\a.png") as upload:
            for start in range(0, len(data), 100):
                upload.write(data[start : start + 100])
            card = upload.finish()
        assert (card.name, card.width, card.height, card.uploaded) == ("a.png", 30, 20, True)
        assert library.path(card.id).read_bytes() == data


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\\b\\c.tif", "c.tif"),
        ("...", "picture"),
        ("", "picture"),
        ("line\nbreak.tif", "line�break.tif"),
    ],
)
def test_names_have_no_folders_and_no_control_characters(name, shown):
    assert shown_name(name) == shown


def test_a_long_name_keeps_its_ends():
    text = clean("x" * 500 + ".tif")
    assert len(text) == LONGEST_NAME and text.endswith("xxxxxxx.tif") and "…" in text
