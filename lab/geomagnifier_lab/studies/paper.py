"""`geomag eval paper`: the paper's tables, with its claims beside our measurements.

They are measured on validation images and drawn scenes.

preprocessing   three preprocessings x three granularities (section 3)
crops           small objects by random, predefined and prompt-guided crops, at equal pixels
                (section 2.2)
cost            what a question costs at 4096 x 2160 px, by granularity (section 2.1)
cases           the two case studies, the error it tells of and the text's own four questions
                (section 3), on drawn scenes
variants        the forms of the paper's search beside each other: boxes, masks, cost

It writes paper.json, paper.md and plots, anew after each part. What is finished in the output
folder is not measured again.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.atomic import Staging
from geomagnifier.errors import OptionError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.model_protocol import Model
from geomagnifier.models.custom.model import base_of
from geomagnifier.models.registry import load_model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Granularity
from geomagnifier_lab.bench import groups
from geomagnifier_lab.bench.cost import machine
from geomagnifier_lab.bench.results_store import Kept, about
from geomagnifier_lab.bench.search_run import WARM, Case, read_cases
from geomagnifier_lab.datasets.scene_sets import SETS
from geomagnifier_lab.studies import (
    paper_cases,
    paper_frames,
    paper_page,
    paper_plots,
    paper_scenes,
    paper_tables,
)
from geomagnifier_lab.studies.paper_runs import EVERY, HUNDRED, KNOWN, fields_of, kind_of, shoot

PARTS = ("preprocessing", "crops", "cost", "cases", "variants")
FRAMES = 16
"""Frames of each sort: those of `geomag bench search --frames 16`, and as many with small objects.
"""
TIMED = 6
"""Frames on which cost is measured."""
ADJUSTED = (HUNDRED, "exhaustive", "paper", "adaptive")
"""Preprocessings at region and pixel level: 100 x 100 px, the original, adjusted as the paper has
it, adjusted as we do it.
"""
CROPPED = ("random", "grid", "paper", "adaptive", KNOWN, "exhaustive")
COSTED = ("paper", "adaptive", "exhaustive")
LEVELS = (Granularity.REGION, Granularity.PIXEL)


FORMS = (
    "paper",
    "paper hull",
    "paper separate",
    "paper coarse masks",
    "paper cross entropy",
    "paper hull+separate+coarse masks",
)
"""Forms of the paper's search: as it is built, with one thing changed in each, and as it was before
views were one input.
"""
LINEAR = "paper linear decoder"
"""One more form, where the model has weights for it."""


@dataclass(frozen=True)
class Amount:
    """How much is measured."""

    frames: int = FRAMES
    """Frames of 4096 x 2160 px, of each sort."""
    pictures: int | None = None
    """Images of each scene set and split; None for all."""
    seeds: int = paper_cases.SEEDS
    """Seeds of drawn scenes."""
    lengths: int = len(paper_cases.LONG)
    """Lengths of drawn targets, the first ones of `paper_cases.LONG`."""
    questions: int = len(paper_cases.ROWS)
    """Questions about courts, the first ones of `paper_cases.ROWS`."""

    def limited(self, limit: int) -> Amount:
        """The same with at most `limit` of everything."""
        return Amount(
            **{
                name: limit if one is None else min(limit, one)
                for name, one in asdict(self).items()
            }
        )


QUICK = Amount(frames=1, pictures=20, seeds=1, lengths=1, questions=1)
"""All parts in ten minutes on two cores; enough to see that everything works, too little for a
figure.
"""


@dataclass(frozen=True)
class Unit:
    """A measurement that is kept as a whole."""

    name: str
    """Under which it is kept, as PART/..."""
    steps: int
    """Steps of progress that it takes."""
    measure: Callable[[Callable[[], None]], dict[str, Any]]
    """Measures; it calls its argument after each step."""


def run(
    root: Path,
    out: Path,
    progress: Progress | None = None,
    *,
    model_name: str = "small",
    parts: Sequence[str] = PARTS,
    amount: Amount = Amount(),
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Measure the paper's tables.

    Args:
        root: folder of the data sets. Everything is measured on validation parts; scene heads are
            learnt anew from the training parts.
        out: folder for frames, paper.json, paper.md and plots.
        progress: called with (questions done, questions in all); what was there before does not
            count.
        model_name: "small", or a folder with weights.
        parts: some of `PARTS`.
        amount: how much is measured.
        tell: called with a line about what begins.

    Returns:
        what paper.json holds: {"settings", "machine", "runs": as measured, "tables": see
        `paper_tables.tables`}.

    Raises:
        OptionError: an unknown part, less than one of anything, or a data set is missing.
        ModelError: the model cannot be loaded.
    """
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise OptionError(f"there is no part {unknown[0]!r}; choose among {', '.join(PARTS)}")
    if min(one for one in asdict(amount).values() if one is not None) < 1:
        raise OptionError(
            "the tables are measured on at least one frame, picture, drawn scene and question; give"
            " a limit from 1"
        )
    kept = Kept(out / "paper.json", {**about(model_name), "amount": asdict(amount)})
    plan = Plan(root, out, amount, functools.cache(lambda: loaded(model_name)))
    units = {
        part: [unit for unit in plan.units(part) if kept.get(unit.name) is None]
        for part in dict.fromkeys(parts)
    }
    todo = [unit for mine in units.values() for unit in mine]
    if "machine" not in kept.all or any(unit.name.startswith("cost/") for unit in todo):
        kept.all["machine"] = machine()  # what seconds are taken on
    total, done = sum(unit.steps for unit in todo), 0

    def told() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(min(done, total), total)

    try:
        for part, mine in units.items():
            for unit in mine:
                tell(unit.name)
                kept.put(unit.name, unit.measure(told))
            write(kept, out, tell)
            if mine:
                tell(f"{part}: {out / 'paper.md'}")
    except FileNotFoundError as error:
        raise OptionError(
            f"the paper's tables need {error.filename}; --data is the folder that holds the data"
            " sets"
        ) from error
    return kept.all


