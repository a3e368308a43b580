"""The folder of the data sets is the one given, else the setting's, and pixels are RGB."""

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import OptionError
from geomagnifier_lab.datasets.sample import data_root, read_pixels


def test_data_root(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    monkeypatch.setenv("GEOMAG_DATA", str(tmp_path / "b"))
    assert data_root(tmp_path / "a") == tmp_path / "a"
    assert data_root(tmp_path / "nowhere") == data_root() == tmp_path / "b"
    monkeypatch.delenv("GEOMAG_DATA")
    with pytest.raises(OptionError, match="set GEOMAG_DATA"):
        data_root()


def test_grey_pictures_have_three_channels(tmp_path):
    Image.new("L", (5, 4), 7).save(tmp_path / "a.png")
    assert read_pixels(tmp_path / "a.png").shape == (4, 5, 3)
    assert np.unique(read_pixels(tmp_path / "a.png")).tolist() == [7]
