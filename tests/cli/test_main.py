"""The real command: what it prints, what it writes, how it fails."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import typer

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier import __version__, masks
from geomagnifier.archive import Tally
from geomagnifier.cli import describe
from geomagnifier.cli.main import app, main
from geomagnifier.cli.printed_answer import print_answer
from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.render.scene import draw_scene

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
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "geomagnifier", *words],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["granularity"] == "pixel"
    assert answer["crs"] == "EPSG:32633"
    assert set(answer["granularity_probabilities"]) == {"image", "region", "pixel"}
    assert set(answer["cost"]) == {"scene_pixels", "pixels_processed", "flops", "seconds"}
    for region in answer["regions"]:
        assert region["label"] == "storage tank"
        assert masks.decode(region["segmentation"]).shape == (480, 640)


def test_an_area_in_a_file_limits_the_count(harbour, monkeypatch, capfd, tmp_path):
    path, _ = harbour
    half = (
        "POLYGON ((500000 5300000, 500160 5300000, 500160 5299760, 500000 5299760, 500000 5300000))"
    )
    code, out, err = geomag(monkeypatch, capfd, "ask", path, "Find every ship.", "--json")
    whole = json.loads(out)["regions"]
    code, out, err = geomag(
        monkeypatch,
        capfd,
        "ask",
        path,
        "Find every ship.",
        "--aoi",
        half,
        "--aoi-crs",
        "scene",
        "--json",
    )
    assert code == 0, err
    told = json.loads(out)
    middles = [(region["box"][0] + region["box"][2]) / 2 for region in whole]
    assert 0 < len(told["regions"]) == sum(x < 320 for x in middles) < len(whole)
    assert "of the given area alone, 50 % of the scene" in told["text"]


def test_regions_are_written_as_oriented_boxes_in_the_crs_that_is_named(
    harbour, monkeypatch, capfd, tmp_path
):
    path, _ = harbour
    words = [
        "Segment every ship.",
        "--out",
        tmp_path / "out",
        "--vector",
        "gpkg",
        "--out-crs",
        "EPSG:3857",
        "--oriented",
    ]
    code, _, err = geomag(monkeypatch, capfd, "ask", path, *words)
    assert code == 0, err
    info = pyogrio.read_info(tmp_path / "out/regions.gpkg", layer="regions")
    assert info["crs"] == "EPSG:3857" and "heading_deg" in info["fields"] and info["features"] > 0
    code, _, err = geomag(monkeypatch, capfd, "ask", path, *words[:-2], "nowhere")
    assert code == 2 and "is not a coordinate reference system" in err


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


def test_files_land_on_the_map(harbour, tmp_path, monkeypatch, capfd):
    path, scene = harbour
    code, out, _ = geomag(
        monkeypatch,
        capfd,
        "ask",
        path,
        "Segment every airplane.",
        "--out",
        tmp_path,
        "--vector",
        "gpkg",
    )
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
    assert (
        found & truth
    ).sum() / found.sum() > 0.6  # where the model sees airplanes, airplanes were drawn


def test_what_a_question_comes_to_stands_below_the_sentence(capfd):
    answer = gm.ask(
        paint(300, 200, (40, 40, 100, 60), (100, 100, 140, 120)),
        "How long is the largest ship?",
        FakeModel(),
    )
    print_answer(answer)
    out = capfd.readouterr().out
    assert "read as mean length(largest ship): 60 px" in out


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


def test_info_speaks_plain_words(harbour, monkeypatch, capfd):
    code, out, _ = geomag(monkeypatch, capfd, "info", harbour[0])
    rows = dict(line.split(maxsplit=1) for line in out.splitlines() if not line.startswith(" "))
    assert code == 0 and not set("(){}[]'") & set(out)
    assert (
        rows["size"] == "640 x 480 px, 0.3 Mpx"
        and rows["bands"] == "3: red, green, blue"
        and rows["dtype"] == "uint8"
    )
    assert (
        rows["nodata"] == "none"
        and rows["overviews"] == "none"
        and rows["CRS"] == "EPSG:32633"
        and rows["GSD"] == "0.5 m a pixel"
    )
    assert rows["format"] == "GTiff, deflate, tiles of 256 x 256 px"
    assert rows["bounds"] == "x 500000 to 500320, y 5299760 to 5300000; 320 x 240 m"
    assert rows["things"].startswith("27 classes: airplane, ship, ")
    assert rows["places"].startswith("39 scene classes: ") and rows["places"].count(",") == 38
    assert "2 broader ones that hold several of these: residential, river or lake" in out


def test_info_says_what_a_large_raster_lacks(tmp_path):
    path = tmp_path / "plain.tif"
    kept = {
        "driver": "GTiff",
        "width": 6000,
        "height": 4000,
        "count": 4,
        "dtype": "uint16",
        "nodata": 7,
        "crs": "EPSG:4326",
        "sparse_ok": True,
    }
    with rasterio.open(
        path, "w", transform=rasterio.Affine(1e-5, 0, 11, 0, -1e-5, 48), **kept
    ) as file:
        file.descriptions = ("blue", "green", "red", "nir")
    with gm.open_scene(path) as scene:
        rows = dict(describe.raster(scene.info, scene.layout))
        assert (
            scene.layout.block == (6000, 1)
            and not scene.layout.tiled
            and scene.layout.nodata == (7.0,) * 4
        )
    assert (
        rows["bands"] == "4: blue, green, red, nir"
        and rows["nodata"] == "7"
        and "not tiled" in rows["format"]
    )
    assert "rio convert IN OUT.tif --format COG" in rows["advice"] and rows["bounds"].startswith(
        "x 11 to 11.06, y 47.96 to 48; "
    )
    kept |= {"tiled": True, "blockxsize": 512, "blockysize": 512, "crs": None}
    with rasterio.open(path, "w", transform=rasterio.Affine(2, 0, 0, 0, -2, 0), **kept) as file:
        file.build_overviews([2, 4])
    with gm.open_scene(path) as scene:
        rows = dict(describe.raster(scene.info, scene.layout))
    assert (
        rows["overviews"] == "1/2, 1/4"
        and "tiles of 512 x 512 px" in rows["format"]
        and "advice" not in rows
    )
    assert rows["CRS"] == "none: answers are in pixels" and rows["GSD"] == "unknown"


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
    "search's folder": (["search", "gone", "ships"], "gone is not a folder"),
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


def test_a_text_file_is_no_scene(tmp_path: Path, monkeypatch, capfd):
    fake = tmp_path / "scene.tif"
    fake.write_text("not an image")
    code, _, err = geomag(monkeypatch, capfd, "ask", fake, "Find ships")
    assert code == 2
    assert "scene.tif" in err


def test_a_long_question_is_cut_with_a_warning(harbour, monkeypatch, capfd):
    code, _, err = geomag(
        monkeypatch, capfd, "ask", harbour[0], "Find every ship " + "please " * 5000
    )
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


def test_search_by_a_picture_prints_json_and_nothing_else(
    photos, harbour, tmp_path, monkeypatch, capfd
):
    sheet = tmp_path / "sheet.png"
    code, out, err = geomag(
        monkeypatch, capfd, "search", photos, "--image", harbour[0], "--out", sheet, "--json"
    )
    found = json.loads(out)
    assert code == 0 and not err and sheet.read_bytes()[:4] == b"\x89PNG"
    assert set(found) == {"query", "hits", "unreadable", "complete"} and found["query"] == str(
        harbour[0]
    )
    assert [hit["path"] for hit in found["hits"]] == [
        str(photos / "mixed.tif"),
        str(photos / "deep/airport.tif"),
    ]
    assert found["hits"][0]["score"] > 0.99 > found["hits"][1]["score"]
    (left,) = found["unreadable"]
    assert left["path"] == str(photos / "cut.jpg") and "cut.jpg" in left["reason"]


def test_search_by_words_lists_score_and_path_and_writes_nothing(photos, monkeypatch, capfd):
    before = set(photos.rglob("*"))
    code, out, err = geomag(
        monkeypatch, capfd, "search", photos, "an airport with planes", "--top", 1
    )
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
    shown = subprocess.run(
        [sys.executable, "-m", "geomagnifier", "search", "--help"],
        capture_output=True,
        text=True,
        timeout=600,
    ).stdout
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


@pytest.fixture
def four_bands(tmp_path):
    """Blue, green, red and near infrared, named as Sentinel-2's."""
    pixels = (
        draw_scene(3, 300, 200, "harbour").pixels.transpose(2, 0, 1)[[2, 1, 0, 0]].astype(np.uint16)
        * 12
    )
    place = {"crs": "EPSG:32633", "transform": rasterio.Affine(*TRANSFORM)}
    with rasterio.open(
        tmp_path / "s2.tif",
        "w",
        driver="GTiff",
        width=300,
        height=200,
        count=4,
        dtype="uint16",
        **place,
    ) as dataset:
        dataset.write(pixels)
        for band, name in enumerate(("B02", "B03", "B04", "B08"), 1):
            dataset.set_band_description(band, name)
    return tmp_path / "s2.tif"


