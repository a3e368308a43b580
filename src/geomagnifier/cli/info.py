"""The command `geomag info`: what a model knows or needs, and what a raster is."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from geomagnifier import __version__
from geomagnifier.cli import describe
from geomagnifier.cli.options import (
    AsJson,
    Asset,
    Bands,
    Bounds,
    Layer,
    Model,
    Segmenter,
    Zoom,
    full_size,
    load,
)
from geomagnifier.cli.scene_name import scene_name
from geomagnifier.errors import OptionError, printable
from geomagnifier.translation import gettext as _
from geomagnifier.translation import translated

EXAMPLES = (
    "Examples: [bold]geomag info harbour.tif[/bold]\n\n[bold]geomag info --model"
    " Qwen/Qwen2.5-VL-3B-Instruct --segmenter facebook/sam2.1-hiera-base-plus[/bold]"
)


def info(
    image: Annotated[str | None, typer.Argument(help="An image to describe as well.")] = None,
    model: Model = "small",
    segmenter: Segmenter = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="Text encoder that a vision-language model is trained with.", metavar="NAME|DIR"
        ),
    ] = None,
    bands: Bands = None,
    asset: Asset = None,
    layer: Layer = None,
    zoom: Zoom = None,
    bounds: Bounds = None,
    as_json: AsJson = False,
) -> None:
    """Describe the model: its classes or, for a vision-language model, the memory it needs.

    With IMAGE, describe that raster as well.
    """
    from dataclasses import asdict

    import geomagnifier as gm
    from geomagnifier.models import checksums
    from geomagnifier.models.registry import folder_of, is_full_size

    facts: dict[str, Any] = {"version": __version__}
    rows: describe.Rows = []
    if image is not None:
        with gm.open_scene(scene_name(image, asset, zoom, bounds, layer), bands=bands) as scene:
            facts["scene"] = asdict(scene.info) | asdict(scene.layout)
            rows += describe.raster(scene.info, scene.layout)
    if full := is_full_size(model):
        with full_size():
            from geomagnifier.models.full import memory_estimate
        facts["model"] = memory_estimate.describe(model, segmenter, language)
    elif language is not None:
        raise OptionError(
            "--language applies to vision-language models only; drop it, or name one "
            "with --model OWNER/NAME"
        )
    else:
        # Loading compares the files with their checksums, so that the fingerprint is that of them.
        whole = checksums.fingerprint(folder_of(model))
        spec = load(model, segmenter).spec
        weights = f"whole, {whole}" if whole else f"without {checksums.SUMS}"
        facts["model"] = asdict(spec) | {"weights": weights}
        rows += describe.model(spec, translated(weights))
    if as_json:
        print(json.dumps(facts))
        return
    from rich.cells import cell_len
    from rich.console import Console

    if full:
        left_out = ("parameters", "memory", "free", "device")
        named = {
            name: value
            for name, value in facts["model"].items()
            if value is not None and name not in left_out
        }
        rows += [(name, printable(str(value))) for name, value in named.items()]
    console = Console(highlight=False, emoji=False, markup=False)
    for name, line in rows:
        console.print(f"{name}{' ' * max(11 - cell_len(name), 1)}{line}", soft_wrap=True)
    if full:
        _show_memory(facts["model"])


def _show_memory(facts: dict[str, Any]) -> None:
    """Print parameters by part, and memory by dtype: weights, at work, and whether it fits here."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    parts, totals = (Table(box=None, padding=(0, 2, 0, 0)) for _ in range(2))
    for table, headings in (
        (parts, (_("part"), _("parameters"))),
        (totals, (_("weights in"), _("weights"), _("in use"), _("fits here"))),
    ):
        for number, heading in enumerate(headings):
            table.add_column(heading, justify="right" if number else "left")
    for part, number in facts["parameters"].items():
        parts.add_row(part, f"{number / 1e6:,.1f} M")
    for dtype, figures in facts["memory"].items():
        sizes = (figures["weights"], figures["weights"] + figures["working"])
        totals.add_row(
            dtype,
            *(f"{size / 1e9:.1f} GB" for size in sizes),
            _("yes") if figures["fits"] else _("no"),
        )
    console.print(parts)
    console.print(totals)
    console.print(
        translated(
            f'{facts["free"] / 1e9:.1f} GB are free on {facts["device"]}; "in use" is an estimate,'
            " right within a factor of two"
        )
    )
