"""The paper's two case studies and the error it reports, on drawn scenes.

Each gives the answer, the IoU of its masks, and what is wrong with it.

case 1   a ship and an airplane of 64 to 8 px in 4096 x 2160: "Segment all ships ...", and both
         classes
case 2   two ships and an airplane: "Describe the image and segment the ships."
courts   tennis courts in one row and in two: are they told apart?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from geomagnifier.geometry import Box
from geomagnifier.masks import decode, intersection_over_union
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Answer
from geomagnifier.types import Bools, Granularity
from geomagnifier_lab.bench import score
from geomagnifier_lab.studies import paper_drawn
from geomagnifier_lab.studies.paper_drawn import Drawn
from geomagnifier_lab.studies.paper_runs import KNOWN, placed

LONG = (64, 32, 16, 8)
"""Lengths of a target from end to end, px."""
SEEDS = 2
PAINTS = {"yellow": paper_drawn.yellow, "white": paper_drawn.plain}
BOTH = "Segment all ships and airplanes in the image."
SHIPS = "Segment all ships in the image."
DESCRIBE = "Describe the image and segment the ships."
SEARCHES = ("adaptive", KNOWN, "paper", "exhaustive")
ROWS = (
    "Describe the image and segment the tennis courts.",
    "Segment all tennis courts.",
    "Segment the tennis courts in the first row.",
    "Segment the tennis courts in the second row.",
    "Are the tennis courts in one row or in two rows?",
)
PROMPTS = {
    "识别图中所有船只": Granularity.REGION,
    "分割图中所有船只": Granularity.PIXEL,
    "描述并分割图中船只": Granularity.PIXEL,
    "这是城市还是农田": Granularity.IMAGE,
}
"""The text's own questions, as they are written there, with the granularity that it gives them."""
PROMPTED = (KNOWN, "paper")
ACROSS = 6
AROUND = 0.75
"""Margin of a target's cut-out on every side, as a share of the target's length."""
MATCH = score.MATCH

Told = Callable[[], None]
Rows = list[dict[str, Any]]


def nothing() -> None:
    """Report nothing."""


def tiny(
    model: Model,
    seed: int,
    folder: Path | None = None,
    told: Told = nothing,
    longs: Sequence[int] = (),
) -> dict[str, Rows]:
    """Cases 1 and 2 on one stretch of coast, with targets of every length at the same places.

    Args:
        model: that answers.
        seed: of the coast and of the places.
        folder: for cut-outs of the targets of case 1 with what was found of them.
        told: called after each question.
        longs: lengths, px; all of `LONG` without.

    Returns:
        "case 1" and "case 2": rows with "long", "question", "search", "airplane": its colour, "ship
        IoU", "airplane IoU", "ships" and "airplanes": how many of them were found, "false": regions
        that are neither, "share" of the pixels, "text".
    """
    ground = paper_drawn.coast(seed)
    rows: dict[str, Rows] = {"case 1": [], "case 2": []}
    for long in longs or LONG:
        for paint, colour in PAINTS.items():
            drawn = paper_drawn.tiny_targets(ground, seed, long, 1, colour)
            for question, search in (*((BOTH, search) for search in SEARCHES), (SHIPS, KNOWN)):
                answer = answered(drawn, question, model, search)
                head = {
                    "long": long,
                    "question": question,
                    "search": search,
                    "seed": seed,
                    "airplane": paint,
                }
                rows["case 1"].append({**head, **judged(drawn, answer)})
                if folder is not None and (question, search) == (BOTH, KNOWN):
                    _keep(drawn, answer, folder, f"case1-{seed}-{paint}-{long:02d}")
                told()
        drawn = paper_drawn.tiny_targets(ground, seed, long, 2)
        answer = answered(drawn, DESCRIBE, model, KNOWN)
        rows["case 2"].append(
            {
                "long": long,
                "question": DESCRIBE,
                "search": KNOWN,
                "seed": seed,
                **judged(drawn, answer),
            }
        )
        told()
    return rows


def courts(
    model: Model,
    seed: int,
    folder: Path | None = None,
    told: Told = nothing,
    asked: Sequence[str] = ROWS,
) -> Rows:
    """Ask about courts in one row of six and in two rows, in several ways.

    Args:
        model: that answers.
        seed: of the drawn courts.
        folder: for cut-outs of the courts with what was found of them.
        told: called after each question.
        asked: some of `ROWS`.

    Returns:
        for each number of "rows" and question "courts": how many there are, "meant": by the
        question (left out where it asks for none), "found", "right": of the found ones, "IoU" of
        the mask with what is meant, "text".
    """
    table = []
    for rows in (1, 2):
        drawn = paper_drawn.tennis_courts(seed, rows, ACROSS)
        boxes = drawn.boxes("tennis court")
        for question in asked:
            answer = answered(drawn, question, model, KNOWN)
            meant = _meant(question, rows)
            found = np.array([r.box for r in answer.regions], np.float32).reshape(-1, 4)
            row: dict[str, Any] = {
                "rows": rows,
                "question": question,
                "seed": seed,
                "courts": len(boxes),
                "found": len(found),
            }
            if meant is not None:
                wanted = boxes[meant]
                right, _ = score.match(found, np.array([r.score for r in answer.regions]), wanted)
                truth = np.zeros(drawn.pixels.shape[:2], bool)
                for x0, y0, x1, y1 in np.rint(wanted).astype(int):
                    truth[y0:y1, x0:x1] = True  # courts stand upright here: the outline is the box
                row |= {
                    "meant": len(wanted),
                    "right": int(right.sum()),
                    "IoU": intersection_over_union(whole_mask(answer), truth),
                }
            table.append({**row, "text": answer.text})
            if folder is not None and question in (ROWS[1], ROWS[3]):
                _keep(
                    drawn,
                    answer,
                    folder,
                    f"courts-{seed}-{rows}-{ROWS.index(question)}",
                    "tennis court",
                )
            told()
    return table


