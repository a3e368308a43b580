"""The results: what a model says of its views, and the answer that is made of it.

Boxes are scene px unless a name says `view`. Arrays are (H, W) or (H, W, C). Dataclasses that hold
arrays compare by identity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from geomagnifier.detections import Detections, Labels
from geomagnifier.errors import printable
from geomagnifier.geometry import Box
from geomagnifier.mask_outlines import Ring, polygons
from geomagnifier.masks import MaskPatch, read_patches
from geomagnifier.types import Bools, Bytes, Floats, Granularity, SceneInfo, Window


@dataclass(frozen=True, eq=False)
class Detection:
    """One object in one view."""

    label: str
    """Its class."""
    score: float
    """0 to 1."""
    view_box: tuple[float, float, float, float]
    """(x0, y0, x1, y1) view px."""
    cells: Bools | None = None
    """The cells of the view's mask that belong to it, (h, w) bool, first cell at `origin`; the
    class probability says which of them are mask. None at region level.
    """
    origin: tuple[int, int] = (0, 0)
    """(column, row) of the first of the cells."""


@dataclass(frozen=True, eq=False)
class ClassMask:
    """The mask of a class over a whole view."""

    label: str
    """The class."""
    score: float
    """0 to 1."""
    probability: Floats
    """(ceil(h/stride), ceil(w/stride)) float32; mask where it reaches `threshold`."""
    threshold: float
    """Probability from which a cell is mask."""
    separate: bool
    """The class has objects, told apart by `Detection`; else every connected component is a
    region.
    """
    usual: float = 0.0
    """Length of a usual object, view px; 0 where it is not known."""


@dataclass(frozen=True, eq=False)
class ViewPrediction:
    """What a model says of one view."""

    found: tuple[Detection, ...] = ()
    """The objects."""
    covers: tuple[ClassMask, ...] = ()
    """The class masks."""
    stride: int = 4
    """View px for one cell of the masks."""


@dataclass(frozen=True, eq=False)
class ModelOutput:
    """A model's answer to a query over some views."""

    labels: tuple[tuple[str, float], ...] = ()
    """(scene class, probability), best first."""
    views: tuple[ViewPrediction, ...] = ()
    """One prediction for each view, in order."""
    asked: tuple[str, ...] = ()
    """The classes asked for, in the model's words; empty where it knows none of them."""
    landmarks: tuple[str, ...] = ()
    """Classes that only say where ("near the harbor"); they are found as well."""
    unknown: bool = False
    """Something was asked for that the model has no class for."""
    place: bool = False
    """The scene class was asked for beside the objects."""
    named: bool = False
    """The views say what a given box shows, which takes no search."""
    flops: float = 0.0
    """Multiply-adds x 2."""


@dataclass(frozen=True)
class GeneratedText:
    """The sentence of an answer."""

    text: str
    """The sentence."""
    phrases: Mapping[str, str] = field(default_factory=dict)
    """By class the phrase in it that stands for the class's regions ("two ships")."""
    language: Literal["en", "zh"] = "en"
    """Of the text and of the phrases."""
    value: bool | str | None = None
    """Yes or no, where the sentence begins so; the class that was chosen among several, where the
    question was such a choice.
    """


@dataclass(frozen=True, eq=False)
class Region:
    """One object of the answer."""

    label: str
    """Its class."""
    score: float
    """0 to 1."""
    box: tuple[float, float, float, float]
    """(x0, y0, x1, y1) scene px."""
    segmentation: dict[str, Any] | None = None
    """COCO RLE at scene size ({"size": [H, W], "counts": str}) or None."""
    phrase: str = ""
    """The words of the text that stand for it."""

    @property
    def polygon(self) -> tuple[Ring, ...]:
        """Rings of (x, y) scene px, outer ring first; empty at region level.

        Traced anew at each call: a large scene has a hundred thousand regions, whose rings take far
        more memory than their run lengths.
        """
        return () if self.segmentation is None else polygons(self.segmentation)


@dataclass(frozen=True, eq=False)
class ClassMaskPatch:
    """The mask of a class in one window."""

    label: str
    """The class."""
    score: float
    """0 to 1."""
    separate: bool
    """The class has objects, told apart by themselves; else every connected component is a
    region.
    """
    patch: MaskPatch
    """The mask, placed on the scene."""


@dataclass(frozen=True, eq=False)
class WindowResult:
    """What one window adds to an answer."""

    window: Window
    """The window."""
    objects: tuple[tuple[Region, float], ...] = ()
    """Each with its rank among the detections of the same object in several views."""
    layers: tuple[ClassMaskPatch, ...] = ()
    """The class masks."""


