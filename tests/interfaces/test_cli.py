"""The real command: what it prints, what it writes, how it fails."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geomagnifier import __version__, masks
from geomagnifier.data.drawn import draw_scene
from geomagnifier.interfaces.cli import main
from geomagnifier.io.picture import write_picture

TRANSFORM = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0)


@pytest.fixture(scope="module")
def harbour(tmp_path_factory):
    """A drawn scene with a bit of everything as GeoTIFF, and its labels."""
    path = tmp_path_factory.mktemp("scene") / "mixed.tif"
    scene = draw_scene(7, 640, 480, "mixed")
    write_picture(path, scene.pixels, crs="EPSG:32633", transform=TRANSFORM)
    return path, scene


def geomag(monkeypatch, capfd, *words):
    """Run the command in this process: (exit code, stdout, stderr)."""
    monkeypatch.setattr(sys, "argv", ["geomag", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capfd.readouterr()
    return stop.value.code or 0, out, err


def test_the_executable_answers_in_json_and_nothing_else(harbour):
    path, _ = harbour
    words = ["ask", str(path), "Segment every storage tank.", "--json"]
    done = subprocess.run([sys.executable, "-W", "error", "-m", "geomagnifier", *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["granularity"] == "pixel"
    assert answer["crs"] == "EPSG:32633"
    assert set(answer["granularity_probabilities"]) == {"image", "region", "pixel"}
    assert set(answer["cost"]) == {"scene_pixels", "pixels_processed", "flops", "seconds"}
    for region in answer["regions"]:
        assert region["label"] == "storage tank"
        assert masks.decode(region["segmentation"]).shape == (480, 640)


def test_the_installed_script_knows_its_version():
    script = shutil.which("geomag")
    if script is None:
        pytest.skip("geomag is not on the path; the package is not installed")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == f"geomag {__version__}"


def test_help_shows_examples_without_heavy_imports():
    code = "import sys; from geomagnifier.interfaces.cli import app; print(int('torch' in sys.modules or 'rasterio' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "0"
    shown = subprocess.run([sys.executable, "-m", "geomagnifier", "ask", "--help"], capture_output=True, text=True, timeout=120).stdout
    assert "Example" in shown
    assert "--min-score" in shown


def test_files_land_on_the_map(harbour, tmp_path, monkeypatch, capfd):
    path, scene = harbour
    code, out, _ = geomag(monkeypatch, capfd, "ask", path, "Segment every airplane.", "--out", tmp_path, "--vector", "gpkg")
    assert code == 0
    assert "pixel level" in out
    written = {p.name for p in tmp_path.iterdir()}
    assert written == {"answer.json", "regions.gpkg", "mask.qml", "mask.tif", "overlay.png"}
    with rasterio.open(tmp_path / "mask.tif") as mask:
        assert mask.crs.to_epsg() == 32633
        assert tuple(mask.transform)[:6] == TRANSFORM
        found = mask.read(1) > 0
    truth = np.zeros((480, 640), bool)
    for thing in scene.objects:
        if thing.kind == "airplane":
            x0, y0 = np.floor(thing.polygon.min(0)).astype(int)
            x1, y1 = np.ceil(thing.polygon.max(0)).astype(int)
            truth[max(0, y0) : y1, max(0, x0) : x1] = True
    assert found.sum() > 0
    assert (found & truth).sum() / found.sum() > 0.6  # where the model sees airplanes, airplanes were drawn


def test_an_image_question_lists_labels(harbour, monkeypatch, capfd):
    code, out, _ = geomag(monkeypatch, capfd, "ask", harbour[0], "What kind of place is this?")
    assert code == 0
    assert "image level" in out
    assert "%" in out


def test_info_describes_model_and_scene(harbour, monkeypatch, capfd):
    code, out, _ = geomag(monkeypatch, capfd, "info", harbour[0], "--json")
    facts = json.loads(out)
    assert code == 0
    assert "airplane" in facts["model"]["kinds"]
    assert facts["scene"]["gsd"] == pytest.approx(0.5)


BROKEN = {
    "no such file": (["ask", "nowhere.tif", "Find ships"], "nowhere.tif"),
    "empty question": (["ask", "{scene}", "  "], "empty"),
    "foreign script": (["ask", "{scene}", "где все корабли на снимке"], "Russian"),
    "box outside": (["ask", "{scene}", "What is this?", "--box", "900,900,950,950"], "outside"),
    "box of three": (["ask", "{scene}", "What is this?", "--box", "1,2,3"], "four"),
    "box of degrees": (["ask", "{scene}", "What is this?", "--box", "15.0001,47.8,15.0004,47.9"], "--box-crs"),
    "box beside": (["ask", "{scene}", "What is this?", "--box", "2,3,4,5", "--box-crs", "EPSG:4326"], "outside"),
    "box in no CRS": (["ask", "{scene}", "What is this?", "--box", "2,3,4,5", "--box-crs", "nowhere"], "coordinate reference system"),
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


def test_a_text_file_is_no_scene(tmp_path: Path, monkeypatch, capfd):
    fake = tmp_path / "scene.tif"
    fake.write_text("not an image")
    code, _, err = geomag(monkeypatch, capfd, "ask", fake, "Find ships")
    assert code == 2
    assert "scene.tif" in err


def test_a_long_question_is_cut_with_a_warning(harbour, monkeypatch, capfd):
    code, _, err = geomag(monkeypatch, capfd, "ask", harbour[0], "Find every ship " + "please " * 5000)
    assert code == 0
    assert "warning" in err
    assert "512" in err


@pytest.fixture(scope="module")
def photos(harbour, tmp_path_factory):
    """The harbour, a drawn airport in a folder of its own, and half a JPEG."""
    folder = tmp_path_factory.mktemp("photos")
    shutil.copy(harbour[0], folder / "mixed.tif")
    (folder / "deep").mkdir()
    airport = draw_scene(5, 320, 240, "airport").pixels
    for name in ("deep/airport.tif", "cut.jpg"):
        write_picture(folder / name, airport)
    (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:9000])
    return folder


def test_search_by_a_picture_prints_json_and_nothing_else(photos, harbour, tmp_path, monkeypatch, capfd):
    sheet = tmp_path / "sheet.png"
    code, out, err = geomag(monkeypatch, capfd, "search", photos, "--image", harbour[0], "--out", sheet, "--json")
    found = json.loads(out)
    assert code == 0 and not err and sheet.read_bytes()[:4] == b"\x89PNG"
    assert set(found) == {"query", "hits", "unreadable", "complete"} and found["query"] == str(harbour[0])
    assert [hit["path"] for hit in found["hits"]] == [str(photos / "mixed.tif"), str(photos / "deep/airport.tif")]
    assert found["hits"][0]["score"] > 0.99 > found["hits"][1]["score"]
    ((left),) = found["unreadable"]
    assert left["path"] == str(photos / "cut.jpg") and "cut.jpg" in left["reason"]


def test_search_by_words_lists_score_and_path_and_writes_nothing(photos, monkeypatch, capfd):
    before = set(photos.rglob("*"))
    code, out, err = geomag(monkeypatch, capfd, "search", photos, "an airport with planes", "--top", 1)
    (line,) = out.splitlines()
    score, path = line.split(maxsplit=1)
    assert code == 0 and path == str(photos / "deep/airport.tif") and -1 <= float(score) <= 1
    assert len(err.splitlines()) == 1 and err.startswith("geomag: left out") and "cut.jpg" in err
    assert set(photos.rglob("*")) == before


def test_search_prints_json_of_any_file_name(photos, tmp_path, monkeypatch, capfd):
    shutil.copy(photos / "mixed.tif", tmp_path / "港口.tif")
    try:
        (tmp_path / "caf\udce9.png").write_bytes(b"x")
    except OSError:
        pytest.skip("this disk takes UTF-8 names only")
    code, out, _ = geomag(monkeypatch, capfd, "search", tmp_path, "boats", "--json")
    found = json.loads(out)
    assert code == 0 and Path(found["hits"][0]["path"]).name == "港口.tif"
    assert found["unreadable"][0]["path"].endswith("caf\\udce9.png")


def test_help_of_search_shows_both_ways():
    shown = subprocess.run([sys.executable, "-m", "geomagnifier", "search", "--help"], capture_output=True, text=True, timeout=120).stdout
    assert "Examples" in shown and "--image quay.jpg" in shown and "--out sheet.png" in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("{photos}",), "either words or --image"),
        (("{photos}", "ships", "--image", "x.png"), "either words or --image"),
        (("{photos}", "ships", "--out", "sheet.jpg"), "sheet.png, not sheet.jpg"),
        (("{photos}", "ships", "--top", "0"), "at least 1"),
        (("{photos}", "   "), "no words"),
        (("{photos}", "где все корабли на снимке"), "Russian"),
        (("{photos}", "ships", "--model", "huge"), "huge"),
        (("{photos}", "--image", "nowhere.png"), "nowhere.png does not exist"),
        (("{photos}", "--image", "{photos}/cut.jpg"), "cut.jpg cannot be read"),
        (("{photos}", "ships", "--out", "{photos}/mixed.tif/sheet.png"), "mixed.tif"),
        (("{photos}/nowhere", "ships"), "not a folder"),
        (("{empty}", "ships"), "looked for .tif, .tiff, .jpg, .jpeg, .png, .jp2"),
    ],
)
def test_search_says_what_was_wrong(words, message, photos, tmp_path, monkeypatch, capfd):
    code, out, err = geomag(
        monkeypatch, capfd, "search", *(w.replace("{photos}", str(photos)).replace("{empty}", str(tmp_path)) for w in words), "--json"
    )
    assert code == 2 and not out and message in err and len(err.splitlines()) == 1 and err.startswith("geomag: ")
