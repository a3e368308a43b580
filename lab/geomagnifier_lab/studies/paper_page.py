"""The paper's tables as Markdown: claimed beside measured, then the slips of the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def page(tables: Mapping[str, Any], machine: str) -> str:
    """All tables that are there, each with a line that says what was measured.

    Args:
        tables: of `paper_tables.tables`.
        machine: what seconds were taken on.
    """
    parts = [f"# The paper's tables: claimed and measured\n\nSeconds: {machine}.\n"]
    for name, (title, what, columns) in PAGES.items():
        rows = tables.get(name)
        if rows:
            parts.append(f"## {title}\n\n{what}\n\n{markdown(rows, columns)}\n")
    listed = "\n".join(f"- {line}" for line in (*tables["unconfirmed"], *tables["not verified"]))
    return "\n".join([*parts, f"## Not confirmed, not verified\n\n{listed}\n"])


def markdown(rows: Sequence[Row], columns: Mapping[str, str]) -> str:
    """A table in Markdown.

    Args:
        rows: by column.
        columns: name in the row -> heading, perhaps with a format: "gIoU|.3f". What is None or
            missing is a dash.
    """
    heads = [heading.partition("|")[0] for heading in columns.values()]
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    for row in rows:
        cells = [
            _text(row.get(name), heading.partition("|")[2]) for name, heading in columns.items()
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _text(value: Any, form: str) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, float):
        return format(value, form or ".1f")
    return str(value).replace("|", "/")


PAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "preprocessing": (
        "Three preprocessings, three granularities",
        (
            "Percent. Image: top-1, mean of three scene sets. Region: AP50 of boxes, pixel: gIoU,"
            " frames of 4096 x 2160 px with the kind in one to three of twelve VHR-10 validation"
            " pictures, each frame asked for its own kind. The original: every tile at full size."
        ),
        {
            "granularity": "granularity",
            "preprocessing": "preprocessing",
            "way": "way",
            "claimed": "claimed",
            "measured": "measured",
            "metric": "metric",
            "n": "n",
            "share": "pixels / scene|.3f",
        },
    ),
    "scenes": (
        "Scene classes by size of the picture",
        (
            "Top-1 of the validation pictures. The model's scene head was learnt from 100 x 100 px"
            " alone; learnt: a head learnt anew on the training pictures at that size, over the"
            " same trunk."
        ),
        {
            "set": "set",
            "n": "n",
            "100 x 100": "100 x 100 px|.3f",
            "own size": "own size|.3f",
            "100 x 100, learnt": "100 x 100 px, learnt|.3f",
            "own size, learnt": "own size, learnt|.3f",
            "pixels": "px of the own size, mean|.0f",
        },
    ),
    "crops": (
        "Small objects by way of cropping",
        (
            "Percent of the objects below 32 x 32 px found, IoU of boxes 0.3 (strict: 0.5); 95 %:"
            " if frames are drawn anew; tiny: under 10 px long. Frames of 4096 x 2160 px, 192"
            " validation pictures a quarter as large, the kind in one to three of them. Random,"
            " grid and paper open equally large windows."
        ),
        {
            "granularity": "granularity",
            "way": "crops",
            "claimed": "claimed",
            "recall": "recall",
            "95 %": "95 %",
            "strict": "strict",
            "tiny": "tiny",
            "in windows": "in windows",
            "precision": "precision",
            "share": "pixels / scene|.3f",
            "objects": "objects",
            "tiny objects": "tiny ones",
            "n": "frames",
        },
    ),
    "compute": (
        "Cost at 4096 x 2160 px",
        (
            "Seconds from opening the file to the answer, the median of n frames; less: FLOP saved"
            " against looking everywhere (exhaustive)."
        ),
        {
            "granularity": "granularity",
            "way": "way",
            "Mpx": "Mpx|.3g",
            "share": "pixels / scene|.3g",
            "GFLOP": "GFLOP|.1f",
            "seconds": "seconds|.2f",
            "less": "less, %|.0f",
            "n": "n",
        },
    ),
    "case 1": (
        "Case 1: a ship and an airplane",
        (
            "Drawn scenes of 4096 x 2160 px, asked for all ships and airplanes. IoU in percent;"
            " found, of how many; false: neither of them."
        ),
        {
            "long": "px long",
            "airplane": "airplane",
            "search": "search",
            "ship IoU": "ship IoU",
            "airplane IoU": "airplane IoU",
            "mIoU": "mIoU",
            "ships": "ships",
            "airplanes": "airplanes",
            "of": "of",
            "false": "false",
            "share": "pixels / scene|.3f",
        },
    ),
    "ships alone": (
        "Case 1, asked for ships alone",
        "The airplane must be left out.",
        {
            "long": "px long",
            "ship IoU": "ship IoU",
            "ships": "ships",
            "airplanes": "airplanes",
            "of": "of",
            "false": "false",
        },
    ),
    "case 2": (
        "Case 2: describe and segment the ships",
        "Two ships and an airplane are there.",
        {
            "long": "px long",
            "seed": "seed",
            "ships": "ships found of 2",
            "false": "false",
            "ship IoU": "ship IoU|.3f",
            "text": "answer",
        },
    ),
    "courts": (
        "Tennis courts in one row and in two",
        "Six courts a row.",
        {
            "rows": "rows",
            "seed": "seed",
            "question": "question",
            "meant": "courts meant",
            "found": "found",
            "right": "right",
            "IoU": "IoU|.2f",
            "text": "answer",
        },
    ),
    "prompts": (
        "The text's own questions",
        (
            "Two ships and an airplane of 64 px are there, all ships are asked for. Level: as it"
            " was read, and as the text has it."
        ),
        {
            "question": "question",
            "search": "search",
            "level": "level",
            "meant": "in the text",
            "ships": "ships found of 2",
            "false": "false",
            "ship IoU": "ship IoU|.2f",
            "text": "answer",
        },
    ),
    "variants": (
        "Forms of the paper's search",
        (
            "Percent. Frames of 4096 x 2160 px with the class in one to three of twelve VHR-10"
            " validation pictures. As built: three windows apart, I' as one input, masks from C2,"
            " the logit as L, a bend in the pixel decoder; each other row changes what it says. In"
            " windows: objects that lie in a window of full size."
        ),
        {
            "granularity": "granularity",
            "variant": "variant",
            "metric": "metric",
            "measured": "measured",
            "in windows": "in windows",
            "share": "pixels / scene|.3f",
            "seconds": "seconds|.2f",
            "n": "frames",
        },
    ),
    "peers": (
        "Published figures of others",
        "Percent, as printed in the source that is named.",
        {
            "data": "data",
            "system": "system",
            "figures": "figures",
            "source": "read in",
            "note": "note",
        },
    ),
    "slips": (
        "Slips of the text",
        "Sections are those of the text.",
        {"where": "section", "says": "it says", "holds": "what holds"},
    ),
}
"""Table -> title, what was measured, columns."""
