"""Turns measurements into the paper's tables, claimed and measured side by side.

Pure functions; a part that was not measured is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from geomagnifier_lab.bench.score import MATCH, SMALL
from geomagnifier_lab.datasets.scene_sets import SETS
from geomagnifier_lab.studies import claims, paper_runs
from geomagnifier_lab.studies.paper_frames import SMALL_SIDE
from geomagnifier_lab.studies.paper_runs import HUNDRED, Shot, shot_of

Row = dict[str, Any]
Runs = Mapping[str, Mapping[str, Any]]
STRICT = 0.5
"""IoU of a found box and the true one, the stricter of two."""
BUILT = {"100 x 100": 0, "exhaustive": 1, "paper": 2, "adaptive": 2}
"""Way -> which of the three preprocessings it is: 100 x 100 px, the original, adjusted."""
SIZES = (HUNDRED, "own size")
SHOWN = {HUNDRED: 0, "own size": 1, "own size, learnt": 1}
"""The same for scene classes."""
PREPROCESSED = ("100 x 100 px", "original", "adjusted")


def tables(runs: Runs) -> dict[str, Any]:
    """All tables of what was measured.

    Args:
        runs: by name, as `paper.run` keeps them.

    Returns:
        "preprocessing", "scenes", "crops", "compute", "case 1", "ships alone", "case 2", "courts",
        "prompts", "variants": rows, where measured; "peers", "not verified", "slips",
        "unconfirmed": as they are.
    """
    found = {
        "preprocessing": preprocessing(runs),
        "scenes": scenes(runs),
        "crops": crops(runs),
        "compute": compute(runs),
        "case 1": case_1(runs),
        "ships alone": ships_alone(runs),
        "case 2": _studies(runs, "tiny", "case 2"),
        "courts": _studies(runs, "courts", "rows"),
        "prompts": _studies(runs, "prompts", "rows"),
        "variants": variants(runs),
    }
    return {
        **{name: rows for name, rows in found.items() if rows},
        "peers": claims.peers(),
        "not verified": claims.NOT_VERIFIED,
        "slips": [asdict(slip) for slip in claims.slips()],
        "unconfirmed": list(claims.unconfirmed()),
    }


def scenes(runs: Runs) -> list[Row]:
    """Top-1 of each scene set, 0 to 1, by the size of the image.

    Returns:
        {"set", "n", "100 x 100", "own size": by the model as it is, "100 x 100, learnt", "own size,
        learnt": by a head trained at that size, "pixels": of the own size}; None where that was not
        measured.
    """
    rows = []
    for name in SETS:
        sizes = {size: runs.get(f"preprocessing/image/{name}/{size}") for size in SIZES}
        sizes |= {
            f"{size}, learnt": runs.get(f"preprocessing/image/learnt/{size}", {}).get(name)
            for size in SIZES
        }
        known = [run for run in sizes.values() if run is not None]
        if known:
            own = sizes["own size"]
            top = {
                size: None if run is None else run["right"] / max(1, run["n"])
                for size, run in sizes.items()
            }
            rows.append(
                {
                    "set": name,
                    "n": known[0]["n"],
                    **top,
                    "pixels": None if own is None else own["pixels"],
                }
            )
    return rows


def preprocessing(runs: Runs) -> list[Row]:
    """The three by three table, a row for each granularity and way.

    Returns:
        {"granularity", "preprocessing": its name in the paper, "way": ours, "claimed": percent,
        "measured": percent, "metric", "n", "share": of the pixels, "GFLOP"}.
    """
    rows: list[Row] = []
    sets = scenes(runs)
    for place, size, way in (
        *((k, size, size) for size, k in SHOWN.items()),
        (2, HUNDRED, "100 x 100, as TMRA has it"),
    ):
        tops = [row[size] for row in sets if row[size] is not None]
        if tops:
            row = _head("image", place, way)
            rows.append(
                {
                    **row,
                    "measured": 100 * float(np.mean(tops)),
                    "metric": "top-1",
                    "n": sum(row["n"] for row in sets),
                }
            )
    for level, metric in (("region", "AP50"), ("pixel", "gIoU")):
        for way, place in BUILT.items():
            shots = shots_of(runs, f"preprocessing/{level}/{way}")
            if shots:
                value = paper_runs.ap50(shots) if level == "region" else paper_runs.mean_iou(shots)
                cost = paper_runs.cost(shots)
                rows.append(
                    {
                        **_head(level, place, way),
                        "measured": 100 * value,
                        "metric": metric,
                        "n": len(shots),
                        **_few(cost),
                    }
                )
    return rows


def _head(level: str, place: int, way: str) -> Row:
    return {
        "granularity": level,
        "preprocessing": PREPROCESSED[place],
        "way": way,
        "claimed": claims.FIGURES["preprocessing"][level][place],
    }


def _few(cost: Mapping[str, float]) -> Row:
    return {"share": cost["share"], "GFLOP": cost["GFLOP"]}


def crops(runs: Runs) -> list[Row]:
    """Recall of small objects by way of cropping, a row for each granularity and way.

    Returns:
        {"granularity", "way", "claimed": percent or None, "recall": percent of the objects below 32
        x 32 px found at an IoU of 0.3, "95 %": where that lies if other frames had been drawn,
        "strict": at 0.5, "tiny": of those under 10 px long at 0.3, "in windows": percent of the
        small ones that lie in a window of full size, "precision", "share": of the pixels,
        "objects", "tiny objects": how many, "n": frames}.
    """
    rows: list[Row] = []
    for level in ("region", "pixel"):
        for name in runs:
            part, here, way = (*name.split("/", 2), "", "")[:3]
            shots = shots_of(runs, name) if (part, here) == ("crops", level) else []
            if not shots:
                continue
            found, held, many = paper_runs.recall(shots, MATCH, area=SMALL_SIDE**2)
            strict, _, _ = paper_runs.recall(shots, STRICT, area=SMALL_SIDE**2)
            tiny, _, few = paper_runs.recall(shots, MATCH, long=SMALL)
            row: Row = {
                "granularity": level,
                "way": way,
                "claimed": claims.FIGURES["crops"].get(way),
            }
            around = paper_runs.interval(shots, MATCH, SMALL_SIDE**2)
            row |= {
                "95 %": (
                    None if around is None else f"{100 * around[0]:.0f} to {100 * around[1]:.0f}"
                )
            }
            row |= {
                "recall": _percent(found),
                "strict": _percent(strict),
                "tiny": _percent(tiny),
                "in windows": _percent(held),
            }
            row |= {
                "precision": _percent(paper_runs.precision(shots, MATCH)),
                "share": paper_runs.cost(shots)["share"],
            }
            rows.append({**row, "objects": many, "tiny objects": few, "n": len(shots)})
    return rows


def compute(runs: Runs) -> list[Row]:
    """Cost at 4096 x 2160 px by granularity.

    First comes what the paper claims (as a share of the pixels), and what its formula gives.

    Returns:
        {"granularity", "way", "Mpx", "share": of the pixels, "GFLOP", "seconds", "less": percent of
        the FLOP of `exhaustive` at that granularity that is saved, "n"}; what is not known is None.
    """
    rows: list[Row] = []
    blank = {"GFLOP": None, "seconds": None, "less": None, "n": None}
    for level in ("image", "region", "pixel"):
        pixels = claims.formula(level)
        mine = _costs(runs, level)
        if not mine:
            continue
        said = claims.FIGURES["share"] if level == "pixel" else 1 / claims.FIGURES["faster"][level]
        rows.append(
            {
                "granularity": level,
                "way": "claimed",
                "Mpx": said * claims.SCENE / 1e6,
                "share": said,
                **blank,
            }
        )
        rows.append(
            {
                "granularity": level,
                "way": "formula" + ", one window" * (level != "image"),
                "Mpx": pixels / 1e6,
                "share": pixels / claims.SCENE,
                **blank,
            }
        )
        most = mine.get("exhaustive")
        for way, cost in mine.items():
            less = (
                None
                if most is None or way == "exhaustive"
                else 100 * (1 - cost["GFLOP"] / most["GFLOP"])
            )
            rows.append({"granularity": level, "way": way, **cost, "less": less})
    return rows


def _costs(runs: Runs, level: str) -> dict[str, Row]:
    if level == "image":
        run = runs.get("cost/image/all")
        if run is None:
            return {}
        records = run["costs"]
        pixels = float(np.mean([r["pixels"] for r in records]))
        share = sum(r["pixels"] for r in records) / sum(r["scene_pixels"] for r in records)
        flop, seconds = (
            float(np.mean([r["flops"] for r in records])) / 1e9,
            float(np.median([r["seconds"] for r in records])),
        )
        return {
            "all searches": {
                "Mpx": pixels / 1e6,
                "share": share,
                "GFLOP": flop,
                "seconds": seconds,
                "n": len(records),
            }
        }
    found = {}
    for way in ("paper", "adaptive", "exhaustive"):
        shots = shots_of(runs, f"cost/{level}/{way}")
        if shots:
            pixels = float(np.mean([s.pixels for s in shots]))
            found[way] = {"Mpx": pixels / 1e6, **paper_runs.cost(shots), "n": len(shots)}
    return found


def variants(runs: Runs) -> list[Row]:
    """The forms of the paper's search, a row for each granularity and form.

    Returns:
        {"granularity", "variant": its name, "metric", "measured": percent, "in windows": percent of
        the objects that lie in a window of full size, "share": of the pixels, "seconds", "n"}.
    """
    rows: list[Row] = []
    for level, metric in (("region", "AP50"), ("pixel", "gIoU")):
        names = [name for name in runs if name.startswith(f"variants/{level}/")]
        for name, shots in ((name, shots_of(runs, name)) for name in names):
            value = paper_runs.ap50(shots) if level == "region" else paper_runs.mean_iou(shots)
            objects = [inside for shot in shots for inside in shot.inside]
            cost = paper_runs.cost(shots)
            variant = name.split("/", 2)[2].removeprefix("paper").strip() or "as built"
            row: Row = {
                "granularity": level,
                "variant": variant,
                "metric": metric,
                "measured": 100 * value,
            }
            row |= {"in windows": _percent(float(np.mean(objects)) if objects else None)}
            rows.append(
                {**row, "share": cost["share"], "seconds": cost["seconds"], "n": len(shots)}
            )
    return rows


def case_1(runs: Runs) -> list[Row]:
    """Case 1, asked for both classes.

    A row for each length, colour of the airplane and search, over the seeds.

    Returns:
        {"long": px, "airplane": its colour, "search", "ship IoU", "airplane IoU", "mIoU": of the
        two classes, percent, "ships", "airplanes": how many were found, "of": how many there are of
        each, "false", "share"}.
    """
    every = _studies(runs, "tiny", "case 1")
    asked = [row for row in every if "airplanes" in row["question"]]
    keys = dict.fromkeys((row["long"], row["airplane"], row["search"]) for row in asked)
    rows = []
    for long, paint, search in keys:
        mine = [
            row
            for row in asked
            if (row["long"], row["airplane"], row["search"]) == (long, paint, search)
        ]
        ious = {
            f"{kind} IoU": 100 * float(np.mean([row[f"{kind} IoU"] for row in mine]))
            for kind in ("ship", "airplane")
        }
        counts = {name: sum(row[name] for row in mine) for name in ("ships", "airplanes")}
        head = {
            "long": long,
            "airplane": paint,
            "search": search,
            **ious,
            "mIoU": float(np.mean(list(ious.values()))),
            **counts,
        }
        rows.append(
            {
                **head,
                "of": len(mine),
                "false": sum(row["false"] for row in mine),
                "share": _mean(mine, "share"),
            }
        )
    return rows


def ships_alone(runs: Runs) -> list[Row]:
    """The scenes of case 1, asked for ships alone: is the airplane left out?

    Returns:
        a row for each length, {"long": px, "ship IoU": percent, "ships": found, "airplanes":
        marked all the same, "of": scenes, "false"}.
    """
    asked = [row for row in _studies(runs, "tiny", "case 1") if "airplanes" not in row["question"]]
    rows = []
    for long in dict.fromkeys(row["long"] for row in asked):
        mine = [row for row in asked if row["long"] == long]
        counts = {name: sum(row[name] for row in mine) for name in ("ships", "airplanes", "false")}
        rows.append(
            {"long": long, "ship IoU": 100 * _mean(mine, "ship IoU"), **counts, "of": len(mine)}
        )
    return rows


def _studies(runs: Runs, what: str, rows: str) -> list[Row]:
    return [
        row
        for name in sorted(runs)
        if name.startswith(f"cases/{what}/")
        for row in runs[name][rows]
    ]


def shots_of(runs: Runs, name: str) -> list[Shot]:
    """The shots kept under a name; none where it was not measured.

    Args:
        runs: by name, as `paper.run` keeps them.
        name: of the measurement.
    """
    run = runs.get(name)
    return [] if run is None else [shot_of(dict(fields)) for fields in run["shots"]]


def _mean(rows: Sequence[Row], name: str) -> float:
    return float(np.mean([row[name] for row in rows]))


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value