def test_info_says_which_bands_are_shown(four_bands, monkeypatch, capfd):
    facts = json.loads(geomag(monkeypatch, capfd, "info", four_bands, "--json")[1])["scene"]
    assert (facts["rgb"], facts["band_names"]) == ([3, 2, 1], ["B02", "B03", "B04", "B08"])
    assert json.loads(
        geomag(monkeypatch, capfd, "info", four_bands, "--bands", "nir,red,green", "--json")[1]
    )["scene"]["rgb"] == [4, 3, 2]


def test_bands_are_chosen_by_number_or_name(four_bands, monkeypatch, capfd):
    answers = [
        json.loads(
            geomag(monkeypatch, capfd, "ask", four_bands, "Find every ship.", "--json", *more)[1]
        )["regions"]
        for more in ([], ["--bands", "3,2,1"], ["--bands", "B04,B03,B02"], ["--bands", "1"])
    ]
    assert answers[0] == answers[1] == answers[2] != answers[3]


def test_bands_that_are_not_there_are_listed(four_bands, monkeypatch, capfd):
    for command in (
        ["ask", four_bands, "Find every ship."],
        ["info", four_bands],
        ["chat", four_bands],
    ):
        code, _, said = geomag(monkeypatch, capfd, *command, "--bands", "5,4,3")
        assert code == 2 and "1 (B02), 2 (B03), 3 (B04), 4 (B08)" in said


