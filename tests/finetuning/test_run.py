"""A kind taught to the shipped model from drawn pictures, end to end.

What was known before answers as before.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from typer.testing import CliRunner

import geomagnifier as gm
from geomagnifier.cli.main import app, main
from geomagnifier.errors import DataCorrupt, ModelCorrupt, OptionError, OutputError
from geomagnifier.finetuning import run
from geomagnifier.finetuning.fit import FineTuneSchedule
from geomagnifier.finetuning.run import FineTuneConfig, fine_tune, kept
from geomagnifier.folder_lock import alone
from geomagnifier.inference.resolution import window_of
from geomagnifier.models.custom.checkpoint import OWN
from geomagnifier.models.registry import read
from geomagnifier.types import Query
from own_scenes import SIDE, helipads, write_coco

LESSON = FineTuneSchedule(crops=40, side=256, steps=60)


def quiet(what, done, total):
    """Tells nothing."""


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    return FineTuneConfig(
        write_coco(folder, 12),
        "small",
        folder / "run",
        also={"helipad": ("heliport",)},
        lesson=LESSON,
    )


@pytest.fixture(scope="module")
def taught(wanted):
    return fine_tune(wanted, quiet)


@pytest.fixture(scope="module")
def model(taught):
    return gm.load_model(taught[0])


@pytest.fixture(scope="module")
def scene():
    with gm.open_scene(helipads(999, 5)[0]) as opened:
        yield opened


def told(answer):
    """All that is said of the regions."""
    return [(r.label, r.score, r.box, r.segmentation, r.phrase) for r in answer.regions]


def truth():
    picture = Image.new("1", (SIDE, SIDE))
    for ring in helipads(999, 5)[1]:
        ImageDraw.Draw(picture).polygon([(float(x), float(y)) for x, y in ring], fill=1)
    return np.asarray(picture, bool)


@pytest.mark.parametrize(
    "question",
    [
        "Find every helipad.",
        "How many helipads are there?",
        "Where are the landing pads?",
        "Show all heliports",
    ],
)
def test_it_is_found_by_all_its_names(model, scene, question):
    answer = gm.ask(scene, question, model)
    assert {r.label for r in answer.regions} == {"helipad"}
    centres = np.array(
        [((r.box[0] + r.box[2]) / 2, (r.box[1] + r.box[3]) / 2) for r in answer.regions]
    )
    wanted = np.array([ring.mean(0) for ring in helipads(999, 5)[1]])
    near = np.hypot(*(centres[:, None] - wanted[None]).transpose(2, 0, 1)) < 10
    assert near.any(0).sum() >= 4
    assert near.any(1).sum() >= len(near) - 1
    assert "helipads" in answer.text
    assert "airplane" not in answer.text


def test_it_is_outlined(model, scene):
    answer = gm.ask(scene, "Segment the helipads.", model)
    mask = truth()
    assert (answer.mask & mask).sum() / (answer.mask | mask).sum() > 0.5
    assert all(r.segmentation is not None for r in answer.regions)


def test_it_is_named_beside_others_and_among_everything(model, scene):
    """Vehicles of this drawn town are 10 px long and score about 0.5, so the score is given."""
    both = gm.ask(scene, "Find every helipad and every vehicle.", model, min_score=0.3)
    assert {r.label for r in both.regions} == {"helipad", "vehicle"}
    everything = gm.ask(scene, "Find all objects.", model, min_score=0.3)
    assert {"helipad", "vehicle"} <= {r.label for r in everything.regions}
    assert "helipad" in both.text
    assert "helipad" in everything.text


def test_what_was_known_answers_as_before(model, scene):
    small = gm.load_model()
    for question in (
        "Find every vehicle.",
        "Segment the vehicles.",
        "What kind of place is this?",
        "How many ships are there?",
        "分割所有车辆",
    ):
        before, after = gm.ask(scene, question, small), gm.ask(scene, question, model)
        assert after.text == before.text
        assert after.labels == before.labels
        assert told(after) == told(before)
        assert (before.mask is None) == (after.mask is None)
        assert before.mask is None or np.array_equal(before.mask, after.mask)


def test_its_own_mask_is_its_heat_and_the_scout_suspects_it_everywhere(model, scene):
    view = scene.read(window_of(scene.info.box, 1.0, "whole"))
    heat, inside = model.relevance(Query("Find every helipad."), view), truth()[::2, ::2]
    assert heat[inside].mean() > 5 * heat[~inside].mean()
    assert (model.relevance(Query("Find every helipad."), view, "scout") == 1).all()
    assert (model.relevance(Query("Find every vehicle."), view, "scout") < 1).any()


def test_the_folder_holds_the_old_files_and_says_what_it_is(taught, wanted):
    folder, lines = taught
    from geomagnifier.models.registry import ALL, WEIGHTS

    shipped = [name for name in ALL if (WEIGHTS / name).is_file()]
    for name in shipped:  # the refiner of boxes as well: thresholds were chosen with it
        assert (folder / name).read_bytes() == (WEIGHTS / name).read_bytes()
    listed = [line.split()[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    assert listed == sorted((*shipped, OWN))
    card = (folder / "README.md").read_text()
    assert "| helipad | landing pad, heliport | objects | 36 in 9 images |" in card
    assert any(line.startswith("helipad: 36 labelled in 9 images; recall") for line in lines)
    assert not [p for p in folder.iterdir() if p.name.startswith(".")]
    rows = [json.loads(line) for line in (wanted.out / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows if "total" in row] == [*range(10, LESSON.steps + 1, 10)]
    assert rows[-1]["helipad: recall"] > 0.5


@pytest.mark.slow
def test_a_stopped_lesson_goes_on_as_if_it_had_not_been(wanted, taught, tmp_path):
    def stop(what, done, total):
        if what == "teaching" and done == 30:
            raise KeyboardInterrupt

    again = replace(wanted, out=tmp_path / "again")
    with pytest.raises(KeyboardInterrupt):
        fine_tune(again, stop)
    steps = []
    folder, _ = fine_tune(
        again, lambda what, done, total: steps.append(done) if what == "teaching" else None
    )
    assert min(steps) > 20
    _, whole = read(taught[0] / OWN)
    _, parts = read(folder / OWN)
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)


@pytest.mark.slow
def test_a_run_killed_while_it_prepares_crops_goes_on_with_them(wanted, taught, tmp_path):
    def stop(what, done, total):
        if what == "crops" and done == 20:
            raise KeyboardInterrupt

    again = replace(wanted, out=tmp_path / "again")
    with pytest.raises(KeyboardInterrupt):
        fine_tune(again, stop)
    assert kept(again.out)
    crops = []
    folder, _ = fine_tune(
        again, lambda what, done, total: crops.append(done) if what == "crops" else None
    )
    assert min(crops) == 17 and max(crops) == LESSON.crops
    assert not list(again.out.glob("crops-*"))
    _, whole = read(taught[0] / OWN)
    _, parts = read(folder / OWN)
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)


def test_two_runs_into_one_folder_are_refused(wanted, taught, tmp_path):
    with (
        alone(tmp_path),
        pytest.raises(OutputError, match=r"another run is writing .* choose another --out"),
    ):
        fine_tune(replace(wanted, out=tmp_path), quiet)


@pytest.mark.parametrize("at", ["pictures", "crops"])
def test_ctrl_c_says_what_is_kept_and_nothing_else(wanted, tmp_path, monkeypatch, capsys, at):
    real = run.fine_tune

    def pressed(wished, tell):
        def stop(what, done, total):
            if what == at and (at == "pictures" or done == 17):
                raise KeyboardInterrupt

        return real(wished, stop)

    monkeypatch.setattr(run, "fine_tune", pressed)
    words = [
        "geomag",
        "train",
        "--from",
        "small",
        "--data",
        str(wanted.source),
        "--out",
        str(tmp_path / "run"),
    ]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as stopped:
        main()
    told = capsys.readouterr().err
    assert stopped.value.code == 130 and "geomag: stopped" in told
    assert ("training so far is kept" in told) == (at == "crops")


@pytest.mark.slow
def test_boxes_teach_boxes_and_the_earlier_kind_stays(taught, tmp_path, scene):
    source = write_coco(tmp_path, 6, boxes=True)
    source.write_text(
        source.read_text().replace('"helipad"', '"round pad"').replace("landing pad", "pad")
    )
    lesson = replace(LESSON, crops=24, steps=30)
    folder, lines = fine_tune(
        FineTuneConfig(source, str(taught[0]), tmp_path / "run", lesson=lesson), quiet
    )
    assert any("boxes only" in line for line in lines)
    assert any("none were held out" in line for line in lines)
    more = gm.load_model(folder)
    assert {"helipad", "round pad"} <= set(more.spec.kinds)
    answer = gm.ask(scene, "Segment every round pad.", more, min_score=0.2)
    assert answer.regions
    assert all(r.segmentation is None for r in answer.regions)
    assert answer.mask is None or not answer.mask.any()
    before, after = (
        gm.ask(scene, "Segment the helipads.", m) for m in (gm.load_model(taught[0]), more)
    )
    assert told(after) == told(before)
    assert np.array_equal(before.mask, after.mask)


def test_a_damaged_file_is_named(taught, tmp_path):
    import shutil

    folder = shutil.copytree(taught[0], tmp_path / "model")
    (folder / OWN).write_bytes((folder / OWN).read_bytes()[:1000])
    with pytest.raises(ModelCorrupt, match=OWN):
        gm.load_model(folder)
    from geomagnifier.models.registry import write

    write(
        folder / OWN,
        {"0.shift": np.zeros((3, 1, 128), np.float32)},
        {"kinds": [], "lessons": [["pool"]], "stand_ins": []},
    )
    with pytest.raises(ModelCorrupt, match=OWN):
        gm.load_model(folder)


def test_wrong_wishes(wanted, tmp_path):
    with pytest.raises(OptionError, match="no class 'pool'; it has helipad"):
        fine_tune(replace(wanted, covers=frozenset({"pool"})), quiet)
    with pytest.raises(OptionError, match="land cover is taught by outlines"):
        fine_tune(
            FineTuneConfig(
                write_coco(tmp_path, 2, boxes=True, count=6),
                "small",
                tmp_path / "run",
                covers=frozenset({"helipad"}),
            ),
            quiet,
        )
    one = write_coco(tmp_path / "one", 1, count=1)
    with pytest.raises(DataCorrupt, match="1 labelled 'helipad'"):
        fine_tune(FineTuneConfig(one, "small", tmp_path / "run"), quiet)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--cover", "pool"], "--from small"),
        (["--from", "small"], "--data my_coco.json"),
        (["--from", "small", "--data", "none.json"], "none.json does not exist"),
        (["--from", "small", "--data", "none.json", "--also", "pool"], "CLASS=WORD,WORD"),
        (
            ["--from", "small", "--data", "none.json", "--start", "small"],
            "--start and --keep-language train the small model from scratch",
        ),
        (["--start", "small", "--steps", "10"], "--wide-steps sets the second"),
        (
            ["--keep-language"],
            "--keep-language keeps the language side of the model that --start names",
        ),
        (
            ["--from", "small", "--data", "none.json", "--keep-language"],
            "--start and --keep-language train the small model from scratch",
        ),
    ],
)
def test_the_command_says_what_is_missing(arguments, words):
    result = CliRunner().invoke(app, ["train", *arguments])
    assert result.exit_code != 0
    assert words in str(result.exception) + result.output
