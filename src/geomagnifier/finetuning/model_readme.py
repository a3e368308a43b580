"""README.md of a model folder with taught kinds: what it knows, from what, and how well."""

from __future__ import annotations

from pathlib import Path

from geomagnifier import __version__
from geomagnifier.models.custom.model import TaughtModel


def write_card(path: Path, model: TaughtModel, base: str, source: Path) -> None:
    """Write it.

    Args:
        path: of the file.
        model: with figures in `OwnKind.taught`.
        base: what was taught.
        source: of the labels of the last lesson.
    """
    rows = []
    for kind in model.own.values():
        told = kind.taught
        figures = (
            ", ".join(
                f"{name} {value:.2f}" for name, value in told.items() if isinstance(value, float)
            )
            or "-"
        )
        sort = "land cover" if kind.stuff else "objects" if kind.masks else "objects, boxes only"
        also = ", ".join(one for one, _ in kind.words[1:]) or "-"
        rows.append(
            f"| {kind.name} | {also} | {sort} | {told.get('objects', 0)} in"
            f" {told.get('pictures', 0)} pictures | {figures} | {told.get('held back', 0)}"
            " windows |"
        )
    path.write_text(
        f"""# A model with kinds of its own

Made by geomagnifier {__version__}, `geomag train --from {base}`; the last lesson was taught from `{source.name}`.

| kind | also called | sort | taught from | figures | measured on |
|---|---|---|---|---|---|
{chr(10).join(rows)}

Recall and precision are of boxes at IoU 0.5, IoU is the mean over windows. Figures and thresholds are of windows that were held back; where
there were none (0 windows) they are of the pictures learnt from, and say little.

The model that was taught is in this folder as it was, byte for byte. These kinds are answered exactly as before:
{", ".join(k for k in model.base.kinds if k not in model.own)}.

Licence: the heads in `own.safetensors` are yours, under the terms of the pictures and labels they were taught from; the other files are
under those of geomagnifier's weights.
""",
        encoding="utf-8",
    )
