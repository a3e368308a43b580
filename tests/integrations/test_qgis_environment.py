"""The environment that the QGIS plugin makes for itself: real venvs, real pip, no network."""

import subprocess
import sys

import pytest

from qgis_plugin import command, environment, write_wheel


@pytest.fixture
def offline(monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_python_that_fits_is_found(tmp_path):
    old = script(tmp_path / "old", "echo 3 9")
    bare = script(tmp_path / "bare", "exit 1")
    assert environment.find_python([tmp_path / "none", bare, old, sys.executable]) == sys.executable
    with pytest.raises(command.CommandError) as told:
        environment.find_python([old, bare, "no-such-python"])
    assert f"{old} is 3.9; {bare} is without venv" in str(told.value)
    assert "needs Python 3.11 or later" in str(told.value)
    assert environment.find_python()


@pytest.mark.slow
def test_geomag_is_installed_once(offline, tmp_path):
    real = tmp_path / "real"
    script(real, "echo geomag 9.9")
    folder, said, moved = tmp_path / "profile/venv", [], []
    assert environment.geomag(folder) is None
    wheel = write_wheel(tmp_path, str(real))
    made = environment.make(folder, str(wheel), said.append, moved.append)
    assert made == environment.geomag(folder)
    done = subprocess.run([made, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == "geomag 9.9\n"
    assert said[0] == f"geomag is not installed; it is set up in {folder}, for QGIS alone, once"
    assert moved == sorted(moved) and moved[-1] == 1
    (folder / environment.READY).unlink()  # as where QGIS was ended while it was being made
    assert environment.geomag(folder) is None


@pytest.mark.slow
def test_a_failed_installation_leaves_nothing(offline, tmp_path):
    folder = tmp_path / "venv"
    with pytest.raises(command.CommandError) as told:
        environment.make(folder, "no-such-package-as-this")
    assert "could not be set up" in str(told.value) and "no-such-package-as-this" in str(told.value)
    assert "\n" not in str(told.value) and not folder.exists()


def test_a_stopped_installation_leaves_nothing(offline, tmp_path):
    folder = tmp_path / "venv"
    assert environment.make(folder, stopped=lambda: True) is None
    assert not folder.exists()
