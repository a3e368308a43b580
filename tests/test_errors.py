"""The line that installs an extra is the one that works for the Python at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from geomagnifier import errors


def test_in_a_clone_that_the_scripts_set_up_it_is_their_script(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = Path(errors.__file__).parents[2]
    monkeypatch.setattr(sys, "prefix", str(root / ".venv"))
    assert errors.install("serve") == f"{root}/scripts/environment serve"
    assert (root / "scripts/environment").is_file()


def test_elsewhere_it_is_pip_of_this_python_or_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/somewhere/else")
    monkeypatch.setattr(sys, "executable", "/a place/bin/python")
    monkeypatch.setattr(errors, "find_spec", lambda name: name)
    assert errors.install("map") == "'/a place/bin/python' -m pip install 'geomagnifier[map]'"
    monkeypatch.setattr(errors, "find_spec", lambda name: None)
    assert (
        errors.install("map") == "uv pip install --python '/a place/bin/python' 'geomagnifier[map]'"
    )


@pytest.mark.parametrize(
    ("words", "missing", "extra"),
    [
        (["index", "{folder}", "--to", "{folder}/i"], "lancedb", "archive"),
        (["map", "Find every ship.", "--scenes", "{folder}", "--out", "{folder}/o"], "ray", "map"),
        (
            ["map", "Find every ship.", "--scenes", "{folder}", "--out", "{folder}/o"],
            "geopandas",
            "map",
        ),
        (["serve", "{folder}"], "uvicorn", "serve"),
        (["search", "{folder}/items.json", "ships"], "pystac", "archive"),
    ],
)
def test_a_command_without_its_extra_prints_the_line(
    words: list[str], missing: str, extra: str, tmp_path: Path
) -> None:
    from PIL import Image

    Image.new("RGB", (60, 40)).save(tmp_path / "a.png")
    (tmp_path / "items.json").write_text('{"type": "FeatureCollection", "features": []}')
    argv = ["geomag", *(word.replace("{folder}", str(tmp_path)) for word in words)]
    code = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv = {argv}; from"
        " geomagnifier.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 2 and not done.stdout and len(done.stderr.splitlines()) == 1
    assert f"the extra {extra}; install it: {errors.install(extra)}" in done.stderr
