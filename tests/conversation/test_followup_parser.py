"""Follow-ups as people type them, by somebody who had not seen how they are read.

How many are understood as what they are.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

import geomagnifier as gm
from geomagnifier.conversation import Turn
from geomagnifier.conversation.dialogue import understood
from geomagnifier.inference.resolution import window_of
from geomagnifier.model_protocol import Model
from geomagnifier.results import Answer, Region, Trace
from geomagnifier.types import Granularity, Query

ROWS = [
    line.split("\t")
    for line in (
        (Path(__file__).parents[1] / "phrasings" / "follow_ups.tsv").read_text("utf-8").splitlines()
    )
]
"""(last question, follow-up, sort, what it means in full). Nothing is chosen or trained on them."""
SORTS = ("choose", "closer", "beside", "swap", "fresh")


def before(question: str, model: Model) -> Turn:
    """A turn whose answer has a region for each kind that the question asks for.

    Three where it speaks of several.
    """
    blank = np.zeros((256, 256, 3), np.uint8)
    level = level_of(question, model)
    with gm.open_scene(blank) as scene:
        asked = model.answer(
            Query(question), level, [scene.read(window_of(scene.info.box, 1.0, "all"))]
        ).asked
        named = re.sub(r"\W", " ", question).split()
        several = any(len(word) > 3 and word.endswith("s") for word in named)
        corners = range(20, 200, 60) if several else (20,)
        regions = tuple(
            Region(k, 0.9, (x, 20 + 40 * i, x + 30, 40 + 40 * i))
            for i, k in enumerate(asked or (named[-1],))
            for x in corners
        )
        trace = Trace(scene.info.pixels, 0, 0.0, {}, (), None, (), (), ())
        return Turn(
            question,
            question,
            "fresh",
            Answer(question, "", level, {}, scene.info, trace, blank, (), regions, None),
            regions,
        )


def level_of(question: str, model: Model) -> Granularity:
    found = model.granularity(Query(question))
    return max(found, key=lambda level: found[level])


def right(model: Model) -> tuple[dict[str, list[bool]], list[bool], list[tuple[str, ...]]]:
    """By sort, whether it was read as that; whether it looks as closely as its meaning in full.

    The wrong ones. Closer reads as choose.
    """
    sorts: dict[str, list[bool]] = {sort: [] for sort in SORTS}
    levels, wrong = [], []
    for last, said, sort, full in ROWS:
        move = understood(said, before(last, model), model)
        sorts[sort].append(move.sort == ("choose" if sort == "closer" else sort))
        levels.append(level_of(move.text, model) is level_of(full, model))
        if not (sorts[sort][-1] and levels[-1]):
            wrong.append((last, said, sort, move.sort, move.text))
    return sorts, levels, wrong


def test_most_are_read_as_what_they_are() -> None:
    sorts, levels, wrong = right(gm.load_model("small"))
    assert {sort: len(hits) for sort, hits in sorts.items()} == dict.fromkeys(SORTS, 16)
    assert sum(map(sum, sorts.values())) >= 64, wrong
    assert sum(levels) >= 56, wrong
    assert all(sum(hits) >= 9 for hits in sorts.values()), wrong


if __name__ == "__main__":
    by_sort, by_level, missed = right(gm.load_model("small"))
    print(
        {sort: sum(hits) for sort, hits in by_sort.items()},
        sum(map(sum, by_sort.values())),
        sum(by_level),
    )
    print(*("\t".join(row) for row in missed), sep="\n")
