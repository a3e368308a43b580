"""An agent stays in its folder, whatever it calls a path."""

import json

import numpy as np
import pytest

from geomagnifier.agents.root_folder import RootFolder
from geomagnifier.errors import OutputError, SceneNotFound, SceneUnreadable
from geomagnifier.export.image_file import write_picture


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root/inner").mkdir(parents=True)
    pixels = np.zeros((20, 30, 3), np.uint8)
    for path in ("root/inner/a.tif", "secret.tif"):
        write_picture(tmp_path / path, pixels, crs="EPSG:32633", transform=(1, 0, 0, 0, -1, 0))
    (tmp_path / "root/link.tif").symlink_to(tmp_path / "secret.tif")
    (tmp_path / "root/out").symlink_to(tmp_path)
    (tmp_path / "root/near.tif").symlink_to("inner/a.tif")
    return RootFolder(tmp_path / "root")


def test_what_is_inside_is_opened(root):
    for name in ("inner/a.tif", "near.tif", "inner/../inner/a.tif", f"{root.root}/inner/a.tif"):
        with root.open(name) as scene:
            assert scene.info.width == 30
    assert root.told(root.existing("near.tif")) == "inner/a.tif"


@pytest.mark.parametrize(
    "name",
    ["link.tif", "out/secret.tif", "../secret.tif", "/etc/passwd", "none.tif", "a\0b",
     "https://example.org/a.tif", "/vsicurl/https://example.org/a.tif", "~/a.tif"],
)  # fmt: skip
def test_what_is_elsewhere_is_not(root, name):
    with pytest.raises(SceneNotFound, match="is not in the folder that this server may read"):
        root.open(name)


def test_a_stac_file_leads_nowhere(root):
    asset = {"href": (root.root.parent / "secret.tif").as_uri()}
    item = {"type": "Feature", "stac_version": "1.0.0", "id": "a", "geometry": None, "links": []}
    item |= {"properties": {"datetime": "2024-01-01T00:00:00Z"}, "assets": {"a": asset}}
    (root.root / "item.json").write_text(json.dumps(item))
    with pytest.raises(SceneUnreadable, match="is not an image"):
        root.open("item.json")


@pytest.mark.parametrize("name", ["../x", "out/x", "/tmp/x", ".", "inner/..", "a\0b"])
def test_nothing_is_written_elsewhere(root, name):
    with pytest.raises(OutputError, match="is not below the folder that this server may write to"):
        root.output(name)


def test_a_folder_inside_is_written_to(root):
    assert root.output("answers/new") == root.root / "answers/new"
    with pytest.raises(OutputError, match="is a file"):
        root.output("inner/a.tif")
    with pytest.raises(SceneUnreadable, match=r"link.tif is a link out of the folder"):
        root.check_inside(root.root / "link.tif")
    with pytest.raises(SceneNotFound, match="is not a folder"):
        RootFolder(root.root / "none")
