"""`geomag bench archive`: seconds of a query to an index of many scenes, by words, place and time.

Vectors and footprints are made up, the table is LanceDB's as `geomag index` writes it: every fourth
scene is a large one with 16 tiles, so that 10,000 scenes are 50,000 rows. Hits are compared with
those of the same search in plain numpy.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.errors import OptionError
from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import embed
from geomagnifier.raster.footprint import outlines
from geomagnifier.retrieval import Index, SearchQuery, open_index
from geomagnifier.retrieval import index_table as rows
from geomagnifier.retrieval.discovery import Picture
from geomagnifier.retrieval.embeddings import Looked, Vector, tiles
from geomagnifier.retrieval.index import PROBE, TABLE, Manifest, connect, write_manifest
from geomagnifier.types import Floats, SceneInfo
from geomagnifier_lab.bench.cost import machine

SCENES = 10_000
SMALL, LARGE = 1000, 2400
"""Side of a small and of a large scene, px of 0.5 m."""
EVERY = 4
"""One scene in so many is large."""
TOP = 12
COMPARED = 5
"""Queries of each sort that are compared with numpy, which takes a second each."""
COLD = "import sys; from geomagnifier_lab.bench.archive import cold; cold(sys.argv[1])"


def bench(
    model: Model,
    scenes: int = SCENES,
    repeats: int = 20,
    progress: Callable[[int, int], object] | None = None,
) -> dict[str, Any]:
    """Time queries to an index of made-up scenes.

    Args:
        model: whose vectors of sentences are looked for.
        scenes: in the index.
        repeats: timed queries of each sort, each of another sentence, place and time.
        progress: called with (sorts done, sorts in all).

    Returns:
        {"what", "rows": [{"query", "ms", "slowest ms", "processor ms", "hits", "recall"}]}: median
        and slowest milliseconds, the median of processor time, the mean number of hits, and the
        share of the hits of an exact search in numpy that were found (None where nothing is ranked
        by similarity).

    Raises:
        OptionError: fewer than one scene or repeat.
        LibraryMissing: the extra `archive` is not installed.
    """
    if scenes < 1 or repeats < 1:
        raise OptionError(f"scenes and repeats are numbers from 1, not {scenes} and {repeats}")
    draw = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        index, vectors, hits = made(Path(folder) / "made.index", model, scenes, draw)
        sentences = [f"picture {i} of a harbor with {i} boats" for i in range(repeats)]
        measured = [_words(model, sentences), _cold(index, repeats)]
        queries = [embed(sentence, model) for sentence in sentences]
        kinds = _kinds(queries, draw)
        for done, (name, wanted) in enumerate(kinds.items(), 1):
            measured.append({"query": name, **_timed(index, wanted, vectors, hits)})
            if progress is not None:
                progress(done, len(kinds))
        title = f"{scenes:,} scenes, {len(hits):,} rows, the best {TOP}; {machine()}"
    return {"what": title, "rows": measured}


def made(
    folder: Path, model: Model, scenes: int, draw: np.random.Generator
) -> tuple[Index, Floats, list[Hit]]:
    """Write an index of scenes that do not exist, for queries to be timed on.

    Args:
        folder: where the index is written; made here.
        model: whose vectors the index says it holds.
        scenes: in the index.
        draw: random generator of the scenes' places, dates and vectors.

    Returns:
        the index, its vectors (N, D), and the N hits that they stand for.
    """
    probe = embed(PROBE, model)
    connect(folder).create_table(TABLE, schema=rows.schema(len(probe)))
    write_manifest(
        folder,
        Manifest(
            model.spec.name, model.spec.version, tuple(map(float, probe)), str(folder), ".", scenes
        ),
    )
    index = open_index(folder)
    vectors: list[Floats] = []
    hits: list[Hit] = []
    batch: list[dict[str, Any]] = []
    for number in range(scenes):
        looked = _looked(index.root / f"{number:06d}.tif", number, len(probe), draw)
        vectors += [vector.numbers for vector in looked.vectors]
        hits += [vector.hit for vector in looked.vectors]
        batch += rows.rows(looked, looked.picture.path.name, "0:0")
        if len(batch) >= 5000 or number == scenes - 1:
            index.table.add(rows.arrow(batch, len(probe)))
            batch = []
    index.table.optimize()
    return index, np.array(vectors, np.float32), hits


def _looked(path: Path, number: int, dimension: int, draw: np.random.Generator) -> Looked:
    """A scene somewhere in UTM zone 33 north, of some day in five years."""
    side = LARGE if number % EVERY == 0 else SMALL
    place = (
        0.5,
        0.0,
        draw.uniform(200_000, 800_000),
        0.0,
        -0.5,
        draw.uniform(5_000_000, 6_000_000),
    )
    info = SceneInfo(path.name, side, side, 3, "EPSG:32633", place, 0.5)
    date = datetime(2020, 1, 1) + timedelta(minutes=int(draw.integers(0, 5 * 365 * 1440)))
    boxes: list[Box] = tiles(info)
    places = outlines(info, [info.box, *boxes])
    numbers = draw.standard_normal((len(places), dimension)).astype(np.float32)
    numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    parts = zip([None, *boxes], places, numbers, strict=True)
    known = [
        Vector(Hit(path, None, box, side, side, 0.5, info.crs, date, "name", outline), vector)
        for box, outline, vector in parts
    ]
    return Looked(Picture(path), tuple(known))


def _kinds(queries: list[Floats], draw: np.random.Generator) -> dict[str, list[SearchQuery]]:
    centres = [(float(draw.uniform(12, 18)), float(draw.uniform(46, 53))) for _ in queries]
    boxes = [(x - 0.5, y - 0.5, x + 0.5, y + 0.5) for x, y in centres]
    years = [
        (datetime(2020 + i % 5, 1, 1), datetime(2020 + i % 5, 7, 1)) for i in range(len(queries))
    ]
    many = zip(queries, centres, boxes, years, strict=True)
    kinds: dict[str, list[SearchQuery]] = {}
    for vector, centre, box, (after, before) in many:
        for name, wanted in {
            "words": SearchQuery(vector),
            "words, a box of 1 x 1 degree": SearchQuery(vector, bbox=box),
            "words, half a year": SearchQuery(vector, after=after, before=before),
            "words, within 50 km, half a year": SearchQuery(
                vector, near=centre, within=50_000, after=after, before=before
            ),
            "within 50 km": SearchQuery(near=centre, within=50_000),
            "everything of half a year": SearchQuery(after=after, before=before),
            "everything, by distance": SearchQuery(near=centre, within=20_000_000),
        }.items():
            kinds.setdefault(name, []).append(wanted)
    return kinds


def _timed(
    index: Index, wanted: list[SearchQuery], vectors: Floats, hits: list[Hit]
) -> dict[str, Any]:
    index.search(wanted[-1], TOP)
    took, worked, count, same, there = [], [], 0, 0, 0
    for one in wanted:
        begin, busy = time.perf_counter(), time.process_time()
        found = index.search(one, TOP)
        took.append(time.perf_counter() - begin)
        worked.append(time.process_time() - busy)
        count += len(found)
        if one.vector is not None and len(took) <= COMPARED:
            order = np.argsort(-(vectors @ one.vector), kind="stable")
            exact = {hit.path.name for hit in one.fitting([hits[i] for i in order], TOP)}
            same, there = same + len(exact & {hit.path.name for hit in found}), there + len(exact)
    return {
        **_figures(took),
        "processor ms": 1000 * statistics.median(worked),
        "hits": count / len(wanted),
        "recall": same / there if there else None,
    }


def _words(model: Model, sentences: list[str]) -> dict[str, Any]:
    embed("a warm start", model)
    took = []
    for sentence in sentences:
        begin = time.perf_counter()
        embed(sentence, model)
        took.append(time.perf_counter() - begin)
    return {"query": "(the vector of the words, beside each of these)", **_figures(took)}


def _cold(index: Index, repeats: int) -> dict[str, Any]:
    """Opening the index and the first query, each time in a process of its own."""
    took = []
    for _ in range(min(repeats, 5)):
        words = [sys.executable, "-c", COLD, str(index.path)]
        took.append(
            float(
                subprocess.run(
                    words, capture_output=True, text=True, check=True, env=dict(os.environ)
                ).stdout
            )
        )
    return {"query": "(the first query of a process, opening the index)", **_figures(took)}


def cold(path: str) -> None:
    """Print the seconds of opening an index and of one query.

    Importing the libraries is not counted.
    """
    begin = time.perf_counter()
    index = open_index(path)
    index.search(SearchQuery(np.array(index.manifest.probe, np.float32)), TOP)
    print(time.perf_counter() - begin)


def _figures(took: list[float]) -> dict[str, float]:
    return {"ms": 1000 * statistics.median(took), "slowest ms": 1000 * max(took)}
