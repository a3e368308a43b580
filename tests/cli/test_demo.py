"""The demo: answers agree with the drawing's labels, overlays are written, its commands work."""

import io
import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import geomagnifier as gm
from geomagnifier.cli import demo
from geomagnifier.cli.main import main
from geomagnifier.errors import OutputError
from geomagnifier_lab.render.scene import DrawnScene, draw_scene


def drawn_scene() -> DrawnScene:
    """The scene of the demo with its labels, drawn anew."""
    return draw_scene(31, theme="airport")


PICTURE = Path(__file__).parents[1] / "pictures/airport.jpg"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The folder that the demo was run in, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch, io.StringIO() as out:
        patch.chdir(folder)
        patch.setattr("sys.stdout", out)
        demo.run(None, None, Path("demo-out"))
        return folder, out.getvalue()


def boxes(kind):
    """(N, 4) boxes of the drawn objects of a kind, px."""
    return np.array(
        [[*o.polygon.min(0), *o.polygon.max(0)] for o in drawn_scene().objects if o.kind == kind]
    )


def overlap(box, others):
    """Intersection over union of one box with each of the others."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), 1)
    return shared / (
        np.prod(others[:, 2:] - others[:, :2], 1) + np.prod(np.subtract(box[2:], box[:2])) - shared
    )


def told(folder, name):
    return json.loads((folder / "demo-out" / name / "answer.json").read_text())


def test_it_says_what_place_was_drawn(shown):
    answer = told(shown[0], "1-image")
    assert answer["text"] == "This is an airport." and answer["question"] == demo.QUESTIONS[0]


def test_it_finds_every_airplane_that_was_drawn_and_nothing_else(shown):
    found, drawn = told(shown[0], "2-region")["regions"], boxes("airplane")
    assert len(found) == len(drawn) == 23 and {region["label"] for region in found} == {"airplane"}
    pairs = np.array([overlap(np.array(region["box"]), drawn) for region in found])
    assert sorted(pairs.argmax(1)) == list(range(len(drawn))) and pairs.max(1).min() > 0.5
    assert "23 airplanes" in told(shown[0], "2-region")["text"]


def test_it_outlines_the_largest_airplane(shown):
    drawn = boxes("airplane")
    largest = drawn[np.prod(drawn[:, 2:] - drawn[:, :2], 1).argmax()]
    (region,) = told(shown[0], "3-pixel")["regions"]
    assert (
        region["label"] == "airplane" and overlap(np.array(region["box"]), largest[None])[0] > 0.7
    )
    assert (shown[0] / "demo-out/3-pixel/mask.tif").is_file()


def test_it_writes_pictures_worth_looking_at(shown):
    folders = sorted(p.name for p in (shown[0] / "demo-out").iterdir() if p.is_dir())
    assert folders == ["1-image", "2-region", "3-pixel"]
    for name in folders:
        with Image.open(shown[0] / "demo-out" / name / "overlay.png") as overlay:
            assert overlay.width >= 600


def test_it_ends_with_three_commands_that_work_as_printed(shown, monkeypatch, capsys):
    folder, out = shown
    lines = out[out.index("What to try next:") :].splitlines()[1:]
    assert len(lines) == 3 and all(line.startswith("  geomag ") for line in lines)
    monkeypatch.chdir(folder)
    for line in lines:
        monkeypatch.setattr("sys.argv", shlex.split(line))
        monkeypatch.setattr("sys.stdin", io.StringIO("How many airplanes are there?\n"))
        with pytest.raises(SystemExit) as left:
            main()
        assert not left.value.code, capsys.readouterr().err
    assert (folder / "answers/mask.tif").is_file() and "EPSG:32633" in capsys.readouterr().out


def test_it_takes_a_picture_and_a_question_of_any_name(tmp_path, monkeypatch, capsys):
    (tmp_path / "a b").mkdir()
    name = "a b/it's mine.jpg"
    (tmp_path / name).write_bytes(PICTURE.read_bytes())
    monkeypatch.chdir(tmp_path)
    demo.run(name, "How many airplanes are there?", Path("out"))
    out = capsys.readouterr().out
    assert "There are six airplanes" in out and (tmp_path / "out/1-region/answer.json").is_file()
    first, *_ = [line for line in out.splitlines() if line.startswith("  geomag ask")]
    assert shlex.split(first)[2] == name


def test_the_program_is_called_by_its_name_or_by_its_path(tmp_path, monkeypatch):
    monkeypatch.setattr(demo.shutil, "which", lambda name: None)
    monkeypatch.chdir(tmp_path)
    for called, printed in (
        (".venv/bin/geomag", ".venv/bin/geomag"),
        ("/a clone/.venv/bin/geomag", "'/a clone/.venv/bin/geomag'"),
    ):
        monkeypatch.setattr(
            "sys.argv", [str(tmp_path / called) if called.startswith(".") else called]
        )
        assert demo.next_commands("a.tif", "Why?")[1] == f"{printed} chat a.tif"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        demo.run(None, None, tmp_path / "file" / "out")


def test_the_picture_that_ci_asks_about_is_a_part_of_the_drawn_scene():
    with Image.open(PICTURE) as picture:
        there = np.asarray(picture, np.int16)
    drawn = drawn_scene().pixels[100:420, :520].astype(np.int16)
    assert there.shape == drawn.shape and np.abs(there - drawn).mean() < 4
    inside = [b for b in boxes("airplane") if b[3] > 100 and b[1] < 420 and b[0] < 520]
    assert len(gm.ask(PICTURE, "Find every airplane.").regions) == len(inside) == 6
