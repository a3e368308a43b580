"""The command `geomag ask`: one question about one image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from geomagnifier.cli import archives, stopping
from geomagnifier.cli.messages import say
from geomagnifier.cli.options import (
    AsJson,
    Asset,
    Bands,
    Bits,
    Bounds,
    Detector,
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
from geomagnifier.language import chinese_text
from geomagnifier.translation import set_language

SHEET = "similar.png"
"""File in the folder of an answer with images similar to the one that was asked about."""
JOURNAL = ".unfinished.sqlite"
"""File in the folder of an answer with the windows processed so far, until it is complete."""
EXAMPLES = (
    "Examples: [bold]geomag ask city.tif 'How many cars?' --json | jq"
    " .text[/bold]\n\n[bold]geomag ask city.tif --point 11.57,48.14 --point-crs EPSG:4326 --out"
    " clicked/[/bold]\n\n[bold]geomag ask country.tif 'Segment every ship.' --out ships/ --vector"
    " gpkg --max-memory '2 GB' --recall 0.95[/bold]\n\n[bold]geomag ask country.tif 'Segment"
    " every ship.' --out ships/ --vector gpkg --max-memory '2 GB' --recall 0.95"
    " --resume[/bold]\n\n[bold]geomag ask harbour.tif 'Find every ship.' --model"
    " Qwen/Qwen2.5-VL-3B-Instruct --segmenter facebook/sam2.1-hiera-base-plus[/bold]"
    "\n\n[bold]geomag ask field.tif 'How many palms are within 50 m of the road?' --detector"
    " palms.onnx[/bold]"
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
    question: Annotated[
        str | None,
        typer.Argument(
            help=(
                "A question in English or Chinese, such as 'Find every airplane.'; not needed with"
                " --point."
            )
        ),
    ] = None,
    box: Annotated[
        str | None,
        typer.Option(help="Box that the question refers to, in pixels.", metavar="x0,y0,x1,y1"),
    ] = None,
    box_crs: Annotated[
        str | None,
        typer.Option(
            help=(
                "CRS of --box, such as EPSG:4326 (west,south,east,north), or 'scene' for "
                "the CRS of the image."
            ),
            metavar="CRS",
        ),
    ] = None,
    point: Annotated[
        str | None,
        typer.Option(
            help="Segment what lies at this point, in pixels, of any class or of those asked for.",
            metavar="x,y",
        ),
    ] = None,
    point_crs: Annotated[
        str | None,
        typer.Option(
            help="CRS of --point, such as EPSG:4326 (longitude,latitude), or 'scene'.",
            metavar="CRS",
        ),
    ] = None,
    aoi: Annotated[
        str | None,
        typer.Option(
            help=("Search this area only: a file of polygons, WKT, or west,south,east,north."),
            metavar="FILE|WKT|BOX",
        ),
    ] = None,
    aoi_crs: Annotated[
        str | None,
        typer.Option(
            help="CRS of --aoi when it is numbers or WKT: EPSG:4326, 'scene' or 'px'.",
            metavar="CRS",
        ),
    ] = None,
    model: Model = "small",
    detector: Detector = None,
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
            help=(
                "How to choose windows: adaptive (full resolution only where it helps), "
                "exhaustive, paper; random, grid and shrink are baselines."
            )
        ),
    ] = "adaptive",
    variant: Annotated[
        str | None,
        typer.Option(
            help=(
                "Variant of --search paper, or several joined by +: hull, separate, coarse "
                "masks, cross entropy, linear decoder."
            ),
            metavar="NAME",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            help=("Stop after this much: '4 Mpx' or '20 s'. Windows that were skipped are listed."),
            metavar="AMOUNT",
        ),
    ] = None,
    recall: Annotated[
        float | None,
        typer.Option(help=("Recall to aim for, such as 0.95; slower, with more false detections.")),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(
            help=("Keep every detection above this score, in place of the calibrated thresholds.")
        ),
    ] = None,
    max_memory: Annotated[
        str | None,
        typer.Option(
            help=(
                "Memory limit of this process, such as '1.5 GB'; large scenes are then "
                "read in smaller windows."
            ),
            metavar="AMOUNT",
        ),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(
            help=("An index made by geomag index, for 'Find images similar to this one.'"),
            metavar="INDEX",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for answer.json, the regions, the mask and the overlays.", metavar="DIR"
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Continue the answer in --out that was stopped or killed."),
    ] = False,
    vector: Annotated[
        Literal["geojson", "gpkg"], typer.Option(help="File format of the regions.")
    ] = "geojson",
    out_crs: Annotated[
        str | None,
        typer.Option(
            help=(
                "CRS of the regions, such as EPSG:3857. Default: GeoJSON in longitude and "
                "latitude, GeoPackage in the CRS of the image."
            ),
            metavar="CRS",
        ),
    ] = None,
    oriented: Annotated[
        bool,
        typer.Option("--oriented", help="Write regions as oriented boxes with their headings."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Answer QUESTION about IMAGE.

    Ctrl-C stops the search and answers from the windows searched so far; --resume continues.
    """
    import geomagnifier as gm
    from geomagnifier import ask_arguments, point_prompt
    from geomagnifier.atomic import check_writable
    from geomagnifier.export.vectors import Form
    from geomagnifier.raster.box_input import scene_point

    set_language(chinese_text.message_language(question or ""))
    at = _read_point(point, point_crs)
    if at is not None and (
        any(
            given is not None
            for given in (box, detector, aoi, variant, budget, recall, min_score, max_memory, index)
        )
        or resume
        or search != "adaptive"
    ):
        raise OptionError(
            "--point is answered from a small window round the point; of the other options only"
            " --point-crs, --model, --segmenter, --bits, --bands and those of --out go with it"
        )
    if question is None and at is None:
        raise OptionError(
            "there is no question; write one after the image, such as 'Find every ship.', or give a"
            " point with --point"
        )
    words = question or ""
    if index is not None:
        if not similar_pictures.asked(words):
            raise OptionError(
                "--index is only for questions about similar images, such as 'Find images "
                "similar to this one.'; drop it, or ask that"
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
        raise OptionError("--resume continues the answer in a folder; name the folder with --out")
    if out is None and (out_crs is not None or oriented):
        raise OptionError(
            "--out-crs and --oriented change the regions that --out writes; name a "
            "folder with --out"
        )
    if out is not None:
        check_writable(out)
    journal = None if out is None else out / JOURNAL
    if journal is not None and not resume and journal.is_file():
        journal.unlink()
    with (
        gm.open_scene(scene_name(image, asset, zoom, bounds, layer), bands=bands) as scene,
        progress_bar("windows") as show_progress,
        stopping.stop_after_window() as pressed,
    ):
        # Wrong options are refused here, before the model is loaded, which takes a while.
        ask_arguments.checked(
            scene.info,
            words if at is None or question is not None else point_prompt.OBJECTS,
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

        if at is not None:
            scene_point(at, scene.info, point_crs)
        loaded = load(model, segmenter, bits, detector)
        answer = (
            gm.segment_at(
                scene, at, loaded, point_crs=point_crs, question=question, progress=progress
            )
            if at is not None
            else gm.ask(
                scene,
                words,
                loaded,
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
        "to continue, run the same command with --resume"
        if out is not None
        else "use --out DIR to be able to continue later"
    )
    say(f"stopped after {done} of {known} windows planned so far; {how}")
    raise typer.Exit(130)


def _read_point(text: str | None, crs: str | None) -> tuple[float, float] | None:
    """Parse x,y.

    Raises:
        BoxError: the text is not two numbers.
        OptionError: a CRS without a point.
    """
    if text is None:
        if crs is not None:
            raise OptionError(f"--point-crs {crs} says what a point is given in; give --point, too")
        return None
    try:
        x, y = (float(part) for part in text.replace(" ", ",").split(",") if part)
    except ValueError:
        raise BoxError(
            f"--point {text!r} is not two numbers; write x,y in pixels, or use --point-crs"
        ) from None
    return x, y


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
            f"--box {text!r} is not four numbers; write x0,y0,x1,y1 in pixels, or in the CRS"
            " that --box-crs names"
        ) from None
    return x0, y0, x1, y1
