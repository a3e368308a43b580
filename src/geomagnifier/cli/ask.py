"""The command `geomag ask`: one question about one image."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from geomagnifier.cli import archives, stopping
from geomagnifier.cli.options import (
    AsJson,
    Asset,
    Bands,
    Bits,
    Bounds,
    Layer,
    Model,
    Segmenter,
    Zoom,
    load,
)
from geomagnifier.cli.printed_answer import print_answer
from geomagnifier.cli.progress import progress_bar
from geomagnifier.cli.scene_name import scene_name
from geomagnifier.errors import BoxError, OptionError, printable
from geomagnifier.inference import similar_pictures

SHEET = "similar.png"
"""File in the folder of an answer with images similar to the one that was asked about."""
JOURNAL = ".unfinished.sqlite"
"""File in the folder of an answer with the windows processed so far, until it is complete."""
EXAMPLES = (
    "Examples: [bold]geomag ask city.tif 'How many cars?' --json | jq"
    " .text[/bold]\n\n[bold]geomag ask country.tif 'Segment every ship.' --out ships/ --vector"
    " gpkg --max-memory '2 GB' --recall 0.95[/bold]\n\n[bold]geomag ask country.tif 'Segment"
    " every ship.' --out ships/ --vector gpkg --max-memory '2 GB' --recall 0.95"
    " --resume[/bold]\n\n[bold]geomag ask harbour.tif 'Find every ship.' --model"
    " Qwen/Qwen2.5-VL-3B-Instruct --segmenter facebook/sam2.1-hiera-base-plus[/bold]"
    "\n\n[bold]geomag ask search.json#ITEM 'Segment the water.' --asset visual[/bold]"
    "\n\n[bold]geomag ask 'xyz:https://host/{z}/{x}/{y}.jpg' 'Find every ship.' --zoom 17"
    " --bounds 9.9,53.5,9.95,53.54[/bold]"
)


def ask(
    image: Annotated[
        str,
        typer.Argument(
            help=(
                "GeoTIFF, COG, JPEG, PNG or JPEG2000; also a STAC item, an https:// or s3://"
                " address, tiles (xyz:, wmts:, wms:), MBTiles, GeoPackage (docs/sources.md)."
            )
        ),
    ],
    question: Annotated[str, typer.Argument(help="Plain English, such as 'Find every airplane.'")],
    box: Annotated[
        str | None,
        typer.Option(help="What the question is about, in pixels.", metavar="x0,y0,x1,y1"),
    ] = None,
    box_crs: Annotated[
        str | None,
        typer.Option(
            help=(
                "CRS of --box, such as EPSG:4326 (west,south,east,north), or 'scene' for the"
                " image's own."
            ),
            metavar="CRS",
        ),
    ] = None,
    aoi: Annotated[
        str | None,
        typer.Option(
            help=(
                "Area to search in place of the whole image: a file of polygons, WKT, or"
                " west,south,east,north."
            ),
            metavar="FILE|WKT|BOX",
        ),
    ] = None,
    aoi_crs: Annotated[
        str | None,
        typer.Option(
            help="CRS of --aoi where it is given in numbers or WKT: EPSG:4326, 'scene' or 'px'.",
            metavar="CRS",
        ),
    ] = None,
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    bands: Bands = None,
    asset: Asset = None,
    layer: Layer = None,
    zoom: Zoom = None,
    bounds: Bounds = None,
    search: Annotated[
        str,
        typer.Option(
            help="adaptive (closely only where it pays), paper, exhaustive; random, grid, shrink."
        ),
    ] = "adaptive",
    variant: Annotated[
        str | None,
        typer.Option(
            help=(
                "Form of --search paper, or several joined by +: hull, separate, coarse masks,"
                " cross entropy, linear decoder."
            ),
            metavar="NAME",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            help="The most to spend: '4 Mpx' or '20 s'; what it does not reach is listed.",
            metavar="AMOUNT",
        ),
    ] = None,
    recall: Annotated[
        float | None,
        typer.Option(
            help=(
                "Share of all objects of a class that is to be found, such as 0.95; takes longer,"
                " and finds more false ones."
            )
        ),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(help="Every candidate above this score, instead of the calibrated choice."),
    ] = None,
    max_memory: Annotated[
        str | None,
        typer.Option(
            help=(
                "Most memory of this process, '1.5 GB'; large scenes are then looked at in smaller"
                " views."
            ),
            metavar="AMOUNT",
        ),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(
            help=(
                "An index of geomag index, for questions such as 'Find images similar to this one.'"
            ),
            metavar="INDEX",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for answer.json, regions, mask and pictures.", metavar="DIR"),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with an answer in --out that was stopped or killed."),
    ] = False,
    vector: Annotated[
        Literal["geojson", "gpkg"], typer.Option(help="Format of the regions.")
    ] = "geojson",
    out_crs: Annotated[
        str | None,
        typer.Option(
            help=(
                "CRS of the regions, such as EPSG:3857; else longitude and latitude, of a"
                " GeoPackage the image's."
            ),
            metavar="CRS",
        ),
    ] = None,
    oriented: Annotated[
        bool, typer.Option("--oriented", help="Regions as oriented boxes, with their headings.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Answer QUESTION about IMAGE.

    Ctrl-C ends the search: what was seen is answered, and --resume goes on.
    """
    import geomagnifier as gm
    from geomagnifier import ask_arguments
    from geomagnifier.atomic import check_writable
    from geomagnifier.export.vectors import Form

    if index is not None:
        if not similar_pictures.asked(question):
            raise OptionError(
                "--index is for questions that search for pictures like this one, as in 'Find"
                " images similar to this one.'"
            )
        archives.search(
            index,
            image=Path(image),
            model=model,
            segmenter=segmenter,
            bits=bits,
            as_json=as_json,
            out=out and out / SHEET,
        )
        return
    corners = _read_box(box)
    if resume and out is None:
        raise OptionError("--resume goes on with what lies in a folder; name it with --out")
    if out is None and (out_crs is not None or oriented):
        raise OptionError(
            "--out-crs and --oriented are of the regions that --out writes; name a folder with"
            " --out"
        )
    if out is not None:
        check_writable(out)
    journal = None if out is None else out / JOURNAL
    if journal is not None and not resume and journal.is_file():
        journal.unlink()
    with (
        gm.open_scene(scene_name(image, asset, zoom, bounds, layer), bands=bands) as scene,
        progress_bar() as show_progress,
        stopping.stop_after_window() as pressed,
    ):
        # Wrong options are refused here, before the model is loaded, which takes a while.
        ask_arguments.checked(
            scene.info,
            question,
            corners,
            search,
            budget,
            recall,
            min_score,
            max_memory,
            box_crs,
            variant,
            aoi,
            aoi_crs,
        )
        Form(out_crs).check(scene.info, vector)
        reached = [(0, 0)]

        def progress(done: int, known: int) -> bool:
            show_progress(done, known)
            reached[0] = done, known
            return not pressed.is_set()

        answer = gm.ask(
            scene,
            question,
            load(model, segmenter, bits),
            box=corners,
            box_crs=box_crs,
            aoi=aoi,
            aoi_crs=aoi_crs,
            search=search,
            budget=budget,
            recall=recall,
            min_score=min_score,
            max_memory=max_memory,
            journal=journal,
            progress=progress,
            variant=variant,
        )
    written = (
        gm.write(answer, out, vector=vector, crs=out_crs, oriented=oriented)
        if out is not None
        else {}
    )
    if as_json:
        from geomagnifier.export.write import to_json

        print(printable(json.dumps(to_json(answer), ensure_ascii=False)))
    else:
        print_answer(answer)
        for path in written.values():
            print(printable(str(path)))
    if not answer.stopped:
        if journal is not None:
            journal.unlink(missing_ok=True)
        return
    done, known = reached[0]
    how = (
        "the same command with --resume goes on"
        if out is not None
        else "with --out it could be gone on with"
    )
    print(f"geomag: stopped after {done} of {known} windows known so far; {how}", file=sys.stderr)
    raise typer.Exit(130)


def _read_box(text: str | None) -> tuple[float, float, float, float] | None:
    """Parse x0,y0,x1,y1.

    Raises:
        BoxError: the text is not four numbers.
    """
    if text is None:
        return None
    try:
        x0, y0, x1, y1 = (float(part) for part in text.replace(" ", ",").split(",") if part)
    except ValueError:
        raise BoxError(
            f"--box {text!r} is not four numbers; write x0,y0,x1,y1 in pixels, or use --box-crs"
        ) from None
    return x0, y0, x1, y1
