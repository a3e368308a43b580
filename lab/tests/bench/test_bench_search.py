"""Searches side by side.

What was measured stays, workers that fail are told in a line, the command prints what it found.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from geomagnifier.cli.main import main
from geomagnifier.errors import ModelError, OptionError
from geomagnifier_lab.bench import peers, search, search_run, subprocesses
from geomagnifier_lab.bench.results_store import Kept
from geomagnifier_lab.bench.score import Record
from geomagnifier_lab.bench.search_run import Case, measure, read_cases, record_of, write_cases

RECORD = Record("a.tif", 2.0, 50, 100, 3e9, (0, 0, 1), (0, 0, 1), (1, 0, 2), (0, 0, 1), 1, 0.5)


def geomag(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["geomag", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capfd.readouterr()
    return int(stop.value.code or 0), out, err


def test_what_is_measured_is_not_measured_again(
    drawn_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    measured: list[str] = []

    def fake(
        cases: Path, policy: str, model_name: str, what: str
    ) -> Iterator[tuple[Record, float]]:
        measured.append(policy)
        if policy == "grid":
            raise ModelError(f"measuring {what} failed")
        for _ in read_cases(cases):
            yield RECORD, 812.0

    monkeypatch.setattr(search_run, "measure", fake)

    def compare(*policies: str, frames: int = 1) -> dict[str, list[dict[str, object]]]:
        found: dict[str, list[dict[str, object]]] = search.compare(
            drawn_root, "small", policies, ("small", "airbus"), frames, tmp_path
        )["groups"]
        return found

    first = compare("paper")
    assert measured == ["paper"] and list(first) == ["small"]
    with pytest.raises(ModelError, match="'grid' on 'small'"):
        compare("adaptive", "grid")
    both = compare("paper", "adaptive")
    assert measured == ["paper", "adaptive", "grid"]
    assert [row["policy"] for row in both["small"]] == ["paper", "adaptive"] and both["small"][
        0
    ] == first["small"][0]
    assert both["small"][0]["recall >32"] == 0.5 and both["small"][0]["peak MB"] == 812
    kept = json.loads((tmp_path / "results.json").read_text())
    assert kept["groups"] == both and set(kept["runs"]) == {"small/paper", "small/adaptive"}
    assert (tmp_path / "accuracy_cost.png").read_bytes()[:4] == b"\x89PNG"
    assert not list(tmp_path.rglob("*.new"))
    compare("paper", frames=2)  # other scenes: measured anew
    assert measured == ["paper", "adaptive", "grid", "paper"]


def test_a_damaged_file_of_results_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("{")
    kept = Kept(tmp_path / "results.json", {"frames": 1})
    assert kept.get("a") is None
    kept.put("a", {"x": 1})
    assert Kept(tmp_path / "results.json", {"frames": 1}).get("a") == {"x": 1}
    assert Kept(tmp_path / "results.json", {"frames": 2}).get("a") is None


def test_records_and_cases_go_through_json(tmp_path: Path) -> None:
    from dataclasses import asdict

    bare = Record("b", 1.0, 1, 1, 1.0, (1, 2, 3))
    for record in (RECORD, bare):
        assert record_of(json.loads(json.dumps(asdict(record)))) == record
    cases = [
        Case(
            "a.tif", "Segment every ship.", ((1.0, 2.0, 3.0, 4.0),), {"size": [1, 1], "counts": "1"}
        ),
        Case("b.tif", "Find it."),
    ]
    write_cases(tmp_path / "cases.json", cases)
    assert read_cases(tmp_path / "cases.json") == cases


def test_a_worker_that_fails_is_told_in_a_line(tmp_path: Path) -> None:
    write_cases(
        tmp_path / "cases.json", [Case(str(tmp_path / "nowhere.tif"), "Segment every ship.")]
    )
    with pytest.raises(ModelError, match=r"measuring 'paper' on 'x' failed: .*huge") as raised:
        list(measure(tmp_path / "cases.json", "paper", "huge", "'paper' on 'x'"))
    assert len(str(raised.value).splitlines()) == 1


def test_a_worker_that_is_killed_or_silent_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "killed.py").write_text(
        "import os, signal\nprint('{\"a\": 1}', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    (tmp_path / "silent.py").write_text(
        "import os, time\nprint('a library talks')\nopen('pid',"
        " 'w').write(str(os.getpid()))\ntime.sleep(3600)\n"
    )
    got = []
    with pytest.raises(ModelError, match="killed by signal 9"):
        got += [found["a"] for found in subprocesses.lines("killed", [], "it")]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="said nothing for 1 s"):
        list(subprocesses.lines("silent", [], "it", quiet=1))
    assert not (tmp_path / "pid").exists() or not psutil.pid_exists(
        int((tmp_path / "pid").read_text())
    )


def test_a_worker_that_is_not_read_to_its_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "endless.py").write_text(
        "import time\nwhile True:\n    print('{\"a\": 1}', flush=True)\n    time.sleep(0.1)\n"
    )
    rows = subprocesses.lines("endless", [], "it")
    assert next(rows) == {"a": 1}
    rows.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("how", "hint"),
    [
        ({"policies": ["magic"]}, "choose among adaptive"),
        ({"groups": ["dense"]}, "choose among sparse"),
        ({"frames": 0}, "from 1"),
    ],
)
def test_bad_choices_are_refused(how: dict[str, object], hint: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=hint):
        search.compare(tmp_path, **how)  # type: ignore[arg-type]


def test_without_sahi_its_row_is_left_out_with_a_line(
    drawn_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "has_sahi", lambda: False)
    monkeypatch.setattr(search_run, "measure", lambda *_: iter([(RECORD, 1.0)]))
    told: list[str] = []
    found = search.compare(
        drawn_root, "small", ["shrink", "sahi"], ["small", "cars4k"], 1, tell=told.append
    )
    assert [row["policy"] for row in found["groups"]["small"]] == ["shrink"]
    assert "pip install 'sahi>=0.12'" in told[0] and "left out cars4k" in told[1] and len(told) == 2


def test_tables_for_a_terminal_say_how_many_and_join_sizes() -> None:
    from geomagnifier_lab.bench import score

    short = search.briefly({"sparse": [{"policy": "paper", **score.row([RECORD]), "peak MB": 5}]})
    ((title, (row,)),) = short.items()
    assert title == "sparse: 1 scenes, 3 objects"
    assert (
        row["by size <10, 10-32, >32"] == "0.00 / - / 0.50"
        and row["by size"] == "- / - / 1.00"
        and row["in windows"] == pytest.approx(1 / 3)
    )


def test_the_command_measures_the_model_in_the_package(
    drawn_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("matplotlib")
    words = [
        "bench",
        "search",
        "--data",
        drawn_root,
        "--group",
        "small",
        "--policy",
        "shrink",
        "--frames",
        1,
        "--out",
        tmp_path,
    ]
    code, out, err = geomag(monkeypatch, capfd, *words, "--json")
    assert code == 0 and not err, err
    found = json.loads(out)
    (row,) = found["groups"]["small"]
    assert (
        row["policy"] == "shrink"
        and row["share"] == 1
        and row["scenes"] == 1
        and row["objects"] >= 1
    )
    assert row["in windows"] == 1 and 0 < row["seconds"] < 60 and row["peak MB"] > 100
    assert {p.name for p in tmp_path.iterdir()} == {"frames", "results.json", "accuracy_cost.png"}
    code, out, _ = geomag(monkeypatch, capfd, *words)  # read, not measured; as a table
    assert code == 0 and "small: 1 scenes" in out and "shrink" in out and "…" not in out


def test_the_command_refuses_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], drawn_root: Path
) -> None:
    code, out, err = geomag(
        monkeypatch, capfd, "bench", "search", "--data", drawn_root, "--policy", "magic"
    )
    assert code == 2 and not out and len(err.splitlines()) == 1 and "magic" in err
    code, out, err = geomag(
        monkeypatch, capfd, "bench", "growth", "--data", drawn_root, "--most", "1"
    )
    assert code == 2 and not out and len(err.splitlines()) == 1 and "from 2 Mpx" in err
