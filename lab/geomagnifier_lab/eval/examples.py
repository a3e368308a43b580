"""A contact sheet of a benchmark's best, worst and random cases.

Truth in blue, prediction in orange, where masks agree green. Each image shows its boxes or masks;
below it are its id, the value of the measure, the question, the truth and the prediction. Of a
detection as many boxes are drawn as there are objects, the best ones: all that scored anything
would hide the image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geomagnifier import masks
from geomagnifier.atomic import Staging
from geomagnifier.errors import OptionError, SceneError
from geomagnifier.export import overlay_panel
from geomagnifier.export.class_colours import COLOURS
from geomagnifier.export.contact_sheet import BLANK, shortened
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Bools, Window
from geomagnifier_lab.datasets.benchmarks.case import Case
from geomagnifier_lab.eval.checking import Record
from geomagnifier_lab.eval.report import Result
from geomagnifier_lab.eval.scoring import best_first, ranked_classes

if TYPE_CHECKING:
    from PIL.Image import Image

CELL, GAP, ACROSS = 300, 20, 5
"""Side of an image and the space around it, px; images in a row."""
HEAD, SMALL, LINE, LINES = 20, 14, 19, 4
"""Letters of headings and of texts, height of a line of text, px; the most lines of one text."""
TINT = 150
"""How strongly a mask covers the image, of 255."""
TRUE, SAID, AGREED = COLOURS[1], COLOURS[0], COLOURS[4]
FILE = "examples.png"


@dataclass(frozen=True, eq=False)
class Shown:
    """What is drawn of a case."""

    texts: list[tuple[tuple[int, int, int] | None, str]]
    """(colour or None, words) below the image."""
    true: list[Sequence[float]] = field(default_factory=list)
    """True boxes, px."""
    said: list[Sequence[float]] = field(default_factory=list)
    """Predicted boxes, px."""
    truth: Bools | None = None
    """True mask, (H, W) bool, or None."""
    prediction: Bools | None = None
    """Predicted mask, (H, W) bool, or None."""


def chosen(values: Mapping[str, float], number: int, seed: int = 0) -> dict[str, list[str]]:
    """Ids of the best, the worst and random cases, as many as asked for or as there are.

    Chance orders equal values.

    Args:
        values: the measure of each case, by id.
        number: of each sort.
        seed: of chance.
    """
    names = list(values)
    random = [
        names[place] for place in np.random.default_rng(seed).permutation(len(names)).tolist()
    ]
    backwards = random[::-1]  # so that among equal values the best are not the random ones
    ranked = sorted(backwards, key=lambda name: -values[name])
    return {"best": ranked[:number], "worst": ranked[::-1][:number], "random": random[:number]}


def write_examples(
    target: Path,
    cases: Sequence[Case],
    records: Mapping[str, Record],
    result: Result,
    number: int,
    seed: int = 0,
) -> None:
    """Write the sheet as PNG; it appears whole or not at all.

    Args:
        target: the PNG.
        cases: those that were scored.
        records: their predictions.
        result: with the value of each case.
        number: of each sort.
        seed: of the random ones.

    Raises:
        OptionError: the number is below one, or no case has a value.
        OutputError: the file cannot be written.
    """
    if number < 1 or not result.per_case:
        raise OptionError(
            f"there are {len(result.per_case)} cases with a value, and {number} examples were asked"
            " for; both are to be 1 or more"
        )
    with Staging(target.parent) as stage:
        draw(cases, records, result, number, seed).save(stage.path(target.name), format="PNG")


def draw(
    cases: Sequence[Case], records: Mapping[str, Record], result: Result, number: int, seed: int = 0
) -> Image:
    """The sheet as an image.

    Args:
        cases: as in `write_examples`.
        records: as in `write_examples`.
        result: as in `write_examples`.
        number: as in `write_examples`.
        seed: as in `write_examples`.
    """
    from PIL import Image

    by_id = {case.id: case for case in cases}
    nearest = _nearest(cases, records) if result.work == "retrieval" else {}
    columns = min(ACROSS, number, len(result.per_case))
    width = max(GAP + columns * (CELL + GAP), 2 * CELL)
    strips = [_head(result, width)]
    for sort, ids in chosen(result.per_case, number, seed).items():
        strips.append(_heading(sort if sort == "random" else f"{sort} {result.measure}", width))
        for start in range(0, len(ids), columns):
            cells = [
                (by_id[key], shown(by_id[key], records[key], nearest.get(key, "")))
                for key in ids[start : start + columns]
            ]
            pairs = [
                (_picture(case.image, drawn), _words(case, drawn, result.per_case[case.id]))
                for case, drawn in cells
            ]
            tall = max(picture.height for picture, _ in pairs)
            strip = Image.new(
                "RGB",
                (width, tall + max(words.height for _, words in pairs) + GAP),
                overlay_panel.PAPER,
            )
            for place, (picture, words) in enumerate(pairs):
                x = GAP + place * (CELL + GAP)
                strip.paste(BLANK, (x, 0, x + CELL, tall))
                strip.paste(
                    picture, (x + (CELL - picture.width) // 2, (tall - picture.height) // 2)
                )
                strip.paste(words, (x, tall))
            strips.append(strip)
    sheet = Image.new("RGB", (width, sum(strip.height for strip in strips)), overlay_panel.PAPER)
    y = 0
    for strip in strips:
        sheet.paste(strip, (0, y))
        y += strip.height
    return sheet


def shown(case: Case, record: Record, nearest: str = "") -> Shown:
    """What is drawn of a case.

    Args:
        case: with its truth.
        record: what was said.
        nearest: of an image in retrieval, the caption found for it.
    """
    texts: list[tuple[tuple[int, int, int] | None, str]] = (
        [(None, case.question)] if case.question else []
    )
    if "error" in record:
        return Shown([*texts, (SAID, f"no answer: {record['error']}")])
    if case.work == "scene":
        return Shown([*texts, (TRUE, case.label), (SAID, ", ".join(_likely(record)) or "nothing")])
    if case.work in ("caption", "retrieval"):
        return Shown(
            [
                *texts,
                (TRUE, case.captions[0]),
                (SAID, nearest or record.get("text", "") or "nothing"),
            ]
        )
    if case.work in ("ground", "detect"):
        order = best_first(record)[: 1 if case.work == "ground" else len(case.things)]
        labels = (
            ", ".join(dict.fromkeys(thing.label for thing in case.things if thing.label))
            or "nothing"
        )
        names = record.get("names")
        said = (
            "nothing"
            if not order
            else ", ".join(dict.fromkeys(names[place] for place in order))
            if names
            else ""
        )
        texts += [(TRUE, labels)] + ([(SAID, said)] if said else [])
        return Shown(
            texts, [thing.box for thing in case.things], [record["boxes"][place] for place in order]
        )
    if case.work == "refer":
        truth = None if case.mask is None else case.mask()
        return Shown(texts, truth=truth, prediction=masks.decode(record["mask"]))
    texts += [(TRUE, caption) for caption in case.captions[:1]] + [
        (SAID, record.get("text", "") or "nothing")
    ]
    truth = _union([thing.mask() for thing in case.things if thing.mask is not None])
    return Shown(
        texts,
        truth=truth,
        prediction=_union([masks.decode(part["mask"]) for part in record.get("phrases", [])]),
    )


def _likely(record: Record) -> list[str]:
    """The first three classes with their probability."""
    probability = dict(record["labels"])
    return [f"{name} {probability[name]:.0%}" for name in ranked_classes(record)[:3]]


def _union(parts: Sequence[Bools]) -> Bools | None:
    return np.logical_or.reduce(parts) if parts else None


def _nearest(cases: Sequence[Case], records: Mapping[str, Record]) -> dict[str, str]:
    """The caption nearest to each image, of all captions."""
    answered = [
        (case, record)
        for case, record in ((case, records[case.id]) for case in cases)
        if "vector" in record
    ]
    if not answered:
        return {}
    captions = [caption for case, _ in answered for caption in case.captions]
    vectors = np.array(
        [vector for _, record in answered for vector in record["captions"]], np.float32
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = (np.array([record["vector"] for _, record in answered], np.float32) @ vectors.T).argmax(
        1
    )
    return {
        case.id: captions[place] for (case, _), place in zip(answered, found.tolist(), strict=True)
    }


def _head(result: Result, width: int) -> Image:
    """Title and legend."""
    from PIL import Image, ImageDraw

    strip = Image.new("RGB", (width, 3 * GAP + HEAD + SMALL), overlay_panel.PAPER)
    pen = ImageDraw.Draw(strip)
    title, letters = overlay_panel.legible(f"{result.title}, {result.split}: {result.system}", HEAD)
    pen.text(
        (GAP, GAP), shortened(title, letters, width - 2 * GAP), font=letters, fill=overlay_panel.INK
    )
    x, y = GAP, 2 * GAP + HEAD
    masked = result.work in ("refer", "grounded")
    words = {
        "truth alone" if masked else "truth": TRUE,
        "prediction alone" if masked else "prediction": SAID,
    }
    for name, colour in {**words, **({"both": AGREED} if masked else {})}.items():
        pen.rectangle((x, y, x + SMALL, y + SMALL), fill=colour)
        pen.text(
            (x + SMALL + 6, y), name, font=overlay_panel.font("", SMALL), fill=overlay_panel.INK
        )
        x += SMALL + 26 + round(overlay_panel.font("", SMALL).getlength(name))
    return strip


def _heading(words: str, width: int) -> Image:
    from PIL import Image, ImageDraw

    strip = Image.new("RGB", (width, HEAD + GAP), overlay_panel.PAPER)
    pen = ImageDraw.Draw(strip)
    pen.line((GAP, 0, width - GAP, 0), fill=BLANK, width=2)
    pen.text((GAP, 6), words, font=overlay_panel.font(words, HEAD - 2), fill=overlay_panel.INK)
    return strip


def _words(case: Case, drawn: Shown, value: float) -> Image:
    """The text below the image of a case."""
    from PIL import Image, ImageDraw

    small = overlay_panel.font("", SMALL)
    lines: list[tuple[tuple[int, int, int] | None, bool, str, Any]] = []
    for colour, text in drawn.texts:
        words, letters = overlay_panel.legible(text, SMALL)
        wrapped = overlay_panel.wrapped(words, letters, CELL - (0 if colour is None else SMALL + 2))
        if len(wrapped) > LINES:
            wrapped = [*wrapped[: LINES - 1], f"{wrapped[LINES - 1][:-1].rstrip()}…"]
        lines += [(colour, not place, line, letters) for place, line in enumerate(wrapped)]
    strip = Image.new("RGB", (CELL, 8 + LINE * (1 + len(lines))), overlay_panel.PAPER)
    pen = ImageDraw.Draw(strip)
    y, told = 8, f"{value:.2f}"
    name, letters = overlay_panel.legible(
        "".join(c if c.isprintable() else "?" for c in case.id), SMALL
    )
    pen.text(
        (0, y),
        shortened(name, letters, CELL - 20 - small.getlength(told)),
        font=letters,
        fill=overlay_panel.FAINT,
    )
    pen.text((CELL, y), told, font=small, fill=overlay_panel.INK, anchor="ra")
    for colour, first, line, letters in lines:
        y += LINE
        if colour is not None and first:
            pen.rectangle((0, y + 4, SMALL - 4, y + SMALL), fill=colour)
        pen.text(
            (0 if colour is None else SMALL + 2, y),
            line,
            font=letters,
            fill=overlay_panel.FAINT if colour is None else overlay_panel.INK,
        )
    return strip


def _picture(path: Path, drawn: Shown) -> Image:
    """The image with boxes and masks, its longer side `CELL` px.

    A blank where it cannot be read.
    """
    from PIL import Image, ImageDraw

    try:
        return _overlaid(path, drawn)
    except SceneError:
        blank = Image.new("RGB", (CELL, CELL // 2), BLANK)
        ImageDraw.Draw(blank).text(
            (CELL / 2, CELL / 4),
            "cannot be read",
            font=overlay_panel.font("", SMALL),
            fill=overlay_panel.FAINT,
            anchor="mm",
        )
        return blank


def _overlaid(path: Path, drawn: Shown) -> Image:
    from PIL import Image, ImageDraw

    with open_scene(path) as scene:
        info = scene.info
        shrink = max(info.width, info.height) / CELL
        width, height = max(1, round(info.width / shrink)), max(1, round(info.height / shrink))
        read = (min(info.width, 2 * width), min(info.height, 2 * height))
        pixels = scene.read(Window(info.box, *read, "preview", info.box)).pixels
    picture = Image.fromarray(np.ascontiguousarray(pixels)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    truth, said = drawn.truth, drawn.prediction
    nothing = np.zeros((info.height, info.width), bool)
    if truth is not None or said is not None:
        there, told = (nothing if mask is None else mask for mask in (truth, said))
        for colour, part in ((TRUE, there & ~told), (SAID, told & ~there), (AGREED, there & told)):
            alpha = Image.fromarray(part.astype(np.uint8) * TINT).resize(
                (width, height), Image.Resampling.BOX
            )
            picture.paste(Image.new("RGB", (width, height), colour), (0, 0), alpha)
    layer = Image.new("RGBA", (2 * width, 2 * height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    for colour, boxes, line in ((TRUE, drawn.true, 7), (SAID, drawn.said, 4)):
        for box in boxes:
            x0, y0, x1, y1 = (2 * value / shrink for value in box)
            x0, y0 = min(max(x0, 0), 2 * width - 8), min(max(y0, 0), 2 * height - 8)
            corners = (
                x0,
                y0,
                max(min(x1, 2 * width - 1), x0 + 6),
                max(min(y1, 2 * height - 1), y0 + 6),
            )
            pen.rectangle(
                (corners[0] - 1, corners[1] - 1, corners[2] + 1, corners[3] + 1),
                outline=(0, 0, 0, 130),
                width=line + 2,
            )
            pen.rectangle(corners, outline=(*colour, 255), width=line)
    layer = layer.resize((width, height), Image.Resampling.BOX)
    picture.paste(layer, (0, 0), layer)
    return picture
