"""`geomag eval paper`: the paper's tables again, what it claims beside what this model measures, on validation pictures and drawn scenes.

    preprocessing   three preprocessings x three granularities (section 3)
    crops           small objects by random, predefined and prompt-guided crops, at equal pixels (section 2.2)
    compute         what a question costs at 4096 x 2160 px, by granularity (section 2.1)
    studies         the two case studies and the error it tells of (section 3), on drawn scenes

Writes paper.json, paper.md and plots. What is finished in the output folder is not measured again.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.bench import groups, paper_frames, paper_page, paper_plots, paper_scenes, paper_studies, paper_tables
from geomagnifier.bench.cost import machine
from geomagnifier.bench.kept import Kept, about
from geomagnifier.bench.looks import WARM, Case, read_cases
from geomagnifier.bench.paper_looks import EVERY, HUNDRED, KNOWN, fields_of, kind_of, shoot
from geomagnifier.data.scene_sets import SETS
from geomagnifier.errors import OptionError
from geomagnifier.io.scene import open_scene
from geomagnifier.model.checkpoint import load_model
from geomagnifier.pipeline import Progress, ask
from geomagnifier.protocol import Model
from geomagnifier.values import Granularity

PARTS = ("preprocessing", "crops", "compute", "studies")
FRAMES = 16
"""Frames of each kind: those of `geomag bench search --frames 16`, and as many with small objects."""
TIMED = 6
"""Frames on which cost is measured."""
ADJUSTED = (HUNDRED, "exhaustive", "paper", "adaptive")
"""Preprocessings at region and pixel level: 100 x 100 px, the original, adjusted as the paper has it, adjusted as we do it."""
CROPPED = ("random", "grid", "paper", "adaptive", KNOWN, "exhaustive")
COSTED = ("paper", "adaptive", "exhaustive")
LEVELS = (Granularity.REGION, Granularity.PIXEL)


@dataclass(frozen=True)
class Unit:
    """A measurement that is kept as a whole. steps: of progress.  measure: tells after each step."""

    name: str
    steps: int
    measure: Callable[[Callable[[], None]], dict[str, Any]]


def run(
    root: Path,
    out: Path,
    progress: Progress | None = None,
    *,
    model_name: str = "small",
    parts: Sequence[str] = PARTS,
    frames: int = FRAMES,
    limit: int | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Measure the paper's tables.

    Args:
        root: folder of the data sets. Everything is measured on validation parts; scene heads are learnt anew from the training parts.
        out: folder for frames, paper.json, paper.md and plots.
        progress: called with (questions done, questions in all); what was there before does not count.
        model_name: "small", or a folder with weights.
        parts: some of `PARTS`.
        frames: frames of each kind.
        limit: at most so many pictures of each scene set and frames of each kind, for a quick look.
        tell: called with a line about what begins.

    Returns:
        what paper.json holds: {"settings", "machine", "runs": as measured, "tables": see `paper_tables.tables`}.

    Raises:
        OptionError: an unknown part, fewer than one frame, or a data set is missing.
        ModelError: the model cannot be loaded.
    """
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise OptionError(f"there is no part {unknown[0]!r}; choose among {', '.join(PARTS)}")
    if frames < 1:
        raise OptionError(f"frames is a number from 1, not {frames}")
    frames = frames if limit is None else min(frames, max(1, limit))
    kept = Kept(out / "paper.json", {**about(model_name), "frames": frames, "limit": limit})
    plan = Plan(root, out, frames, limit, functools.cache(lambda: loaded(model_name)))
    todo = [unit for part in parts for unit in plan.units(part) if kept.get(unit.name) is None]
    if "machine" not in kept.all or any(unit.name.startswith("compute/") for unit in todo):
        kept.all["machine"] = machine()  # what seconds are taken on
    total, done = sum(unit.steps for unit in todo), 0

    def told() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(min(done, total), total)

    try:
        for unit in todo:
            tell(unit.name)
            kept.put(unit.name, unit.measure(told))
    except FileNotFoundError as error:
        raise OptionError(f"the paper's tables need {error.filename}; --data is the folder that holds the data sets") from error
    kept.all["tables"] = paper_tables.tables(kept.all["runs"])
    kept.save()
    (out / "paper.md").write_text(paper_page.page(kept.all["tables"], kept.all["machine"]), encoding="utf-8")
    paper_plots.draw(kept.all["tables"], out, tell)
    return kept.all