def prompts(model: Model, seed: int, told: Told = nothing) -> Rows:
    """Ask the text's own questions about two ships and an airplane, as they are written.

    Args:
        model: that answers.
        seed: of the drawn scene.
        told: called after each question.

    Returns:
        "question", "search", "level": as it was read, "meant": as the text has it, and the figures
        of `judged`.
    """
    drawn = paper_drawn.tiny_targets(paper_drawn.coast(seed), seed, LONG[0], 2)
    rows = []
    for question, meant in PROMPTS.items():
        for search in PROMPTED:
            answer = answered(drawn, question, model, search)
            head = {
                "question": question,
                "search": search,
                "seed": seed,
                "level": str(answer.granularity),
                "meant": str(meant),
            }
            rows.append({**head, **judged(drawn, answer)})
            told()
    return rows


def _meant(question: str, rows: int) -> slice | None:
    """Which courts a question means, first row first."""
    if "one row or" in question:
        return None
    if "first row" in question:
        return slice(0, ACROSS)
    if "second row" in question:
        return slice(ACROSS, 2 * ACROSS) if rows > 1 else slice(0, 0)
    return slice(0, rows * ACROSS)


def answered(drawn: Drawn, question: str, model: Model, search: str) -> Answer:
    """Ask about a drawn scene.

    Args:
        drawn: the scene.
        question: as a user types it.
        model: that answers.
        search: a search of `ask`, or `KNOWN`, with which the scene says how large its pixels are.
    """
    with open_scene(drawn.pixels, **placed(drawn.metres if search == KNOWN else None)) as scene:
        return ask(scene, question, model, search="adaptive" if search == KNOWN else search)


def judged(drawn: Drawn, answer: Answer) -> dict[str, Any]:
    """Compare an answer about ships and airplanes with what was drawn.

    Args:
        drawn: the scene.
        answer: about it.

    Returns:
        "ship IoU" and "airplane IoU" of the masks, "ships" and "airplanes" found, "false":
        detections that are neither, "share" of the pixels, "text".
    """
    row: dict[str, Any] = {}
    false = 0
    for kind, name in (("ship", "ships"), ("airplane", "airplanes")):
        mine = [r for r in answer.regions if r.label == kind]
        right, met = score.match(
            np.array([r.box for r in mine], np.float32).reshape(-1, 4),
            np.array([r.score for r in mine]),
            drawn.boxes(kind),
            MATCH,
        )
        false += int((~right).sum())
        row |= {
            f"{kind} IoU": intersection_over_union(mask_of(answer, kind), drawn.truth(kind)),
            name: int(met.sum()),
        }
    trace = answer.trace
    return row | {
        "false": false,
        "share": trace.pixels_processed / trace.scene_pixels,
        "text": answer.text,
    }


def mask_of(answer: Answer, kind: str) -> Bools:
    """The union of the masks of a class's detections, (H, W) bool.

    Args:
        answer: with segmented detections.
        kind: the class.
    """
    mask = np.zeros((answer.scene.height, answer.scene.width), bool)
    for region in answer.regions:
        if region.label == kind and region.segmentation is not None:
            mask |= decode(region.segmentation)
    return mask


def whole_mask(answer: Answer) -> Bools:
    """The answer's mask, (H, W) bool; all False where nothing was segmented."""
    return (
        np.zeros((answer.scene.height, answer.scene.width), bool)
        if answer.mask is None
        else np.asarray(answer.mask)
    )


def _keep(drawn: Drawn, answer: Answer, folder: Path, name: str, *kinds: str) -> None:
    """Write cut-outs of the targets as PNG.

    The found and the true mask of each are in two more files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds or ("ship", "airplane"):
        for number, place in enumerate(_places(drawn, kind, bool(kinds))):
            x0, y0, x1, y1 = (int(v) for v in place.tuple())
            stem = f"{name}-{kind.replace(' ', '')}-{number}"
            Image.fromarray(drawn.pixels[y0:y1, x0:x1]).save(folder / f"{stem}.png")
            for mask, what in ((mask_of(answer, kind), "found"), (drawn.truth(kind), "true")):
                Image.fromarray(mask[y0:y1, x0:x1].astype(np.uint8) * np.uint8(255)).save(
                    folder / f"{stem}-{what}.png"
                )


def _places(drawn: Drawn, kind: str, together: bool) -> Iterator[Box]:
    """A square around each object, or one around all of them."""
    boxes = drawn.boxes(kind)
    for box in [np.concatenate([boxes[:, :2].min(0), boxes[:, 2:].max(0)])] if together else boxes:
        side = float(max(box[2] - box[0], box[3] - box[1])) * (0.5 + (0.1 if together else AROUND))
        x, y = float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2
        height, width = drawn.pixels.shape[:2]
        cut = Box(x - side, y - side, x + side, y + side).intersection(Box(0, 0, width, height))
        assert cut is not None
        yield Box(np.floor(cut.x0), np.floor(cut.y0), np.ceil(cut.x1), np.ceil(cut.y1))
