"""README.md of a model folder with custom classes: what it knows, from what, and how well."""

from __future__ import annotations

from pathlib import Path

from geomagnifier import __version__
from geomagnifier.models.custom.model import CustomModel


def write_card(path: Path, model: CustomModel, base: str, source: Path) -> None:
    """Write the file.

    Args:
        path: of the file.
        model: with figures in `CustomClass.taught`.
        base: name of the model that was fine-tuned.
        source: labels of the last run.
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
            f" {told.get('pictures', 0)} images | {figures} | {told.get('held back', 0)}"
            " windows |"
        )
    lines = [
        "# A fine-tuned model",
        "",
        f"Made by geomagnifier {__version__}, `geomag train --from {base}`; the last classes were"
        f" trained on `{source.name}`.",
        "",
        "| class | synonyms | type | trained on | figures | measured on |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        "Recall and precision are of boxes at IoU 0.5; IoU is the mean over windows. Figures and"
        " thresholds come from windows that were held out; if",
        "there were none (0 windows), they come from the training images and say little.",
        "",
        "The files of the base model are in this folder unchanged. These classes answer exactly as"
        " before:",
        f"{', '.join(k for k in model.base.kinds if k not in model.own)}.",
        "",
        "Licence: the heads in `own.safetensors` are yours, under the terms of the images and"
        " labels they were trained on; the other files are",
        "under those of geomagnifier's weights.",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