def loaded(model_name: str) -> Model:
    """The model, after a first question that does not count."""
    model = load_model(model_name)
    with open_scene(np.full((WARM, WARM, 3), 128, np.uint8)) as empty:
        ask(empty, "Segment every ship.", model)
    return model


@dataclass(frozen=True)
class Plan:
    """What is measured on what. model: loads it when first called. Frames are written when the first unit needs them."""

    root: Path
    out: Path
    frames: int
    limit: int | None
    model: Callable[[], Model]

    def units(self, part: str) -> list[Unit]:
        """Everything that a part consists of, in order."""
        if part == "preprocessing":
            scenes = [self._scenes(name, size) for name in SETS for size in paper_scenes.SIZES]
            region = [self._shots(part, self._sparse, way, Granularity.REGION, least=EVERY) for way in ADJUSTED]
            scenes += [self._relearnt(size) for size in paper_scenes.SIZES]
            return [*scenes, *region, *(self._shots(part, self._sparse, way, Granularity.PIXEL) for way in ADJUSTED)]
        if part == "crops":
            return [self._shots(part, self._fine, way, level) for level in LEVELS for way in CROPPED]
        if part == "compute":
            return [self._place(), *(self._shots(part, self._sparse, way, level, first=TIMED) for level in LEVELS for way in COSTED)]
        return [unit for seed in range(paper_studies.SEEDS) for unit in (self._tiny(seed), self._courts(seed))]

    def _sparse(self) -> list[Case]:
        file = groups.prepare("sparse", self.root, self.out / "frames", self.frames)
        assert file is not None
        return read_cases(file)

    def _fine(self) -> list[Case]:
        return read_cases(paper_frames.prepare(self.root, self.out / "frames" / "fine", self.frames))

    def _shots(
        self, part: str, cases: Callable[[], list[Case]], way: str, level: Granularity, least: float | None = None, first: int | None = None
    ) -> Unit:
        def measure(told: Callable[[], None]) -> dict[str, Any]:
            rows, model = [], self.model()
            for case in cases()[:first]:
                metres = paper_frames.metres_of(kind_of(case), model.spec)
                rows.append(fields_of(shoot(case, model, way, level, least, metres)))
                told()
            return {"shots": rows}

        return Unit(f"{part}/{level}/{way}", min(self.frames, first or self.frames), measure)

    def _scenes(self, name: str, size: str) -> Unit:
        def measure(told: Callable[[], None]) -> dict[str, Any]:
            found = paper_scenes.classify(self.model(), self.root, name, size, self.limit)
            told()
            return found

        return Unit(f"preprocessing/image/{name}/{size}", 1, measure)

    def _relearnt(self, size: str) -> Unit:
        def measure(told: Callable[[], None]) -> dict[str, Any]:
            found = paper_scenes.relearnt(self.model(), self.root, size, self.limit)
            told()
            return found

        return Unit(f"preprocessing/image/learnt/{size}", 1, measure)

    def _place(self) -> Unit:
        """What a question about the whole costs: it is seen at 100 x 100 px, whatever the search."""

        def measure(told: Callable[[], None]) -> dict[str, Any]:
            rows, model = [], self.model()
            for case in self._sparse()[:TIMED]:
                begin = time.perf_counter()
                with open_scene(case.path) as scene:
                    trace = ask(scene, paper_scenes.QUESTION, model).trace
                seconds = time.perf_counter() - begin
                rows.append(
                    {"seconds": seconds, "pixels": trace.pixels_processed, "flops": trace.flops, "scene_pixels": trace.scene_pixels}
                )
                told()
            return {"costs": rows}

        return Unit("compute/image/all", min(self.frames, TIMED), measure)

    def _tiny(self, seed: int) -> Unit:
        each = len(paper_studies.LONG) * (len(paper_studies.PAINTS) * (len(paper_studies.SEARCHES) + 1) + 1)
        return Unit(f"studies/tiny/{seed}", each, lambda told: dict(paper_studies.tiny(self.model(), seed, self.out / "studies", told)))

    def _courts(self, seed: int) -> Unit:
        each = 2 * len(paper_studies.ROWS)
        return Unit(
            f"studies/courts/{seed}", each, lambda told: {"rows": paper_studies.courts(self.model(), seed, self.out / "studies", told)}
        )
