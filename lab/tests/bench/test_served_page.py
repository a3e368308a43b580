"""A service in a process of its own: found, asked, ended, and told where it does not start."""

from __future__ import annotations

import sys
import urllib.error
from pathlib import Path

import pytest

from geomagnifier.errors import ModelError
from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.bench.served_page import read_json, scene_ids, served, wait_until_idle
from geomagnifier_lab.render.scene import draw_scene


def test_a_service_is_there_until_it_is_ended(tmp_path: Path) -> None:
    pytest.importorskip("nicegui")
    write_picture(tmp_path / "drawn.png", draw_scene(1, 300, 200, "town").pixels)
    with served(tmp_path) as address:
        assert list(scene_ids(address)) == ["drawn.png"]
        wait_until_idle(address)
        assert read_json(f"{address}/healthz")["running"] == 0
    with pytest.raises(urllib.error.URLError):
        read_json(f"{address}/healthz")


def test_one_that_does_not_start_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "geomag"
    broken.write_text(f"#!{sys.executable}\nraise SystemExit('no model here')\n")
    broken.chmod(0o755)
    with pytest.raises(ModelError, match="no model here"), served(tmp_path, broken):
        pass
