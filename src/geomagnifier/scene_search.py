"""Search a scene for what a question asks: granularity, thresholds, journal, windows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geomagnifier import composed
from geomagnifier.ask_arguments import checked_box
from geomagnifier.composed import composed_answer
from geomagnifier.errors import OptionError
from geomagnifier.inference.references import Reference
from geomagnifier.inference.resume import Journal
from geomagnifier.inference.scan import scan_scene
from geomagnifier.inference.scan_state import (
    USUAL,
    WORTH,
    Found,
    Progress,
    ScanConfig,
    ScanResult,
)
from geomagnifier.inference.view_groups import Stopwatch
from geomagnifier.memory import give_back
from geomagnifier.model_protocol import Model
from geomagnifier.raster.scene import Scene
from geomagnifier.types import Granularity, Query

if TYPE_CHECKING:
    pass


def look_at_share(
    scene: Scene,
    question: str,
    model: Model,
    journal: str | os.PathLike[str],
    share: tuple[int, int],
    *,
    search: str = "adaptive",
    recall: float | None = None,
    min_score: float | None = None,
    progress: Progress | None = None,
) -> bool:
    """Look at a share of a large scene's windows, and leave what was seen in a journal.

    `ask` with that journal is then quick.

    n processes that begin with equal journals look at one round of the search together. Their
    journals are made one (`io.journal.join`), and they go on with the next round until nothing is
    left; then `ask` gives the answer that one process would.

    Args:
        scene: of `open_scene`.
        question: plain words.
        model: of `load_model`.
        journal: of this process; what is in it is not looked at again.
        share: (k, n), 0 <= k < n: which of the n this process is.
        search: as of `ask`.
        recall: as of `ask`.
        min_score: as of `ask`.
        progress: as of `ask`.

    Returns:
        whether nothing is left to be looked at.

    Raises:
        The errors of `ask`.
    """
    query = Query(
        question, checked_box(scene.info, None, search, recall, min_score), min_score, recall
    )
    read = composed.understood(question, model.spec)
    *_, seen = search_scene(
        scene,
        query,
        model,
        Stopwatch(),
        search,
        None,
        None,
        journal,
        progress,
        share,
        read=read,
    )
    return not seen.stopped


def search_scene(
    scene: Scene,
    query: Query,
    model: Model,
    watch: Stopwatch,
    search: str,
    spent: tuple[str, float] | None,
    memory: float | None,
    journal: str | os.PathLike[str] | None,
    progress: Progress | None,
    share: tuple[int, int] = (0, 1),
    refers: Reference | None = None,
    read: composed.Understood | None = None,
    found: Found | None = None,
) -> tuple[Mapping[Granularity, float], Granularity, ScanResult]:
    """The granularity of a question, and the result of searching the scene for it.

    Args:
        scene: an open one.
        query: what is asked.
        model: of `load_model`.
        watch: takes the time of each stage.
        search: as of `ask`.
        spent: the budget, checked.
        memory: bytes, or None.
        journal: as of `ask`.
        progress: as of `ask`.
        share: (k, n): which of n processes this is.
        refers: regions of an earlier answer, or None.
        read: the parse of a composed question, or None.
        found: as of `ask`.
    """
    worth = search_worth(model, query.recall)
    with watch.stage("question"):
        if read is None:
            probabilities = model.granularity(query)
        else:
            probabilities = {g: float(g is read.level) for g in Granularity}
            query = composed_answer.plainly(query, read, refers)
    level = max(probabilities, key=lambda g: probabilities[g]) if read is None else read.looked
    if level is Granularity.IMAGE and (query.box is not None or refers is not None):
        level = Granularity.REGION  # a box is about a part of the scene, and so are earlier regions
    settled = refers is not None and refers.settled(level is Granularity.PIXEL)
    plain = (
        refers is not None and refers.beside and refers.bare
    )  # all kinds: nothing is enlarged for the smallest of them
    wanted = ScanConfig(
        search, worth, spent, memory, None, progress, share, settled, not plain, found
    )
    kept = None
    if journal is not None:
        info, spec = scene.info, model.spec
        asked = {
            "question": query.text,
            "box": query.box and query.box.tuple(),
            "search": search,
            "min_score": query.min_score,
        }
        asked |= {"variant": query.variant.name} | (
            {} if query.area is None else {"area": query.area.key}
        )
        of = {
            "scene": [info.name, info.width, info.height, list(info.rgb)],
            "memory": memory,
            "model": [spec.name, spec.version, spec.parameters],
        }
        kept = Journal(Path(journal), asked | {"recall": query.recall} | of)
    try:
        return (
            probabilities,
            level,
            scan_scene(scene, query, level, model, replace(wanted, journal=kept), watch),
        )
    finally:
        if kept is not None:
            kept.close()
        if memory is not None:  # what is left of the search is no part of what is written next
            model.remember(None)
            give_back()


def search_worth(model: Model, recall: float | None) -> float:
    """The threshold of the relevance map at which a region proposal is read.

    Args:
        model: with a measured curve of recall, or without.
        recall: the share of the objects that must be found; None: `scan_state.USUAL`.

    Raises:
        OptionError: the model has no curve, or it does not reach so far.
    """
    curve = model.spec.recall
    if not curve and recall is None:
        return WORTH
    for share, heat in curve:  # rising shares, falling heats
        if share >= (USUAL if recall is None else recall):
            return heat
    if recall is None:
        return curve[-1][1]
    best = f"promises at most {curve[-1][0]:.3g}" if curve else "has no measured curve of recall"
    raise OptionError(
        f"the model {best}; ask for less, or use search='exhaustive' with a low min_score to see"
        " everything"
    )
