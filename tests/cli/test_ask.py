"""`geomag ask`: what it prints and writes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyogrio
import rasterio
from PIL import Image

from command_line import geomag
from geomagnifier import masks
from made_detectors import GREEN, YELLOW, detector, squares, ultralytics


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
    assert set(answer["cost"]) == {"scene_pixels", "pixels_processed", "flops", "seconds", "model"}
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
        assert tuple(mask.transform)[:6] == (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0)
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


def test_an_image_question_lists_labels(harbour, monkeypatch, capfd):
    code, out, _ = geomag(monkeypatch, capfd, "ask", harbour[0], "What kind of place is this?")
    assert code == 0
    assert "image level" in out
    assert "%" in out


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


def test_bands_are_chosen_by_number_or_name(four_bands, monkeypatch, capfd):
    answers = [
        json.loads(
            geomag(monkeypatch, capfd, "ask", four_bands, "Find every ship.", "--json", *more)[1]
        )["regions"]
        for more in ([], ["--bands", "3,2,1"], ["--bands", "B04,B03,B02"], ["--bands", "1"])
    ]
    assert answers[0] == answers[1] == answers[2] != answers[3]


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
    assert code == 2 and "--index is only for questions about similar images" in told


def test_a_variant_needs_the_papers_search(monkeypatch, capfd):
    picture = Path(__file__).parents[1] / "pictures" / "airport.jpg"
    code, _, told = geomag(
        monkeypatch, capfd, "ask", picture, "Find every ship.", "--variant", "hull"
    )
    assert code == 2 and "is a variant of search='paper'" in told
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


def test_a_detector_of_ones_own_answers(monkeypatch, capfd, tmp_path):
    Image.fromarray(squares((64, 64), {(5, 7): GREEN, (30, 20): YELLOW})).save(tmp_path / "a.png")
    path = detector(tmp_path / "own.onnx", ultralytics())
    words = ("ask", tmp_path / "a.png", "How many ships are there?", "--detector", path)
    code, out, err = geomag(monkeypatch, capfd, *words, "--json")
    assert code == 0, err
    answer = json.loads(out)
    assert answer["value"] == 2 and answer["cost"]["model"].startswith("own.onnx ")
    assert sorted(region["box"] for region in answer["regions"]) == [
        [5, 7, 21, 23],
        [30, 20, 62, 52],
    ]
    code, _, err = geomag(monkeypatch, capfd, *words, "--bits", "4")
    assert code == 2 and "a detector has its own masks" in " ".join(err.split())


def test_a_point_takes_the_place_of_a_question(harbour, monkeypatch, capfd, tmp_path):
    path, _ = harbour
    _, out, _ = geomag(monkeypatch, capfd, "ask", path, "Segment every ship.", "--json")
    largest = max(json.loads(out)["regions"], key=lambda r: masks.area(r["segmentation"]))
    rows, columns = np.nonzero(masks.decode(largest["segmentation"]))
    middle = len(rows) // 2
    at = f"{columns[middle]},{rows[middle]}"
    code, out, err = geomag(
        monkeypatch, capfd, "ask", path, "Segment every ship.", "--point", at, "--json"
    )
    assert code == 0, err
    (region,) = json.loads(out)["regions"]
    assert region["label"] == "ship" and masks.decode(region["segmentation"])[rows, columns].any()


def test_options_that_do_not_go_with_a_point_are_refused(harbour, monkeypatch, capfd):
    path, _ = harbour
    for words, reason in (
        (["--point", "5,5", "--box", "0,0,9,9"], "small window round the point"),
        (["--point", "5,5", "--search", "exhaustive"], "small window round the point"),
        (["--point", "5"], "not two numbers"),
        (["--point", "9999,5"], "outside the scene, which is 640 x 480 px"),
        (["--point-crs", "EPSG:4326"], "give --point, too"),
        ([], "there is no question"),
    ):
        code, _, err = geomag(monkeypatch, capfd, "ask", path, *words)
        assert code == 2 and reason in err, err
