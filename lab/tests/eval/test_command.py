"""`geomag eval` on benchmarks.

Figures, files, going on, other systems' predictions, comparisons, and what it says of wrong input.
"""

import csv
import io
import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from eval.made import made, right
from PIL import Image

from fake import FakeModel
from geomagnifier.cli.main import main
from geomagnifier_lab.bench import reliability
from geomagnifier_lab.datasets import benchmarks
from geomagnifier_lab.eval import command, run
from geomagnifier_lab.studies import paper


def geomag(monkeypatch, capfd, *words):
    """Run the command in this process: (exit code, stdout, stderr)."""
    monkeypatch.setattr(sys, "argv", ["geomag", "eval", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capfd.readouterr()
    return stop.value.code or 0, out, err


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Benchmarks of every kind under names of the command line, read by a model that is made up.

    Returns their folder.
    """
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "sets"
    names = {
        "scene": "aid",
        "caption": "rsicd",
        "retrieval": "ucm-retrieval",
        "ground": "dior-rsvg",
        "detect": "vhr10",
        "refer": "rrsis-d",
        "grounded": "geopixeld",
    }
    known = {}
    for work, name in names.items():
        (root / name).mkdir(parents=True)
        known[name] = replace(made(root / name, work)[0], name=name)
    monkeypatch.setattr(benchmarks, "benchmark", known.__getitem__)
    monkeypatch.setattr(run, "benchmark", known.__getitem__)
    monkeypatch.setattr(command, "load", lambda *given: FakeModel())
    return root


def test_a_model_is_measured_and_all_is_kept(tiny, tmp_path, monkeypatch, capfd):
    code, out, err = geomag(
        monkeypatch, capfd, "aid", "--root", tiny / "aid", "--out", "run", "--examples", "2"
    )
    assert code == 0 and not err
    lines = out.splitlines()
    assert lines[0] == "Tiny scene, test, figures in %"
    assert lines[1].split() == [
        "system",
        "top-1",
        "top-5",
        "AA",
        "cases",
        "s/case",
        "GFLOP/case",
        "Mpx/case",
    ]
    assert lines[2].split()[:6] == ["small", "0", "100.00", "100.00", "100.00", "3"]
    assert lines[-2:] == ["run/result.json", "run/examples.png"]
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "predictions.jsonl",
        "result.json",
        "examples.png",
    }
    with Image.open("run/examples.png") as sheet:
        assert sheet.width > 600


def test_the_same_command_goes_on_and_another_run_is_refused(tiny, tmp_path, monkeypatch, capfd):
    words = ("rrsis-d", "--root", tiny / "rrsis-d", "--out", "run", "--json")
    _, first, _ = geomag(monkeypatch, capfd, *words)
    path = tmp_path / "run" / "predictions.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    _, second, _ = geomag(monkeypatch, capfd, *words)
    assert json.loads(second)["rrsis-d"]["figures"] == json.loads(first)["rrsis-d"]["figures"]
    assert len(path.read_bytes().splitlines()) == 4
    code, out, err = geomag(monkeypatch, capfd, *words, "--split", "val")
    assert code == 2 and not out and "its split is 'test', not 'val'; choose another --out" in err
    code, _, err = geomag(monkeypatch, capfd, *words, "--limit", "1")
    assert code == 2 and "its cases is 3, not 1" in err


def test_models_are_told_apart_by_name_and_weights(tiny, tmp_path, monkeypatch, capfd):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "small.safetensors").write_bytes(b"weights")
    words = ("aid", "--root", tiny / "aid", "--out", "run", "--json", "--model")
    _, out, _ = geomag(
        monkeypatch, capfd, *words, "mine", "--segmenter", "some/sam2", "--bits", "4"
    )
    found = json.loads(out)["aid"]
    assert found["model"] == "mine + some/sam2 + 4 bits" and len(found["version"]) == len(
        "0 abcdef"
    )
    code, _, err = geomag(monkeypatch, capfd, *words, "small")
    assert code == 2 and "its model is 'mine + some/sam2 + 4 bits', not 'small'" in err
    (tmp_path / "mine" / "small.safetensors").write_bytes(b"trained on")
    code, _, err = geomag(
        monkeypatch, capfd, *words, "mine", "--segmenter", "some/sam2", "--bits", "4"
    )
    assert code == 2 and f"its version is '{found['version']}', not '0 " in err


def test_ctrl_c_says_how_to_go_on(tiny, monkeypatch, capfd):
    class Stopped(FakeModel):
        def answer(self, *given):
            raise KeyboardInterrupt

    monkeypatch.setattr(command, "load", lambda *given: Stopped())
    code, out, err = geomag(monkeypatch, capfd, "aid", "--root", tiny / "aid", "--out", "run")
    assert code == 130 and not out
    assert err.startswith("geomag: what is done is kept in run; the same command goes on\n")


def test_several_benchmarks_lie_in_folders_of_their_names(tiny, tmp_path, monkeypatch, capfd):
    code, out, _ = geomag(
        monkeypatch, capfd, "aid", "rsicd", "vhr10", "--root", tiny, "--limit", "2"
    )
    assert code == 0
    assert [line for line in out.splitlines() if "figures in" in line] == [
        f"Tiny {work}, test, figures in %" for work in ("scene", "caption", "detect")
    ]
    assert {path.name for path in (tmp_path / "runs" / "eval").iterdir()} == {
        f"{n}-test-small-2" for n in ("aid", "rsicd", "vhr10")
    }
    assert "mask AP" in out and "mAP (VOC)" in out


def test_json_csv_and_latex_are_alone_on_stdout(tiny, monkeypatch, capfd):
    words = ("geopixeld", "ucm-retrieval", "--root", tiny, "--out", "run", "--format")
    _, out, _ = geomag(monkeypatch, capfd, *words, "json")
    found = json.loads(out)
    assert list(found) == ["geopixeld", "ucm-retrieval"] and "per_case" not in found["geopixeld"]
    assert found["geopixeld"]["figures"]["AP50"] == pytest.approx(1.0)
    _, out, _ = geomag(monkeypatch, capfd, *words, "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["benchmark"] for row in rows} == {"geopixeld", "ucm-retrieval"} and {
        row["figure"] for row in rows
    } >= {"mR", "recall"}
    _, out, _ = geomag(monkeypatch, capfd, *words, "latex")
    assert out.startswith("% figures") and out.count(r"\bottomrule") == 2


def test_predictions_of_another_system_are_scored_without_a_model(
    tiny, tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(command, "load", lambda *given: pytest.fail("no model is needed"))
    _, cases = made(tiny / "dior-rsvg", "ground")
    theirs = tmp_path / "theirs.jsonl"
    theirs.write_text("".join(json.dumps(right(case)) + "\n" for case in cases))
    words = ("dior-rsvg", "--root", tiny / "dior-rsvg", "--predictions", theirs)
    code, out, _ = geomag(monkeypatch, capfd, *words)
    assert code == 0 and "theirs" in out and "runs/eval/dior-rsvg-test-theirs/result.json" in out
    theirs.write_text(json.dumps(right(cases[0]) | {"scores": [float("nan")]}) + "\n")
    code, out, err = geomag(monkeypatch, capfd, *words)
    assert code == 2 and not out
    assert (
        err == f"geomag: {theirs}, line 1 ('0.png#0'): \"scores\"[0] is no finite number but nan\n"
    )


def test_results_of_coco_are_scored(tiny, tmp_path, monkeypatch, capfd):
    found = [
        {"image_id": n + 10, "category_id": 5, "bbox": [16, 16, 16, 16], "score": 0.5}
        for n in range(2)
    ]
    (tmp_path / "r.json").write_text(json.dumps(found))
    names = [{"id": n + 10, "file_name": f"{n}.png"} for n in range(3)]
    (tmp_path / "ids.json").write_text(
        json.dumps({"images": names, "categories": [{"id": 5, "name": "ship"}]})
    )
    words = ("vhr10", "--root", tiny / "vhr10", "--predictions", "r.json")
    code, _, err = geomag(monkeypatch, capfd, *words)
    assert code == 2 and "--ids" in err
    code, out, _ = geomag(monkeypatch, capfd, *words, "--ids", "ids.json", "--json")
    assert code == 0 and json.loads(out)["vhr10"]["figures"]["box AR1"] == pytest.approx(1 / 3)


def test_cases_without_an_answer_are_told(tiny, monkeypatch, capfd):
    (tiny / "aid" / "1.png").write_bytes(b"nothing")
    code, out, err = geomag(monkeypatch, capfd, "aid", "--root", tiny / "aid", "--out", "run")
    assert code == 0 and "66.67" in out
    assert err.startswith(
        "geomag: 1 of 3 cases of aid have no answer and count as wrong, the first 1.png:"
        " SceneUnreadable: "
    )


def test_two_runs_are_compared_without_model_or_data(tiny, tmp_path, monkeypatch, capfd):
    geomag(monkeypatch, capfd, "aid", "--root", tiny / "aid", "--out", "a")
    worse = json.loads((tmp_path / "a" / "result.json").read_text())
    worse["per_case"]["0.png"], worse["model"] = 0.0, "other"
    (tmp_path / "b.json").write_text(json.dumps(worse))
    monkeypatch.setattr(command, "load", lambda *given: pytest.fail("no model is needed"))
    code, out, _ = geomag(
        monkeypatch, capfd, "--compare", "a/result.json", "b.json", "--out", "plots"
    )
    assert code == 0
    lines = out.splitlines()
    assert (
        lines[0] == "Tiny scene, test: top-1 of 3 cases"
        and lines[-1] == "plots/compare.png"
        and "resamples" in lines[-2]
    )
    assert lines[4].split() == ["B", "-", "A", "-33.33", "-100.00", "to", "+0.00"]
    with Image.open("plots/compare.png") as picture:
        assert picture.format == "PNG"
    _, out, _ = geomag(monkeypatch, capfd, "--compare", "b.json", "a", "--json")
    assert json.loads(out)["difference"] == pytest.approx(1 / 3)
    worse["split"] = "val"
    (tmp_path / "b.json").write_text(json.dumps(worse))
    code, out, err = geomag(monkeypatch, capfd, "--compare", "a", "b.json")
    assert (
        code == 2
        and not out
        and err == "geomag: A and B cannot be compared: their split is 'test' and 'val'\n"
    )


def test_the_list_names_every_benchmark(monkeypatch, capfd):
    code, out, _ = geomag(monkeypatch, capfd, "--list")
    assert code == 0 and all(name in out for name in benchmarks.BENCHMARKS)
    _, out, _ = geomag(monkeypatch, capfd, "--list", "--json")
    rows = json.loads(out)["benchmarks"]
    assert [row["name"] for row in rows] == list(benchmarks.BENCHMARKS)
    assert all(row["url"].startswith("http") and row["licence"] and row["splits"] for row in rows)


def test_the_papers_tables_are_asked_for_by_name(tmp_path, monkeypatch, capfd):
    seen = []

    def tables(root, out, progress, **more):
        seen.append((root, out, more["model_name"], more["amount"], [*more["parts"]]))
        rows = [
            {"granularity": "image", "measured": 81.2},
            {"granularity": "pixel", "measured": 70.0, "GFLOP": 3.5},
        ]
        return {"tables": {"preprocessing": rows, "crops": [], "compute": []}}

    monkeypatch.setattr(paper, "run", tables)
    code, out, _ = geomag(
        monkeypatch, capfd, "paper", "--data", tmp_path, "--out", tmp_path / "p", "--limit", "4"
    )
    assert code == 0 and seen == [
        (tmp_path, tmp_path / "p", "small", paper.Amount().limited(4), [*paper.PARTS])
    ]
    assert (
        "81.2" in out and "3.5" in out and out.splitlines()[-1] == str(tmp_path / "p" / "paper.md")
    )

    seen.clear()
    code, _, told = geomag(
        monkeypatch,
        capfd,
        "paper",
        "cost",
        "cases",
        "--data",
        tmp_path,
        "--out",
        tmp_path / "p",
        "--quick",
    )
    assert code == 0 and seen == [
        (tmp_path, tmp_path / "p", "small", paper.QUICK, ["cost", "cases"])
    ]
    assert "ten minutes" in told
    seen.clear()
    assert geomag(monkeypatch, capfd, "paper", "--data", tmp_path, "--quick")[0] == 0, (
        "what was measured at length is not begun anew"
    )
    assert geomag(monkeypatch, capfd, "paper", "--data", tmp_path)[0] == 0
    assert [str(out) for _, out, *_ in seen] == ["runs/paper-quick", "runs/paper"]
    code, _, told = geomag(
        monkeypatch, capfd, "paper", "--quick", "--limit", "2", "--data", tmp_path
    )
    assert code == 2 and "give one of --quick and --limit" in told


def test_the_papers_tables_have_a_help_of_their_own(monkeypatch, capfd):
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = geomag(monkeypatch, capfd, "paper", "--help")
    assert code == 0 and "--quick" in out and "variants" in out and "--predictions" not in out
    assert "geomag eval paper" in out


def test_reliability_is_asked_for_by_name(tmp_path, monkeypatch, capfd):
    seen = []
    rows = {"scenes": {reliability.ANSWERED: (np.full(40, 0.8, np.float32), np.arange(40) < 30)}}
    monkeypatch.setattr(
        reliability,
        "measure",
        lambda model, root, limit, progress: seen.append((root, limit)) or rows,
    )
    code, out, _ = geomag(
        monkeypatch,
        capfd,
        "reliability",
        "--data",
        tmp_path,
        "--out",
        tmp_path / "r",
        "--limit",
        "4",
    )
    assert code == 0 and seen == [(tmp_path, 4)]
    assert "scenes, as answered: largest gap 0.050 over bins of 30 or more of 40" in out
    assert out.splitlines()[-2:] == [
        str(tmp_path / "r" / name) for name in ("reliability.json", "reliability-scenes.png")
    ]
    code, out, _ = geomag(
        monkeypatch, capfd, "reliability", "--data", tmp_path, "--out", tmp_path / "r", "--json"
    )
    assert json.loads(out)["largest gap"]["scenes"][reliability.ANSWERED] == pytest.approx(0.05)
    code, _, told = geomag(monkeypatch, capfd, "reliability", "--data", tmp_path, "--limit", "0")
    assert code and "from 1, not 0" in told


def test_reliability_needs_the_data_sets(tmp_path, monkeypatch, capfd):
    code, _, told = geomag(
        monkeypatch, capfd, "reliability", "--data", tmp_path, "--out", tmp_path / "r"
    )
    assert code and "'reliability' needs" in told and "--data" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("aids",), "neither a suite nor a benchmark 'aids'; suites: granularity, scenes"),
        (("aids",), "benchmarks: aid, ucm"),
        (("aid", "segment"), "run one sort at a time"),
        (("aid", "paper"), "run one sort at a time"),
        (("segment", "reliability"), "run one sort at a time"),
        (("aid",), "--root is to be the folder of AID, laid out as CLASS/class_1.jpg"),
        (
            ("aid", "--root", "nowhere"),
            "AID lacks nowhere; it comes from https://captain-whu.github.io/AID/",
        ),
        (
            ("aid", "--root", "x", "--split", "half"),
            "AID has no split 'half'; choose among test, val, train, all",
        ),
        (("aid", "--root", "x", "--limit", "0"), "a number of cases from 1, not 0"),
        (("aid", "--root", "x", "--examples", "-1"), "from 1, not -1"),
        (
            ("aid", "rsicd", "--root", "x", "--predictions", "p"),
            "--predictions are of one benchmark",
        ),
        (("segment", "--root", "x"), "for benchmarks: name one"),
        (("--format", "csv"), "for benchmarks: name one"),
        (("--format", "yaml"), "yaml"),
        (("--compare", "a.json", "b.json"), "a.json is no result of geomag eval"),
        (("segment", "--limit", "0", "--data", "."), "the limit is a number of pictures from 1"),
    ],
)
def test_wrong_words_are_named(words, told, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "load", lambda *given: FakeModel())
    code, out, err = geomag(monkeypatch, capfd, *words)
    assert code == 2 and not out and told in " ".join(err.split()) and "Traceback" not in err


def test_help_has_examples(monkeypatch, capfd):
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = geomag(monkeypatch, capfd, "--help")
    assert (
        code == 0 and "geomag eval aid --root AID/" in out and "--compare runs/a/result.json" in out
    )
    assert all(
        option in out
        for option in (
            "--root",
            "--split",
            "--format",
            "--examples",
            "--predictions",
            "--ids",
            "--list",
        )
    )


def test_the_page_of_figures_is_written(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(command, "load", lambda *given: FakeModel())
    row = {"id": "levels", "group": "Questions", "what": "level", "figures": {}}
    row |= {"suite": "granularity", "keys": {"right": "accuracy"}}
    (tmp_path / "figures.json").write_text(json.dumps([row]))
    words = ("figures", "granularity", "--data", tmp_path, "--out", tmp_path, "--limit", "3")
    code, out, err = geomag(monkeypatch, capfd, *words)
    assert code == 0 and "geomag: granularity: " in err
    assert out.splitlines() == [str(tmp_path / name) for name in ("figures.json", "figures.md")]
    assert "right **" in (tmp_path / "figures.md").read_text()
    code, out, err = geomag(monkeypatch, capfd, *words, "--json")
    assert code == 0 and json.loads(out)[0]["limit"] == 3 and "granularity: " not in err
    code, _, told = geomag(
        monkeypatch, capfd, "figures", "--data", tmp_path, "--out", tmp_path / "no"
    )
    assert code and "figures.json" in told
