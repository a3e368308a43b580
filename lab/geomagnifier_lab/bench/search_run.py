"""One way of searching over some labelled scenes, in a process of its own.

    python -m geomagnifier_lab.bench.search_run CASES POLICY MODEL

It prints one JSON object a scene: {"record": Record, "peak_mb": float}. Every scene is opened anew,
so nothing is known of it; a first question on an empty image does not count. What is compared with
the labels is read by windows, so that the peak of memory is that of the search.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier import memory
from geomagnifier.errors import GeomagError
from geomagnifier.inference.cropping import POLICIES
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier_lab.bench import peers, score, subprocesses
from geomagnifier_lab.bench.score import Looked, Record

WARM = 512
"""Side of the image of the question that does not count, px."""


Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class Case:
    """A scene, a question about all objects of a class, and its labels."""

    path: str
    """The scene's file."""
    question: str
    """Asked about the whole scene."""
    boxes: tuple[Corners, ...] | None = None
    """(x0, y0, x1, y1) px of every object; None where nobody labelled them."""
    mask: dict[str, Any] | None = None
    """COCO RLE of the class, or None."""


def corners(boxes: Iterable[Iterable[float]]) -> tuple[Corners, ...]:
    """The boxes (N, 4) as tuples of numbers, as a case holds them."""
    return tuple((float(x0), float(y0), float(x1), float(y1)) for x0, y0, x1, y1 in boxes)


def write_cases(path: Path, cases: Sequence[Case]) -> None:
    """Write cases as JSON.

    Args:
        path: the file; its folder is there.
        cases: what is asked and labelled.
    """
    path.write_text(json.dumps([asdict(case) for case in cases]))


def read_cases(path: Path) -> list[Case]:
    """Read what `write_cases` wrote."""
    rows = json.loads(path.read_text())
    return [
        Case(
            r["path"], r["question"], None if r["boxes"] is None else corners(r["boxes"]), r["mask"]
        )
        for r in rows
    ]


Way = Callable[[Scene, str, Model], Looked]


def way(policy: str) -> Way:
    """The function that answers by a policy of `ask`, or by "sahi"."""
    if policy == peers.SAHI:
        return peers.slice_by_sahi

    def by_ask(scene: Scene, question: str, model: Model) -> Looked:
        answer = ask(scene, question, model, search=policy)
        return Looked(
            answer.regions,
            answer.read_mask,
            answer.trace.views,
            answer.trace.pixels_processed,
            answer.trace.flops,
        )

    return by_ask


def look(case: Case, search: Way, model: Model) -> tuple[Record, float]:
    """Answer one case and compare it with its labels.

    Args:
        case: scene, question and labels.
        search: of `way`.
        model: ours.

    Returns:
        the record, and the process's peak of memory when the answer was there, bytes.
    """
    begin = time.perf_counter()
    with open_scene(case.path) as scene:
        looked = search(scene, case.question, model)
        seconds = time.perf_counter() - begin
        peak, pixels = memory.peak(), scene.info.pixels
    found = np.array([r.box for r in looked.regions], np.float32).reshape(-1, 4)
    record = Record(
        Path(case.path).name, seconds, looked.pixels, pixels, looked.flops, score.counts(found)
    )
    if case.boxes is not None:
        true = np.array(case.boxes, np.float32).reshape(-1, 4)
        right, met = score.match(found, np.array([r.score for r in looked.regions]), true)
        held = int(score.inside(true, looked.windows).sum())
        record = replace(
            record,
            right=score.counts(found, right),
            true=score.counts(true),
            met=score.counts(true, met),
            inside=held,
        )
    if case.mask is not None:
        record = replace(record, iou=score.mask_iou(looked.mask, case.mask))
    return record, peak


def measure(cases: Path, policy: str, model_name: str, what: str) -> Iterator[tuple[Record, float]]:
    """Run the worker: each record with the peak of memory so far, 10^6 bytes.

    Args:
        cases: a file of `write_cases`.
        policy: one of `search.POLICIES`, or "sahi".
        model_name: "small", or a folder with weights.
        what: is measured, for messages.

    Raises:
        ModelError: the worker failed; its message says why.
    """
    for line in subprocesses.lines(
        "geomagnifier_lab.bench.search_run", [str(cases), policy, model_name], what
    ):
        yield record_of(line["record"]), float(line["peak_mb"])


def record_of(fields: dict[str, Any]) -> Record:
    """A record from what JSON made of it."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return Record(**values)


def main(arguments: list[str]) -> int:
    """Run the worker: CASES POLICY MODEL."""
    from geomagnifier.models.registry import load_model

    cases, policy, model_name = Path(arguments[0]), arguments[1], arguments[2]
    out = sys.stdout
    try:
        with redirect_stdout(sys.stderr):
            assert policy in (*POLICIES, peers.SAHI)
            search, model, todo = way(policy), load_model(model_name), read_cases(cases)
            with open_scene(np.full((WARM, WARM, 3), 128, np.uint8)) as empty:
                search(empty, todo[0].question, model)
            for case in todo:
                record, peak = look(case, search, model)
                print(
                    json.dumps({"record": asdict(record), "peak_mb": round(peak / 1e6)}),
                    file=out,
                    flush=True,
                )
    except GeomagError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
