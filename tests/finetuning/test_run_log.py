"""The log of a run that was killed: whole lines, each step once."""

from __future__ import annotations

from pathlib import Path

from geomagnifier.finetuning import run_log


def test_a_run_that_goes_on_tells_each_step_once(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    assert run_log.read(path) == []
    for step in (10, 20, 30):
        run_log.add(path, [{"step": step, "seconds": 1.0, "total": 3.0}])
    run_log.add(path, [{"step": 30, "ap": 0.5}])
    with path.open("a") as file:  # as a killed process leaves it
        file.write('{"step": 40, "sec')
    assert [row["step"] for row in run_log.read(path)] == [10, 20, 30, 30]
    run_log.add(path, [{"step": 20, "seconds": 2.0, "total": 3.0}])  # from a checkpoint of step 10
    assert run_log.read(path) == [
        {"step": 10, "seconds": 1.0, "total": 3.0},
        {"step": 20, "seconds": 2.0, "total": 3.0},
    ]
    run_log.add(path, [{"step": 30, "ap": 0.5}, {"step": 30, "seconds": 1.0}])
    run_log.add(path, [{"step": 30, "ap": 0.5}])
    assert [(row["step"], "seconds" in row) for row in run_log.read(path)] == [
        (10, True),
        (20, True),
        (30, True),
        (30, False),
    ]
    assert [p.name for p in tmp_path.iterdir()] == ["log.jsonl"]
