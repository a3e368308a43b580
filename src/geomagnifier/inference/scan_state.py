"""How a scene is to be searched, the search under way, and its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from geomagnifier.errors import SceneUnreadable
from geomagnifier.geometry import Box
from geomagnifier.inference import cropping, merge
from geomagnifier.inference.resume import Journal, Spent
from geomagnifier.inference.view_groups import (
    Stopwatch,
)
from geomagnifier.memory import give_back, resident
from geomagnifier.model_protocol import Model
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import Scene
from geomagnifier.results import ModelOutput, Region, Trace, WindowResult
from geomagnifier.types import (
    Granularity,
    Query,
    Relevance,
    View,
    Window,
)

WORTH, USUAL = 0.3, 0.925
"""Threshold of the relevance map where the model has no recall curve; else the share of the objects
that is to be found.
"""

BY: dict[str, Relevance] = {
    "adaptive": "scout",
    "paper": "gradient",
    "random": "gradient",
    "grid": "gradient",
}
"""What the relevance map of a policy is made of: what measures best, and what the paper says. For
the others it sets how large the windows are, not where they lie.
"""

Progress = Callable[[int, int], bool | None]
Found = Callable[[tuple[Region, ...]], object]


@dataclass(frozen=True, eq=False)
class ScanConfig:
    """How a scene is to be searched."""

    policy: str
    """One of `cropping.POLICIES`."""
    worth: float = WORTH
    """Threshold of the relevance map at which a region proposal is read."""
    budget: tuple[str, float] | None = None
    """("pixels" | "seconds", how many); None for no limit."""
    memory: float | None = None
    """Bytes that the process may hold; None for no limit."""
    journal: Journal | None = None
    """Where finished windows are kept, or None."""
    progress: Progress | None = None
    """Called with (windows done, windows known so far); the search ends where it returns False."""
    share: tuple[int, int] = (0, 1)
    """(k, n): of the windows of a round every n-th from the k-th on is answered, and the search
    ends; n processes so share a round, and go on when their journals are joined.
    """
    settled: bool = False
    """What is asked for is known already: a first view that reads the question is all, unless it
    names a landmark.
    """
    enlarge: bool = True
    """Views of tiny targets are enlarged."""
    found: Found | None = None
    """Called with the regions of each window as soon as it is answered, before they are joined."""


@dataclass(frozen=True, eq=False)
class ScanResult:
    """The result of a search."""

    parts: list[WindowResult]
    """What each window adds to the answer."""
    reply: ModelOutput
    """Says what was asked for."""
    trace: Trace
    """Where the model looked and what it cost."""
    first: View
    """The first view."""
    preview: View
    """The whole scene."""
    stopped: bool
    """The search was stopped before its end."""


@dataclass(eq=False)
class ScanState:
    """A search under way."""

    scene: Scene
    """Open."""
    query: Query
    """What is asked."""
    level: Granularity
    """How closely the scene is searched."""
    model: Model
    """That answers."""
    wanted: ScanConfig
    """How the scene is to be searched."""
    watch: Stopwatch
    """Takes the time of each stage."""
    begin: float
    """When the search began, s of `time.perf_counter`."""
    preview: Preview
    """Drawn from the views as they are read."""
    parts: list[WindowResult] = field(default_factory=list)
    """What each window adds to the answer."""
    reply: ModelOutput | None = None
    """Says what was asked for."""
    first: View | None = None
    """The first view."""
    pixels: int = 0
    """That went through a network."""
    flops: float = 0.0
    """Multiply-adds x 2."""
    windows: list[Window] = field(default_factory=list)
    """Windows that were answered."""
    broken: list[Box] = field(default_factory=list)
    """Boxes that cannot be read."""
    passed: list[tuple[Box, float]] = field(default_factory=list)
    """Boxes, with their relevance, left out when the search ended."""
    journal: Journal | None = None
    """Where finished windows are kept; None for a search of one window."""
    stopped: bool = False
    """The caller or the budget ended the search."""
    done: int = 0
    """Windows finished."""
    others: int = 0
    """Windows left to other processes."""
    damage: SceneUnreadable | None = None
    """The last error of a window of which nothing can be read."""
    noted: dict[str, float] = field(default_factory=dict)
    """Seconds by stage at the end of the last window."""
    coarse: list[Window] = field(default_factory=list)
    """Coarse windows of the paper's I'."""
    beside: list[View] = field(default_factory=list)
    """Views of these, as long as they are held."""
    told: bool = False
    """The coarse views are answered."""
    planned: list[Sequence[Window]] = field(default_factory=list)
    """The windows of all rounds so far, in the groups in which they are answered."""

    @property
    def joint(self) -> bool:
        """Whether all that the search reads is one input (the paper's I')."""
        return (
            self.wanted.policy in cropping.CROPPING
            and self.level is not Granularity.IMAGE
            and self.query.variant.joint
        )

    @property
    def outlined(self) -> bool:
        """Whether the coarse views of the paper's search are answered.

        Their boxes are part of the answer, their masks are an extension.
        """
        return self.level is Granularity.REGION or self.query.variant.coarse

    @property
    def calibrated(self) -> bool:
        """Whether the model's own thresholds say what counts."""
        return self.query.min_score is None and self.query.recall is None

    def keep(self, part: WindowResult) -> None:
        """Add what a window adds to the answer, and tell its regions to who wants them at once."""
        self.parts.append(part)
        if self.wanted.found is not None and (part.objects or part.layers):
            limit = self.query.area or self.query.box
            regions = merge.assemble_regions([part], self.scene.info, self.level, limit)
            if regions:
                self.wanted.found(regions)

    def spent(self, window: Window, pixels: int, flops: float) -> Spent:
        """The cost of the window just answered, with the seconds since the one before.

        Args:
            window: the one just answered.
            pixels: px that went through the network.
            flops: multiply-adds x 2.
        """
        now = dict(self.watch.seconds)
        seconds = {stage: value - self.noted.get(stage, 0.0) for stage, value in now.items()}
        self.noted = now
        return Spent(
            pixels,
            flops,
            seconds,
            tuple(box for box in self.broken if box.intersection(window.box)),
        )

    def make_room(self, pixels: int) -> None:
        """Free memory before a view of so many px goes through the network.

        Where the process might pass its limit, caches of the model go.
        """
        if self.wanted.memory is None:
            return
        limit = self.wanted.memory - pixels * self.model.spec.pixel_bytes
        if resident() > limit:
            give_back()
            if resident() > limit:
                self.model.remember(0)
                give_back()

    def take_over(self, spent: Spent) -> None:
        """Count what a window cost in an earlier run."""
        self.pixels += spent.pixels
        self.flops += spent.flops
        for seconds in (self.watch.seconds, self.noted):
            for stage, value in spent.seconds.items():
                seconds[stage] = seconds.get(stage, 0.0) + value
        self.broken += [box for box in spent.broken if box not in self.broken]

    def late(self) -> bool:
        """Whether a budget of seconds is spent."""
        budget = self.wanted.budget
        return (
            budget is not None
            and budget[0] == "seconds"
            and time.perf_counter() - self.begin >= budget[1]
        )

    def answer(self, views: Sequence[View], beside: Sequence[View] | None = None) -> ModelOutput:
        """The model's answer about views; the first one says what was asked for.

        Args:
            views: that are answered.
            beside: see `model_protocol.Model.answer`.
        """
        self.make_room(
            sum(view.window.width * view.window.height for view in (*views, *(beside or ())))
        )
        with self.watch.stage("answer"):
            if beside is None:
                reply = self.model.answer(self.query, self.level, views)
            else:
                reply = self.model.answer(self.query, self.level, views, beside)
        self.reply = (
            reply if self.reply is None or reply.named else self.reply
        )  # what a box shows is said after the closest look
        self.first = self.first or views[0]
        self.flops += reply.flops
        self.pixels += sum(view.window.width * view.window.height for view in views)
        return reply
