"""The page of `geomag --help` is what Typer prints, in both languages, and needs no Typer."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import typer

from geomagnifier.cli import help_page
from geomagnifier.cli.main import app

TYPERS = "import sys; sys.argv[0] = 'geomag'; from geomagnifier.cli.main import main; main()"


def texts() -> dict[str, object]:
    return help_page.texts_of(typer.main.get_command(app))


def printed(*words: str, **settings: str) -> str:
    words = (sys.executable, *words, "--help")
    done = subprocess.run(words, env={**os.environ, **settings}, capture_output=True, check=True)
    return done.stdout.decode()


def test_texts_are_those_of_the_commands() -> None:
    assert json.loads(help_page.FILE.read_text("utf-8")) == json.loads(json.dumps(texts()))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("width", "colour"), [("60", ""), ("101", "1")])
def test_the_page_is_that_of_typer(language: str, width: str, colour: str) -> None:
    settings = {"COLUMNS": width, "FORCE_COLOR": colour, "GEOMAG_LANGUAGE": language}
    page = printed("-m", "geomagnifier", **settings)
    assert page == printed("-c", TYPERS, **settings)
    assert ("回答" in page) == (language == "zh") and ("\x1b[" in page) == bool(colour)


def test_the_page_imports_no_command() -> None:
    script = (
        "import sys; sys.argv = ['geomag', '-h']; from geomagnifier.__main__ import main; main();"
        " print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = done.stderr.split()
    assert "Usage: geomag" in done.stdout and "rich" in loaded
    assert not {"typer", "numpy", "rasterio", "onnxruntime", "click"} & {*loaded}


if __name__ == "__main__":
    help_page.FILE.write_text(
        json.dumps(texts(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
