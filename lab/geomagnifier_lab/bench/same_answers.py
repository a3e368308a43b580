"""Whether two installations give the same answers: texts, boxes and masks.

    python -m geomagnifier_lab.bench.same_answers OTHER_PYTHON --questions 200

The other may be an older version, or one on another runtime: only what is public of it is used.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geomagnifier_lab.datasets.sample import ObjectSample, data_root
from geomagnifier_lab.datasets.vhr10 import vhr10

FORMS = (
    "Segment every {}.",
    "How many {}s are there?",
    "Is there a {} on the left?",
    "Find the largest {}.",
    "Describe this image.",
)
NEAR, ALIKE = 1.0, 0.995
"""Px within which boxes are the same, and the IoU from which masks are."""
WORKER = """
import json, sys, pathlib
import numpy as np
import geomagnifier as gm
model = gm.load_model("small")
for number, (path, question) in enumerate(json.load(sys.stdin)):
    with gm.open_scene(path) as scene:
        answer = gm.ask(scene, question, model)
    regions = [[r.label, r.score, *map(float, r.box)] for r in answer.regions]
    if answer.mask is not None:
        np.save(pathlib.Path(sys.argv[1]) / f"{number}.npy", np.asarray(answer.mask))
    print(json.dumps({"text": answer.text, "regions": regions}), flush=True)
"""


@dataclass(frozen=True)
class Agreement:
    """What two answers have in common."""

    text: bool
    """The words are the same."""
    boxes: bool
    """So are the classes of regions, and their boxes within `NEAR`."""
    overlap: float
    """IoU of the masks; 1 where neither has one."""


def questions(root: Path, count: int) -> list[tuple[str, str]]:
    """Images of validation and questions about them, one form after another.

    Args:
        root: folder of the data sets.
        count: how many.
    """
    asked = [(str(sample.path), kind) for sample in vhr10(root, "val") for kind in kinds_of(sample)]
    step = max(1, len(asked) // count)
    return [
        (path, FORMS[n % len(FORMS)].format(kind))
        for n, (path, kind) in enumerate(asked[::step][:count])
    ]


def kinds_of(sample: ObjectSample) -> list[str]:
    """Classes that an image shows, in order."""
    return sorted({o.kind for o in sample.objects})


def answers(python: str, asked: Sequence[tuple[str, str]], folder: Path) -> list[dict[str, object]]:
    """What an installation answers; masks are written into a folder.

    Args:
        python: of the installation.
        asked: paths and questions.
        folder: of the masks.
    """
    told = subprocess.run(
        [python, "-c", WORKER, str(folder)],
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in told.stdout.splitlines()]


def compare(
    one: dict[str, object], other: dict[str, object], masks: Sequence[np.ndarray | None]
) -> Agreement:
    """Two answers to a question.

    Args:
        one: text and regions.
        other: as well.
        masks: of both.
    """
    first, second = masks
    overlap = 1.0 if first is None and second is None else 0.0
    if first is not None and second is not None and first.shape == second.shape:
        either = (first > 0) | (second > 0)
        overlap = float(((first == second) & either).sum() / max(1, either.sum()))
        overlap = 1.0 if not either.any() else overlap
    return Agreement(
        one["text"] == other["text"], _alike(one["regions"], other["regions"]), overlap
    )


def _alike(first: object, second: object) -> bool:
    """Whether regions are the same: their order may differ where scores are all but equal."""
    assert isinstance(first, list)
    assert isinstance(second, list)
    left = list(second)
    for label, _, *box in first:
        near = [
            row
            for row in left
            if row[0] == label and np.abs(np.subtract(row[2:], box)).max() <= NEAR
        ]
        if not near:
            return False
        left.remove(near[0])
    return not left


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", help="python of the other installation")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--data", help="folder of the data sets")
    given = parser.parse_args(arguments)
    asked = questions(data_root(given.data), given.questions)
    found: list[Agreement] = []
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / name for name in ("here", "other")]
        for place in places:
            place.mkdir()
        both = [
            answers(python, asked, place)
            for python, place in zip((sys.executable, given.other), places, strict=True)
        ]
        for number, (one, other) in enumerate(zip(*both, strict=True)):
            files = [place / f"{number}.npy" for place in places]
            masks = [np.load(file) if file.is_file() else None for file in files]
            found.append(compare(one, other, masks))
            if not (found[-1].text and found[-1].boxes and found[-1].overlap >= ALIKE):
                print(*asked[number], found[-1], file=sys.stderr)
    print(
        f"{len(found)} questions: same text {sum(a.text for a in found)}, boxes within {NEAR:g} px"
        f" {sum(a.boxes for a in found)}, masks with IoU >= {ALIKE}"
        f" {sum(a.overlap >= ALIKE for a in found)}, lowest IoU"
        f" {min((a.overlap for a in found), default=1.0):.4f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
