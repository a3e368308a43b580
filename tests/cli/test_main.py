"""The real command: what it prints, what it writes, how it fails."""

import shutil
import subprocess
import sys

import pytest
import typer

from command_line import geomag
from geomagnifier import __version__
from geomagnifier.archive import Tally
from geomagnifier.cli.main import app


def test_the_installed_script_knows_its_version():
    script = shutil.which("geomag")
    if script is None:
        pytest.skip("geomag is not on the path; the package is not installed")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=600)
    assert done.stdout.strip() == f"geomag {__version__}"


def test_help_shows_examples_without_heavy_imports():
    code = (
        "import sys; from geomagnifier.cli.main import app; print(int('torch' in sys.modules or"
        " 'rasterio' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.stdout.strip() == "0"
    shown = subprocess.run(
        [sys.executable, "-m", "geomagnifier", "ask", "--help"],
        capture_output=True,
        text=True,
        timeout=600,
    ).stdout
    assert "Example" in shown
    assert "--min-score" in shown


@pytest.mark.parametrize("name", sorted(typer.main.get_command(app).commands))
def test_every_command_has_h_and_examples(name, monkeypatch, capfd):
    short, long = (geomag(monkeypatch, capfd, name, option) for option in ("-h", "--help"))
    assert short == long and short[0] == 0
    if name != "train-full":  # its options are read elsewhere
        assert "Example" in short[1] and f"geomag {name}" in short[1]


def test_the_program_itself_has_h(monkeypatch, capfd):
    code, out, _ = geomag(monkeypatch, capfd, "-h")
    assert code == 0 and "geomag ask harbour.tif" in out


EARLY = {
    "search": (["ask", "{scene}", "Find ships", "--search", "fast"], "adaptive, paper, exhaustive"),
    "box": (["ask", "{scene}", "Find ships", "--box", "1,2,3"], "four numbers"),
    "box outside": (
        ["ask", "{scene}", "Find ships", "--box", "900,900,990,990"],
        "outside the scene; the scene is 640 x 480 px",
    ),
    "budget": (
        ["ask", "{scene}", "Find ships", "--budget", "20"],
        "'20' has no unit; write a number and one of",
    ),
    "budget of nothing": (["ask", "{scene}", "Find ships", "--budget", "0 s"], "no amount above 0"),
    "budget in bytes": (["ask", "{scene}", "Find ships", "--budget", "1 GB"], "no amount above 0"),
    "memory": (
        ["ask", "{scene}", "Find ships", "--max-memory", "lots"],
        "write a number and one of b, kb, mb, gb",
    ),
    "recall": (["ask", "{scene}", "Find ships", "--recall", "7"], "between 0 and 1"),
    "score": (["ask", "{scene}", "Find ships", "--min-score", "7"], "min_score"),
    "out": (["ask", "{scene}", "Find ships", "--out", "{scene}/answers"], "cannot be written"),
    "vector": (["ask", "{scene}", "Find ships", "--vector", "shp"], "gpkg"),
    "picture": (["ask", "gone.tif", "Find ships"], "gone.tif does not exist"),
    "chat's out": (["chat", "{scene}", "--out", "{scene}/answers"], "cannot be written"),
    "info's picture": (["info", "gone.tif"], "gone.tif does not exist"),
    "map's search": (
        ["map", "Find ships", "--scenes", "{folder}", "--out", "{folder}/o", "--search", "fast"],
        "adaptive, paper",
    ),
    "map's recall": (
        ["map", "Find ships", "--scenes", "{folder}", "--out", "{folder}/o", "--recall", "7"],
        "between 0 and 1",
    ),
    "index's folder": (["index", "gone", "--to", "{folder}/i"], "gone"),
    "index's target": (["index", "{folder}", "--to", "{scene}/i"], "cannot be written"),
    "search's folder": (["search", "gone", "ships"], "gone does not exist"),
    "search's picture": (["search", "{folder}", "--image", "gone.png"], "gone.png does not exist"),
    "search's place": (["search", "{folder}", "--near", "900,3"], "not on the Earth"),
    "search's box": (["search", "{folder}", "--bbox", "5,5"], "W,S,E,N"),
    "search's out": (
        ["search", "{folder}", "ships", "--out", "{scene}/x.png"],
        "cannot be written",
    ),
}


@pytest.mark.parametrize("case", EARLY)
def test_what_is_wrong_is_told_before_a_model_is_loaded(case, harbour, monkeypatch, capfd):
    def never(*_, **__):
        pytest.fail("a model was loaded")

    monkeypatch.setattr("geomagnifier.models.registry.load_model", never)
    monkeypatch.setattr("geomagnifier.archive.run", never)
    words, hint = EARLY[case]
    before = sorted(harbour[0].parent.rglob("*"))
    code, out, err = geomag(
        monkeypatch,
        capfd,
        *(
            w.replace("{scene}", str(harbour[0])).replace("{folder}", str(harbour[0].parent))
            for w in words
        ),
    )
    assert code == 2 and not out and hint in err
    assert sorted(harbour[0].parent.rglob("*")) == before


def test_a_scenes_folder_named_small_is_not_the_model(harbour, tmp_path, monkeypatch, capfd):
    (tmp_path / "small").mkdir()
    shutil.copy(harbour[0], tmp_path / "small")
    tasks = []
    monkeypatch.setattr(
        "geomagnifier.archive.run",
        lambda entries, task, **_: (tasks.append(task), Tally(1, 0, 1, 0, 0.1, 0))[1],
    )
    monkeypatch.setattr("geomagnifier.archive.failures", lambda task, most: [])
    monkeypatch.chdir(tmp_path)
    code, _, _ = geomag(
        monkeypatch, capfd, "map", "Find every ship.", "--scenes", "small", "--out", "out"
    )
    assert code == 0 and tasks[0].model == "small"


def test_ctrl_c_is_told_in_one_line(harbour, monkeypatch, capfd):
    def pressed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("geomagnifier.models.registry.load_model", pressed)
    assert geomag(monkeypatch, capfd, "info") == (130, "", "geomag: stopped\n")


BROKEN = {
    "no such file": (["ask", "nowhere.tif", "Find ships"], "nowhere.tif"),
    "empty question": (["ask", "{scene}", "  "], "empty"),
    "foreign script": (["ask", "{scene}", "где все корабли на снимке"], "Russian"),
    "box outside": (["ask", "{scene}", "What is this?", "--box", "900,900,950,950"], "outside"),
    "box of three": (["ask", "{scene}", "What is this?", "--box", "1,2,3"], "four"),
    "box of degrees": (
        ["ask", "{scene}", "What is this?", "--box", "15.0001,47.8,15.0004,47.9"],
        "--box-crs",
    ),
    "box beside": (
        ["ask", "{scene}", "What is this?", "--box", "2,3,4,5", "--box-crs", "EPSG:4326"],
        "outside",
    ),
    "CRS of nothing": (
        ["ask", "{scene}", "Find every ship.", "--out-crs", "EPSG:3857"],
        "name a folder with --out",
    ),
    "area in no CRS": (
        ["ask", "{scene}", "Find every ship.", "--aoi", "500000,5299900,500100,5299990"],
        "--aoi-crs EPSG:4326",
    ),
    "area elsewhere": (
        ["ask", "{scene}", "Find every ship.", "--aoi", "1,2,3,4", "--aoi-crs", "EPSG:4326"],
        "outside the scene",
    ),
    "area of no file": (
        ["ask", "{scene}", "Find every ship.", "--aoi", "zones.gpkg"],
        "does not exist",
    ),
    "box in no CRS": (
        ["ask", "{scene}", "What is this?", "--box", "2,3,4,5", "--box-crs", "nowhere"],
        "coordinate reference system",
    ),
    "box without area": (["ask", "{scene}", "What is this?", "--box", "9,9,9,9"], "area"),
    "unknown model": (["ask", "{scene}", "Find ships", "--model", "huge"], "huge"),
    "unknown search": (["ask", "{scene}", "Find ships", "--search", "magic"], "adaptive"),
    "score out of range": (["ask", "{scene}", "Find ships", "--min-score", "7"], "min_score"),
    "out is a file": (["ask", "{scene}", "Find ships", "--out", "{scene}"], "mixed.tif"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_bad_input_gets_one_line_and_exit_2(case, harbour, monkeypatch, capfd):
    words, hint = BROKEN[case]
    words = [w.replace("{scene}", str(harbour[0])) for w in words]
    code, out, err = geomag(monkeypatch, capfd, *words)
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert err.startswith("geomag: ")
    assert hint in err
    assert out == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("{photos}",), "WORDS or --image"),
        (("{photos}", "ships", "--image", "x.png"), "WORDS or --image"),
        (
            ("{photos}", "ships", "--out", "sheet.jpg"),
            "not sheet.jpg; name it for example sheet.png",
        ),
        (("{photos}", "ships", "--top", "0"), "at least 1"),
        (("{photos}", "   "), "no words"),
        (("{photos}", "где все корабли на снимке"), "Russian"),
        (("{photos}", "ships", "--model", "huge"), "huge"),
        (("{photos}", "--image", "nowhere.png"), "nowhere.png does not exist"),
        (("{photos}", "--image", "{photos}/cut.jpg"), "cut.jpg cannot be read"),
        (("{photos}", "ships", "--out", "{photos}/mixed.tif/sheet.png"), "mixed.tif"),
        (("{photos}/nowhere", "ships"), "does not exist; name a folder of images"),
        (("{empty}", "ships"), "looked for .tif, .tiff, .jpg, .jpeg, .png, .jp2"),
    ],
)
def test_search_says_what_was_wrong(words, message, photos, tmp_path, monkeypatch, capfd):
    code, out, err = geomag(
        monkeypatch,
        capfd,
        "search",
        *(w.replace("{photos}", str(photos)).replace("{empty}", str(tmp_path)) for w in words),
        "--json",
    )
    assert (
        code == 2
        and not out
        and message in err
        and len(err.splitlines()) == 1
        and err.startswith("geomag: ")
    )


def test_bands_that_are_not_there_are_listed(four_bands, monkeypatch, capfd):
    for command in (
        ["ask", four_bands, "Find every ship."],
        ["info", four_bands],
        ["chat", four_bands],
    ):
        code, _, said = geomag(monkeypatch, capfd, *command, "--bands", "5,4,3")
        assert code == 2 and "1 (B02), 2 (B03), 3 (B04), 4 (B08)" in said