def test_pictures_like_this_one_are_searched_for_in_an_index(monkeypatch, capfd):
    pictures = Path(__file__).parents[1] / "pictures"
    code, out, _ = geomag(
        monkeypatch,
        capfd,
        "ask",
        pictures / "airport.jpg",
        "找类似这张图的卫星图",
        "--index",
        pictures,
    )
    assert code == 0 and out.splitlines()[0].startswith("1.000") and "airport.jpg" in out
    code, _, told = geomag(
        monkeypatch, capfd, "ask", pictures / "airport.jpg", "Find every ship.", "--index", pictures
    )
    assert code == 2 and "--index is for questions that search for pictures like this one" in told


def test_a_variant_needs_the_papers_search(monkeypatch, capfd):
    picture = Path(__file__).parents[1] / "pictures" / "airport.jpg"
    code, _, told = geomag(
        monkeypatch, capfd, "ask", picture, "Find every ship.", "--variant", "hull"
    )
    assert code == 2 and "is a form of search='paper'" in told
    code, _, told = geomag(
        monkeypatch,
        capfd,
        "ask",
        picture,
        "Find every ship.",
        "--search",
        "paper",
        "--variant",
        "hulls",
    )
    assert (
        code == 2
        and "choose among hull, separate, coarse masks, cross entropy, linear decoder" in told
    )
