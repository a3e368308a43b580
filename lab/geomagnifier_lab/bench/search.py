"""`geomag bench search`: ways of searching large scenes, side by side.

Scenes and weights are the same; accuracy is set against cost. Every pair of policy and group runs
in a process of its own (`search_run`), so that its peak of memory is its own. What is finished in
the output folder is not measured again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from geomagnifier.errors import OptionError
from geomagnifier.inference.cropping import POLICIES
from geomagnifier.inference.scan_state import Progress
from geomagnifier_lab.bench import groups as scenes
from geomagnifier_lab.bench import peers, plots, score, search_run
from geomagnifier_lab.bench.cost import machine
from geomagnifier_lab.bench.results_store import Kept, about

WAYS = (*POLICIES, peers.SAHI)
FRAMES = 20
"""Frames of a group: each of the ten classes twice."""


def compare(
    root: Path,
    model_name: str = "small",
    policies: Sequence[str] = (),
    groups: Sequence[str] = (),
    frames: int = FRAMES,
    out: Path | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Measure every policy on every group.

    Args:
        root: folder of the data sets.
        model_name: "small", or a folder with weights.
        policies: some of `WAYS`; all without.
        groups: some of `groups.GROUPS`; all without.
        frames: in each group made of frames.
        out: folder for frames, results.json and accuracy_cost.png; without it nothing is left
            behind.
        progress: called with (frames written, frames of a group), then with (scenes done, scenes in
            all); what was there before does not count.
        tell: called with a line about what is left out.

    Returns:
        {"what": str, "machine": str, "settings": {...}, "groups": {group: [{"policy": str, ...},
        ...]}}, rows as in `score.row`.

    Raises:
        OptionError: an unknown policy or group, or fewer than one frame.
        ModelError: a worker failed; its message says why.
    """
    chosen, wanted = list(policies or WAYS), list(groups or scenes.GROUPS)
    _check(chosen, wanted, frames)
    if peers.SAHI in chosen and not peers.has_sahi():
        chosen.remove(peers.SAHI)
        tell(peers.MISSING)
    with ExitStack() as stack:
        folder = (
            out / "frames"
            if out is not None
            else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        )
        kept = Kept(
            None if out is None else out / "results.json", {**about(model_name), "frames": frames}
        )
        kept.all["machine"] = machine()
        todo = [
            (group, policy)
            for group in wanted
            for policy in chosen
            if kept.get(f"{group}/{policy}") is None
        ]
        files = {
            group: scenes.prepare(group, root, folder, frames, progress)
            for group in dict.fromkeys(group for group, _ in todo)
        }
        for group in (group for group, file in files.items() if file is None):
            tell(f"left out {group}: {root / group} is not there")
        pairs = [
            (group, policy, file) for group, policy in todo if (file := files[group]) is not None
        ]
        total, done = sum(len(search_run.read_cases(file)) for _, _, file in pairs), 0
        for group, policy, file in pairs:
            measured = []
            for pair in search_run.measure(file, policy, model_name, f"{policy!r} on {group!r}"):
                measured.append(pair)
                done += 1
                if progress is not None:
                    progress(done, total)
            peak = int(max((peak for _, peak in measured), default=0))
            kept.put(
                f"{group}/{policy}",
                {"peak MB": peak, "records": [asdict(record) for record, _ in measured]},
            )
    tables = {group: table for group in wanted if (table := _table(kept, group, chosen))}
    if out is not None and tables:
        kept.all["groups"] = tables
        kept.save()
        plots.accuracy_cost(tables, out / "accuracy_cost.png")
    what = f"searches compared, {frames} frames a group"
    return {
        "what": what,
        "machine": kept.all["machine"],
        "settings": kept.all["settings"],
        "groups": tables,
    }


def briefly(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The tables of `compare`, shortened for a terminal.

    How many scenes and objects there are is in the title, figures by size are in one column.
    """
    short = {}
    for group, rows in tables.items():
        objects = f", {rows[0]['objects']} objects" if rows[0]["objects"] else ""
        title = f"{group}: {rows[0]['scenes']} scenes{objects}"
        short[title] = [
            {name: row[name] for name in ("policy", "share", "GFLOP", "seconds", "peak MB", "gIoU")}
            | {
                "recall": row["recall"],
                f"by size {', '.join(score.SIZES)}": _by_size(row, "recall"),
            }
            | {"precision": row["precision"], "by size": _by_size(row, "precision")}
            | {"in windows": row["in windows"], "found": row["found"]}
            for row in rows
        ]
    return short


def _by_size(row: dict[str, Any], name: str) -> str | None:
    values = [row[f"{name} {size}"] for size in score.SIZES]
    return (
        None
        if row[name] is None
        else " / ".join("-" if value is None else f"{value:.2f}" for value in values)
    )


def _check(policies: list[str], groups: list[str], frames: int) -> None:
    for policy in policies:
        if policy not in WAYS:
            raise OptionError(f"there is no policy {policy!r}; choose among {', '.join(WAYS)}")
    scenes.check(groups)
    if frames < 1:
        raise OptionError(f"--frames is a number from 1, not {frames}")


def _table(kept: Kept, group: str, policies: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of the policies measured on a group, in the order they were named."""
    rows = []
    for policy in policies:
        run = kept.get(f"{group}/{policy}")
        if run is not None and run["records"]:
            figures = score.row([search_run.record_of(r) for r in run["records"]])
            rows.append({"policy": policy, **figures, "peak MB": run["peak MB"]})
    return rows