def write(kept: Kept, out: Path, tell: Callable[[str], None]) -> None:
    """Write the tables and plots of what has been measured so far.

    Args:
        kept: the measurements.
        out: folder for paper.md and the plots.
        tell: called with a line where plots cannot be drawn.
    """
    kept.all["tables"] = paper_tables.tables(kept.all["runs"])
    kept.save()
    page = paper_page.page(kept.all["tables"], kept.all["machine"])
    with Staging(out) as staging:
        staging.path("paper.md").write_text(page, encoding="utf-8")
    paper_plots.draw(kept.all["tables"], out, tell)


def loaded(model_name: str) -> Model:
    """The model, after a first question that does not count."""
    model = load_model(model_name)
    with open_scene(np.full((WARM, WARM, 3), 128, np.uint8)) as empty:
        ask(empty, "Segment every ship.", model)
    return model


@dataclass(frozen=True)
class Plan:
    """Which measurements each part consists of, and what they are made on.

    Frames are written when the first unit needs them.
    """

    root: Path
    """Folder of the data sets."""
    out: Path
    """Folder for frames and cut-outs."""
    amount: Amount
    """How much is measured."""
    model: Callable[[], Model]
    """Returns the model; loads it when first called."""

    def units(self, part: str) -> list[Unit]:
        """Everything that a part consists of, in order."""
        if part == "preprocessing":
            scenes = [self._scenes(name, size) for name in SETS for size in paper_scenes.SIZES]
            region = [
                self._shots(part, self._sparse, way, Granularity.REGION, least=EVERY)
                for way in ADJUSTED
            ]
            scenes += [self._relearnt(size) for size in paper_scenes.SIZES]
            return [
                *scenes,
                *region,
                *(self._shots(part, self._sparse, way, Granularity.PIXEL) for way in ADJUSTED),
            ]
        if part == "crops":
            return [
                self._shots(part, self._fine, way, level) for level in LEVELS for way in CROPPED
            ]
        if part == "cost":
            return [
                self._place(),
                *(
                    self._shots(part, self._sparse, way, level, first=TIMED)
                    for level in LEVELS
                    for way in COSTED
                ),
            ]
        if part == "variants":
            levels = {Granularity.REGION: EVERY, Granularity.PIXEL: None}
            return [
                self._shots(part, self._sparse, way, level, least)
                for level, least in levels.items()
                for way in self._forms()
            ]
        return [
            unit
            for seed in range(self.amount.seeds)
            for unit in (self._tiny(seed), self._courts(seed), self._prompts(seed))
        ]

    def _forms(self) -> list[str]:
        """The variants that the model can be asked in; it is loaded where that must be known."""
        small = base_of(self.model())
        return (
            [*FORMS, LINEAR]
            if small is not None and small.detector.linear is not None
            else [*FORMS]
        )

    def _sparse(self) -> list[Case]:
        file = groups.prepare("sparse", self.root, self.out / "frames", self.amount.frames)
        assert file is not None
        return read_cases(file)

    def _fine(self) -> list[Case]:
        return read_cases(
            paper_frames.prepare(self.root, self.out / "frames" / "fine", self.amount.frames)
        )

    def _shots(
        self,
        part: str,
        cases: Callable[[], list[Case]],
        way: str,
        level: Granularity,
        least: float | None = None,
        first: int | None = None,
    ) -> Unit:
        def measure(told: Callable[[], None]) -> dict[str, Any]:
            rows, model = [], self.model()
            for case in cases()[:first]:
                metres = paper_frames.metres_of(kind_of(case), model.spec)
                rows.append(fields_of(shoot(case, model, way, level, least, metres)))
                told()
            return {"shots": rows}

        return Unit(
            f"{part}/{level}/{way}", min(self.amount.frames, first or self.amount.frames), measure
        )

    def _scenes(self, name: str, size: str) -> Unit:
        def measure(told: Callable[[], None]) -> dict[str, Any]:
            found = paper_scenes.classify(self.model(), self.root, name, size, self.amount.pictures)
            told()
            return found

        return Unit(f"preprocessing/image/{name}/{size}", 1, measure)

    def _relearnt(self, size: str) -> Unit:
        def measure(told: Callable[[], None]) -> dict[str, Any]:
            found = paper_scenes.relearnt(self.model(), self.root, size, self.amount.pictures)
            told()
            return found

        return Unit(f"preprocessing/image/learnt/{size}", 1, measure)

    def _place(self) -> Unit:
        """What a question about the whole scene costs.

        It is seen at 100 x 100 px, whatever the search.
        """

        def measure(told: Callable[[], None]) -> dict[str, Any]:
            rows, model = [], self.model()
            for case in self._sparse()[:TIMED]:
                begin = time.perf_counter()
                with open_scene(case.path) as scene:
                    trace = ask(scene, paper_scenes.QUESTION, model).trace
                seconds = time.perf_counter() - begin
                rows.append(
                    {
                        "seconds": seconds,
                        "pixels": trace.pixels_processed,
                        "flops": trace.flops,
                        "scene_pixels": trace.scene_pixels,
                    }
                )
                told()
            return {"costs": rows}

        return Unit("cost/image/all", min(self.amount.frames, TIMED), measure)

    def _tiny(self, seed: int) -> Unit:
        longs = paper_cases.LONG[: self.amount.lengths]
        each = len(longs) * (len(paper_cases.PAINTS) * (len(paper_cases.SEARCHES) + 1) + 1)

        def measure(told: Callable[[], None]) -> dict[str, Any]:
            return dict(paper_cases.tiny(self.model(), seed, self.out / "studies", told, longs))

        return Unit(f"cases/tiny/{seed}", each, measure)

    def _courts(self, seed: int) -> Unit:
        asked = paper_cases.ROWS[: self.amount.questions]

        def measure(told: Callable[[], None]) -> dict[str, Any]:
            return {
                "rows": paper_cases.courts(self.model(), seed, self.out / "studies", told, asked)
            }

        return Unit(f"cases/courts/{seed}", 2 * len(asked), measure)

    def _prompts(self, seed: int) -> Unit:
        each = len(paper_cases.PROMPTS) * len(paper_cases.PROMPTED)
        return Unit(
            f"cases/prompts/{seed}",
            each,
            lambda told: {"rows": paper_cases.prompts(self.model(), seed, told)},
        )
