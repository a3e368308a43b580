"""The commands `geomag index` and `geomag search`, over archives of images."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geomagnifier.cli.messages import say
from geomagnifier.cli.options import AsJson, Asset, Bits, Model, Segmenter, load
from geomagnifier.cli.progress import progress_bar
from geomagnifier.errors import GeomagError, GeomagWarning, OptionError, SceneNotFound, printable
from geomagnifier.language import chinese_text
from geomagnifier.translation import set_language, translated

if TYPE_CHECKING:
    from geomagnifier.export.search_hit import Hit
    from geomagnifier.export.stac import ItemAnswer
    from geomagnifier.model_protocol import Model as AnyModel
    from geomagnifier.retrieval import Hits

SHOWN = 5
"""Skipped images that are printed one by one; more are counted."""
OUTPUTS = (".png", ".html", ".geojson", ".json")
"""Suffixes of --out of a search."""
INDEX_EXAMPLES = (
    "Examples: [bold]geomag index scenes/ --to scenes.index[/bold]\n\n[bold]geomag index items.json"
    " --to items.index[/bold]"
)
SEARCH_EXAMPLES = (
    "Examples: [bold]geomag search photos/ 'a harbor with many boats' --out"
    " sheet.png[/bold]\n\n[bold]geomag search photos/ --image quay.jpg --top 5 --json | jq"
    " .hits[/bold]\n\n[bold]geomag search scenes.index 'a stadium beside a river' --near"
    " 11.57,48.14 --after 2023 --out found.html[/bold]\n\n[bold]geomag search scenes.index --bbox"
    " 11.4,48.0,11.8,48.3 --out footprints.geojson[/bold]\n\n[bold]geomag search scenes.index 'a"
    " harbor' --ask 'How many ships?' --out items.json[/bold]"
)


def index(
    archive: Annotated[
        Path,
        typer.Argument(
            help=(
                "Folder of images, searched with its subfolders, or a STAC file (items or catalog)."
            ),
            metavar="FOLDER|ITEMS.json",
        ),
    ],
    to: Annotated[
        Path,
        typer.Option(
            help="Folder of the index; created, or updated if it exists.", metavar="INDEX"
        ),
    ],
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    asset: Asset = None,
    as_json: AsJson = False,
) -> None:
    """Index an archive for `geomag search`, or update its index.

    Stop it at any time; the same command continues.
    """
    from geomagnifier import retrieval
    from geomagnifier.atomic import check_writable

    retrieval.gather(
        archive, asset
    )  # so that a wrong archive is refused before the model is loaded
    check_writable(to)
    with progress_bar("images") as progress:
        report = retrieval.update(archive, to, load(model, segmenter, bits), progress, asset)
    if as_json:
        facts = {
            "index": str(to),
            "pictures": report.pictures,
            "read": report.read,
            "removed": report.removed,
            "unreadable": _reasons(report.unreadable),
        }
        print(printable(json.dumps(facts, ensure_ascii=False)))
        return
    _print_skipped(report.unreadable)
    print(
        translated(
            f"{report.pictures} images: {report.read} new or changed,"
            f" {report.pictures - report.read} unchanged, {report.removed} removed"
        )
    )
    print(to)


def search(
    target: Annotated[
        Path,
        typer.Argument(
            help=(
                "An index made by geomag index (fast), or a folder of images or a STAC "
                "file (slower)."
            ),
            metavar="INDEX|FOLDER|ITEMS.json",
        ),
    ],
    words: Annotated[
        str | None, typer.Argument(help="What the images should show, in plain English.")
    ] = None,
    image: Annotated[
        Path | None, typer.Option(help="Find images that look like this one.", metavar="FILE")
    ] = None,
    near: Annotated[
        str | None,
        typer.Option(
            help=("Only images near this point, in degrees; without WORDS the nearest come first."),
            metavar="LON,LAT",
        ),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option(help="Largest distance from --near; default '10 km'.", metavar="DISTANCE"),
    ] = None,
    bbox: Annotated[
        str | None,
        typer.Option(
            help="Only images whose footprint touches this box, in degrees.", metavar="W,S,E,N"
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(
            help="Only images taken at this date or later: 2024, 2024-05 or 2024-05-31.",
            metavar="DATE",
        ),
    ] = None,
    before: Annotated[
        str | None, typer.Option(help="Only images taken before this date.", metavar="DATE")
    ] = None,
    top: Annotated[int, typer.Option(help="Number of images to return.")] = 12,
    ask: Annotated[
        str | None,
        typer.Option(
            help=(
                "Ask this question about every image found; the answers go into --out items.json."
            ),
            metavar="QUESTION",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Write the images found: a contact sheet (.png or .html), footprints "
                "(.geojson) or STAC items (.json)."
            ),
            metavar="FILE",
        ),
    ] = None,
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    as_json: AsJson = False,
) -> None:
    """Search an archive by words or by an example image, and by place and date.

    The best matches come first.
    """
    import geomagnifier as gm
    from geomagnifier import retrieval
    from geomagnifier.atomic import check_writable
    from geomagnifier.retrieval import query as parser

    set_language(chinese_text.message_language(words or ask or ""))
    if (words is not None and image is not None) or (
        words is None and image is None and not (near or bbox or after or before)
    ):
        raise OptionError(
            "give WORDS or --image, not both; or only --near, --bbox, --after or --before,"
            " which also narrow a search by WORDS or --image"
        )
    if top < 1:
        raise OptionError(f"--top is the number of images to return, at least 1, not {top}")
    if within is not None and near is None:
        raise OptionError("--within is the distance from --near; add --near LON,LAT")
    _check_out(out, ask)
    if out is not None:
        check_writable(out.parent)
    place = None if near is None else parser.read_place(near)
    metres = parser.NEAR if within is None else parser.read_distance(within)
    box = None if bbox is None else parser.read_box(bbox)
    since, until = (None if text is None else parser.read_date(text) for text in (after, before))
    if near or bbox or after or before:  # a wrong place or time is refused before the model loads
        retrieval.SearchQuery(None, place, metres, box, since, until)
    if not target.exists():
        raise SceneNotFound(
            f"{target} does not exist; name a folder of images, an index or a STAC file"
        )
    vector = None
    if image is not None:
        with gm.open_scene(image) as scene:
            loaded = load(model, segmenter, bits)
            vector = gm.embed(scene, loaded)
    else:
        loaded = load(model, segmenter, bits)
    if words is not None:
        vector = gm.embed(words, loaded)
    wanted = retrieval.SearchQuery(vector, place, metres, box, since, until)
    with progress_bar("images") as progress:
        found = retrieval.search(target, wanted, loaded, top, progress)
    if not found.complete:
        warnings.warn(
            f"the index {target} is not complete: only {found.pictures} images were searched;"
            " geomag index continues it",
            GeomagWarning,
            stacklevel=2,
        )
    query = (
        image
        or words
        or " ".join(
            f"{name} {text}" for name, text in _given(near, within, bbox, after, before).items()
        )
    )
    answers = _answers(found.hits, ask, loaded, out) if ask is not None and out is not None else []
    if out is not None:
        _write(out, query, found.hits, answers)
    _print(query, found, answers, out, as_json)


def _given(
    near: str | None, within: str | None, bbox: str | None, after: str | None, before: str | None
) -> dict[str, str]:
    given = {"near": near, "within": within, "in": bbox, "after": after, "before": before}
    return {name: text for name, text in given.items() if text is not None}


def _check_out(out: Path | None, ask: str | None) -> None:
    if out is not None and out.suffix.lower() not in OUTPUTS:
        raise OptionError(
            "--out is a contact sheet (.png, .html), footprints (.geojson) or STAC items (.json),"
            f" not {out.name}; name it for example {out.with_suffix('.png').name}"
        )
    if ask is not None and (out is None or out.suffix.lower() != ".json"):
        raise OptionError("--ask writes its answers into STAC items; add --out items.json")
    if ask is not None and not ask.strip():
        raise OptionError("--ask is empty; write a question, such as 'How many ships?'")


def _answers(
    hits: Sequence[Hit], question: str, model: AnyModel, out: Path
) -> list[ItemAnswer | None]:
    """Ask every hit and write its answer into a folder beside the STAC items.

    Returns:
        An answer for each hit; None for an image that cannot be asked.
    """
    import geomagnifier as gm
    from geomagnifier.export.answer_json import value
    from geomagnifier.export.stac import ItemAnswer

    made: list[ItemAnswer | None] = []
    with progress_bar("answers") as progress:
        for number, hit in enumerate(hits, 1):
            try:
                with gm.open_scene(hit.path) as scene:
                    answer = gm.ask(scene, question, model)
                files = gm.write(answer, out.with_suffix("") / f"{number:03d}-{hit.path.stem}")
                count = len(answer.regions) if answer.granularity != "image" else None
                made.append(
                    ItemAnswer(question, answer.text, count, files, value(answer), answer.unit)
                )
            except GeomagError as error:
                if number == 1:  # the question itself is wrong, or the disk full
                    raise
                made.append(None)
                say(f"no answer for {hit.path}: {error}")
            progress(number, len(hits))
    return made


def _write(
    out: Path, query: str | Path, hits: Sequence[Hit], answers: Sequence[ItemAnswer | None]
) -> None:
    from geomagnifier.export import contact_page, contact_sheet, hit_layer, stac

    suffix = out.suffix.lower()
    if suffix == ".png":
        contact_sheet.write_sheet(out, query, hits)
    elif suffix == ".html":
        contact_page.write_page(out, query, hits)
    elif suffix == ".json":
        stac.write_items(out, hits, answers)
    elif nowhere := hit_layer.write_layer(out, query, hits):
        warnings.warn(
            f"{nowhere} of {len(hits)} images have no georeferencing, so no footprint was"
            " written for them",
            GeomagWarning,
            stacklevel=2,
        )


def _print(
    query: str | Path,
    found: Hits,
    answers: Sequence[ItemAnswer | None],
    out: Path | None,
    as_json: bool,
) -> None:
    from geomagnifier.export.contact_sheet import measure
    from geomagnifier.export.search_hit import to_json

    if as_json:
        hits = [to_json(hit) for hit in found.hits]
        for hit_json, answer in zip(hits, answers, strict=False):
            fields = {"answer": "text", "count": "count", "value": "value", "unit": "unit"}
            hit_json |= {
                name: None if answer is None else getattr(answer, field)
                for name, field in fields.items()
            }
        result = {
            "query": printable(str(query)),
            "hits": hits,
            "unreadable": _reasons(found.unreadable),
            "complete": found.complete,
        }
        print(printable(json.dumps(result, ensure_ascii=False)))
        return
    for number, hit in enumerate(found.hits):
        score = measure(hit) if hit.score is None else f"{hit.score:.3f}"
        part = (
            ""
            if hit.tile is None
            else f"  px {','.join(str(round(side)) for side in hit.tile.tuple())}"
        )
        print(f"{score}{'  ' if score else ''}{printable(str(hit.path))}{part}")
        answer = answers[number] if number < len(answers) else None
        if answer is not None:
            print(printable(f"       {answer.text}"))
    if not found.hits:
        say(f"none of {found.pictures} images matches; widen --within, --bbox or the dates")
    _print_skipped(found.unreadable)
    if out is not None:
        print(out)


def _print_skipped(unreadable: Sequence[tuple[Path, str]]) -> None:
    for path, reason in unreadable[:SHOWN]:
        say(f"skipped {path}: {reason}")
    if len(unreadable) > SHOWN:
        say(f"skipped {len(unreadable) - SHOWN} more; --json lists them all")


def _reasons(unreadable: Sequence[tuple[Path, str]]) -> list[dict[str, str]]:
    return [
        {"path": printable(str(path)), "reason": printable(reason)} for path, reason in unreadable
    ]