@dataclass(frozen=True, eq=False)
class Trace:
    """Where the model looked and what it cost."""

    scene_pixels: int
    """Width times height of the scene."""
    pixels_processed: int
    """Pixels that went through a network."""
    flops: float
    """Multiply-adds x 2."""
    seconds: Mapping[str, float]
    """By stage."""
    views: tuple[Window, ...] = ()
    """Every window read."""
    heat: Floats | None = None
    """The relevance map, (h, w) float32 over the whole scene, or None."""
    crops: tuple[Box, ...] = ()
    """Boxes read at a closer scale."""
    skipped: tuple[tuple[Box, float], ...] = ()
    """Boxes, with their relevance, that were still to be read when the budget was spent or the
    search was stopped.
    """
    broken: tuple[Box, ...] = ()
    """Boxes whose pixels are damaged."""
    closed: tuple[tuple[Box, float], ...] = ()
    """Boxes, with their relevance, below the threshold for a closer look."""
    model: str = ""
    """Name and version of the model; of a detector the name of its file and letters that change
    with it.
    """

    @property
    def megapixels(self) -> str:
        """Pixels that went through a network, next to those of the scene.

        Not as a share: parts of the scene may be seen twice, or not at all.
        """
        return (
            f"{self.pixels_processed / 1e6:.2f} Mpx processed (scene: {self.scene_pixels / 1e6:.2f}"
            " Mpx)"
        )


LINE, SHOWN = 200, 8
"""Most letters of an answer's text, and most classes, in its `repr`."""
LARGEST_MASK = 500_000_000
"""Pixels above which `Answer.mask` is None and the mask is read by windows."""


@dataclass(frozen=True, eq=False)
class Answer(Detections):
    """Text, labels, regions and mask, in scene px, with the scene's CRS at hand.

    `boxes`, `scores`, `classes` and `masks` are the regions as arrays.
    """

    question: str
    """As asked."""
    text: str
    """The answer in words."""
    granularity: Granularity
    """How closely the question made us look."""
    granularity_probabilities: Mapping[str, float]
    """By granularity name."""
    scene: SceneInfo
    """The scene, without its pixels."""
    trace: Trace
    """Where the model looked and what it cost."""
    preview: Bytes
    """(h, w, 3) uint8, the whole scene in at most about 1 Mpx."""
    labels: Labels = field(default_factory=Labels)
    """(scene class, probability), best first; image level only."""
    regions: tuple[Region, ...] = ()
    """The objects; those that a value is computed from, where there is one."""
    patches: tuple[MaskPatch, ...] | None = None
    """The union of the regions' masks; None where none was asked for."""
    complete: bool = True
    """False where part of what was asked about was not searched: `trace.skipped` and
    `trace.broken`; the text says how much was.
    """
    stopped: bool = False
    """The search was stopped before its end; with a journal it can be resumed."""
    value: bool | int | float | str | None = None
    """The result of a composed question ("how many", "what share", "are there more"); true or
    false of a yes/no question ("Is this an airport?"); of several scene classes the one that fits
    best. None where nothing of the sort was asked, or where it cannot be told, which the text then
    says.
    """
    unit: str | None = None
    """Of a number: "%", "m", "m2", "ha", "km2", "px", "px2", "1/ha", "1/km2", "deg"; None for a
    count.
    """
    understood: str = ""
    """How a composed question was read, in one line, else ""."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "labels", Labels(self.labels).of([region.label for region in self.regions])
        )

    @cached_property
    def mask(self) -> Bools | None:
        """(H, W) bool at scene size.

        None where nothing was segmented or the scene is above `LARGEST_MASK` px.
        """
        if self.patches is None or self.scene.pixels > LARGEST_MASK:
            return None
        return self.read_mask(self.scene.box)

    def read_mask(self, window: Box) -> Bools:
        """The mask inside a window -> (h, w) bool.

        Args:
            window: scene px, rounded outwards and cut to the scene.

        Raises:
            BoxError: the window lies outside the scene.
        """
        return read_patches(self.patches or (), window, self.scene.box)

    def __repr__(self) -> str:
        """Three lines: the text, how many objects of each class, and the cost."""
        counts = Counter(region.label for region in self.regions)
        shown = ", ".join(f"{number} {label}" for label, number in counts.most_common(SHOWN))
        if len(counts) > SHOWN:
            shown += f" and {len(counts) - SHOWN} more classes"
        if self.labels:
            shown = ", ".join(
                f"{label} {probability:.2f}" for label, probability in self.labels[:3]
            )
        text = printable(self.text if len(self.text) <= LINE else f"{self.text[:LINE]} ...")
        cost = f"{self.trace.megapixels}, {sum(self.trace.seconds.values()):.2f} s"
        state = "" if self.complete else ", not complete"
        return (
            f"Answer: {text}\n  {printable(shown or 'no regions')}\n  {self.granularity} level,"
            f" {cost}{state}"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: image, text, table and cost."""
        # export is a stage above; it is loaded where a notebook asks, and for that alone.
        from geomagnifier.export.notebook import html

        return html(self)
