"""The values that pass between stages: small, frozen, numpy only.

    question -> Query -> granularity -> Plan -> View ... -> Reply -> Answer

Boxes are scene px unless a name says `view`. Arrays are (H, W) or (H, W, C). Dataclasses that hold
arrays compare by identity.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geomagnifier.area_of_interest import Area
from geomagnifier.detections import Detections, Labels
from geomagnifier.errors import QuestionEmpty, QuestionError, QuestionUnreadable, printable
from geomagnifier.geometry import Box, Placement
from geomagnifier.masks import MaskPatch as MaskPatch
from geomagnifier.masks import Ring, polygons, read_patches
from geomagnifier.variants import Variant

Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]
Affine6 = tuple[float, float, float, float, float, float]
"""GDAL-free affine map (a, b, c, d, e, f): x = a * column + b * row + c, y = d * column + e * row +
f.
"""


Relevance = Literal["gradient", "attention", "mask", "scout"]
"""What a heat map is made of: attention weighted by its gradient (PSC's H), attention alone, the
class mask, or the scout's suspicion.
"""
COARSE = ("wide", "D(C1)")
"""Roles of the windows of the paper's I' that are seen shrunk: D(I) or D(D(I)), and D(C1)."""

COMPRESSION = 4
"""D pools 4 x 4 px (paper, section 2.1: AvgPool2d, k = 4, s = 4)."""


class Granularity(StrEnum):
    """How closely a question makes us look (paper, section 2.1)."""

    IMAGE = "image"
    REGION = "region"
    PIXEL = "pixel"


LONGEST_QUESTION = 100_000
"""Letters. A model reads its first 512 tokens; what is longer than this is no question, and costs
time before it is cut.
"""
_BROKEN = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Query:
    """What was asked.

    text: the words.  box: what they are about, scene px.  min_score: the lowest score wanted (None:
        calibrated).
    recall: the share of the objects that must be found (None: the calibrated balance of finding all
        and finding only them).
    variant: the form of the paper's method, where that is how the scene is searched.
    kinds: the classes to be looked for where these are known; the words are then not read for them.
        Each is looked for by itself.
    area: the part of the scene that is searched, in place of the whole; no box is given then.

    Raises:
        QuestionError: it is empty, or longer than `LONGEST_QUESTION`, or holds bytes that are no
            text.
    """

    text: str
    box: Box | None = None
    min_score: float | None = None
    recall: float | None = None
    variant: Variant = field(default_factory=Variant)
    kinds: tuple[str, ...] = ()
    area: Area | None = None

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST_QUESTION:
            raise QuestionError(
                f"the question has {len(self.text)} letters; at most {LONGEST_QUESTION} are taken"
            )
        if broken := _BROKEN.search(self.text):
            raise QuestionUnreadable(
                f"the question holds bytes that are no text, at letter {broken.start() + 1}; send"
                " it as UTF-8"
            )
        if all(
            unicodedata.category(letter)[0] in "CZ" for letter in self.text
        ):  # blanks, and what nobody sees
            raise QuestionEmpty(
                "the question is empty; ask for example 'Segment every ship.' or 'What kind of"
                " place is this?'"
            )


SQUARE, OBLONG = 1.05, 8.0
"""Scene px no more oblong on the ground than the first are shown as they are; more oblong than the
second, as if they were that.
"""


@dataclass(frozen=True)
class SceneInfo:
    """What is known of a scene without its pixels.

    crs: "EPSG:32633", a WKT text where there is no code, or None.  transform: pixel -> CRS, or
        None.
    gsd: metres on the ground for one px, or None where the CRS does not say; of oblong px the side
        of a square of their area.
    aspect: how many times as wide as high a px is on the ground; 1 where that is not known.
    rgb: the bands shown as red, green and blue, or the one shown as grey, from 1; empty for ink.
        band_names: their descriptions.
    """

    name: str
    width: int
    height: int
    bands: int
    crs: str | None = None
    transform: Affine6 | None = None
    gsd: float | None = None
    aspect: float = 1.0
    rgb: tuple[int, ...] = ()
    band_names: tuple[str, ...] = ()

    @property
    def box(self) -> Box:
        return Box(0, 0, self.width, self.height)

    @property
    def view_aspect(self) -> float:
        """`aspect` as views follow it.

        1 where it is hardly another one, and no more than `OBLONG`.
        """
        return (
            1.0
            if 1 / SQUARE <= self.aspect <= SQUARE
            else min(max(self.aspect, 1 / OBLONG), OBLONG)
        )

    @property
    def px_metres(self) -> tuple[float, float] | None:
        """Width and height of a px on the ground, metres; None where the CRS does not say."""
        return (
            None if self.gsd is None else (self.gsd * self.aspect**0.5, self.gsd / self.aspect**0.5)
        )

    @property
    def pixels(self) -> int:
        return self.width * self.height


LEVEL = "level"
"""Role of a window on the whole area, shrunk because the scale is not known: a level of the
pyramid.
"""


@dataclass(frozen=True)
class Window:
    """A part of the scene to be read: `box` (scene px) as a picture of `width` x `height` px.

    `role` says what for.
    """

    box: Box
    width: int
    height: int
    role: str
    core: Box
    """The part of `box` this window answers for: cores of one plan do not overlap within a scale."""

    @property
    def placement(self) -> Placement:
        return Placement(self.box, self.width, self.height)


@dataclass(frozen=True)
class CropRequest:
    """A wish to see `box` (scene px) at 1 / `shrink` of its size, the mean of both sides.

    `core` as in `Window`.
    """

    box: Box
    shrink: float
    role: str
    core: Box


@dataclass(frozen=True)
class Plan:
    """How a question is looked at (paper, section 2.1, I'). Scene px."""

    granularity: Granularity
    area: Box
    """What is searched."""
    wide: tuple[Window, ...]
    """Windows read first."""
    closer: float | None = None
    """Scene px for one view px of the looks that may follow; None where the wide windows are all
    there is.
    """
    scouted: bool = False
    """The wide windows are not answered, they only say where a closer look may be worth it."""
    aspect: float = 1.0
    """Of the scene's px on the ground, by which views are wider or higher."""


@dataclass(frozen=True, eq=False)
class View:
    """Pixels with their place on the scene.

    pixels: (h, w, 3) uint8.  valid: (h, w) bool, False where the scene has no data; None where all
        is valid.
    key: "SCENE:WINDOW:SIZE", so that a model can keep what it computed for the picture.
    """

    pixels: Bytes
    window: Window
    key: str
    valid: Bools | None = None

    @property
    def scene(self) -> str:
        """The first part of the key: the same of all views of one opened scene."""
        return self.key.partition(":")[0]

    def __post_init__(self) -> None:
        if self.pixels.shape != (self.window.height, self.window.width, 3):
            raise ValueError(
                f"view pixels {self.pixels.shape} do not fit window"
                f" {(self.window.height, self.window.width, 3)}"
            )


@dataclass(frozen=True)
class Size:
    """How long things of a kind are.

    In metres on the ground, and in px of the pictures that the model was trained on.

    The small ones of a kind (a quarter is smaller). metres is None where size says nothing, as of
    land cover.
    """

    metres: float | None
    pixels: float


@dataclass(frozen=True)
class ModelSpec:
    """What a pipeline must know of a model.

    image_side: side of the picture for image-level questions, px (paper: 100).
    view_pixels: the most pixels of one view.  tile, overlap: side of a tile and what neighbours
        share, px.
    pixel_bytes: memory that one px of a view takes while it is looked at.  scout_flops: of one px
        of a scouted view.
    sizes: of each kind.  recall: (share of the objects that is found, heat from which a spot is
    opened), by rising share, measured on validation scenes.  chinese: the noun of each kind; those
    without one keep their English name.
    gsd: the smallest and the largest ground pixel that it was trained on, metres; None where that
        is not known.
    broader: those of `scenes` that hold several of the others.
    objects: those of `kinds` with separate objects; the others are land cover. Empty: all of them.
    names: by kind how people call it, in English and Chinese.  counters: by kind its Chinese
        measure word.
    quality: how well a kind is found on pictures kept aside, 0 to 1: F1 of objects, IoU of land
        cover; kinds not measured are left out.
    """

    name: str
    version: str
    kinds: tuple[str, ...]
    scenes: tuple[str, ...]
    image_side: int = 100
    view_pixels: int = 1_100_000
    tile: int = 1024
    overlap: int = 128
    parameters: int = 0
    trained: bool = True
    pixel_bytes: int = 700
    scout_flops: float = 0.0
    sizes: Mapping[str, Size] = field(default_factory=dict)
    recall: tuple[tuple[float, float], ...] = ()
    chinese: Mapping[str, str] = field(default_factory=dict)
    gsd: tuple[float, float] | None = None
    broader: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counters: Mapping[str, str] = field(default_factory=dict)
    quality: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Detection:
    """One object in one view."""

    label: str
    score: float
    view_box: tuple[float, float, float, float]
    """(x0, y0, x1, y1) view px."""
    cells: Bools | None = None
    """The cells of the view's mask that belong to it, (h, w) bool, first cell at `origin` (column,
    row); what of them is mask is said by the kind's probability. None at region level.
    """
    origin: tuple[int, int] = (0, 0)


@dataclass(frozen=True, eq=False)
class ClassMask:
    """Where a kind is, over a whole view."""

    label: str
    score: float
    probability: Floats
    """(ceil(h/stride), ceil(w/stride)) float32; mask where it reaches `threshold`."""
    threshold: float
    separate: bool
    """The kind has objects, told apart by `Detection`; else every connected piece is a region."""
    usual: float = 0.0
    """Length of a usual object, view px; 0 where it is not known."""


@dataclass(frozen=True, eq=False)
class ViewPrediction:
    """What a model says of one view."""

    found: tuple[Detection, ...] = ()
    covers: tuple[ClassMask, ...] = ()
    stride: int = 4
    """View px a cell of the masks."""


@dataclass(frozen=True, eq=False)
class ModelOutput:
    """A model's answer to a query over some views.

    labels: scene names with probabilities, best first.  views: one reply for each view, in order.
    asked: the kinds asked for, in the model's words; empty where nothing it knows was asked for.
    landmarks: kinds that only say where; they are found as well.
    unknown: something was asked for that the model was not taught.  place: the kind of place was
        asked for beside the objects.
    named: the views say what a given box shows, which takes no search.
    """

    labels: tuple[tuple[str, float], ...] = ()
    views: tuple[ViewPrediction, ...] = ()
    asked: tuple[str, ...] = ()
    landmarks: tuple[str, ...] = ()
    unknown: bool = False
    place: bool = False
    named: bool = False
    flops: float = 0.0


@dataclass(frozen=True)
class GeneratedText:
    """A sentence and, by kind, the phrase in it that is tied to the kind's regions ("two ships").

    The language of both.

    value: yes or no, where the sentence begins so; the class that was chosen among several, where
        the question was such a choice.
    """

    text: str
    phrases: Mapping[str, str] = field(default_factory=dict)
    language: Literal["en", "zh"] = "en"
    value: bool | str | None = None


@dataclass(frozen=True, eq=False)
class Region:
    """One object of the answer."""

    label: str
    score: float
    box: tuple[float, float, float, float]
    """Scene px."""
    segmentation: dict[str, Any] | None = None
    """COCO RLE at scene size ({"size": [H, W], "counts": str}) or None."""
    phrase: str = ""

    @property
    def polygon(self) -> tuple[Ring, ...]:
        """Rings of (x, y) scene px, outer ring first; empty at region level.

        Traced anew at each call: a large scene has a hundred thousand regions, whose rings take far
            more memory than their run lengths.
        """
        return () if self.segmentation is None else polygons(self.segmentation)


@dataclass(frozen=True, eq=False)
class ClassMaskPatch:
    """Where a kind is in one window."""

    label: str
    score: float
    separate: bool
    """The kind has objects, told apart by themselves; else every connected piece is a region."""
    patch: MaskPatch


@dataclass(frozen=True, eq=False)
class WindowResult:
    """What one window adds to an answer."""

    window: Window
    objects: tuple[tuple[Region, float], ...] = ()
    """With their rank among what several views show of the same thing."""
    layers: tuple[ClassMaskPatch, ...] = ()


@dataclass(frozen=True, eq=False)
class Trace:
    """Where the model looked and what it cost.

    pixels_processed: pixels that went through a network; flops: multiply-adds x 2.

    seconds: by stage.  views: every window read.  heat: (h, w) float32 over the whole scene, or
        None.
    crops: boxes opened for a closer look.  skipped: boxes that were to be looked at when the budget
    was spent or the search was stopped, with their relevance.  closed: boxes seen from afar and not
    worth a closer look, with theirs.  broken: boxes whose pixels are damaged.
    """

    scene_pixels: int
    pixels_processed: int
    flops: float
    seconds: Mapping[str, float]
    views: tuple[Window, ...] = ()
    heat: Floats | None = None
    crops: tuple[Box, ...] = ()
    skipped: tuple[tuple[Box, float], ...] = ()
    broken: tuple[Box, ...] = ()
    closed: tuple[tuple[Box, float], ...] = ()

    @property
    def megapixels(self) -> str:
        """Pixels that went through a network beside those of the scene.

        No share, as parts may be seen twice or not at all.
        """
        return (
            f"{self.pixels_processed / 1e6:.2f} Mpx processed (scene: {self.scene_pixels / 1e6:.2f}"
            " Mpx)"
        )


LINE, SHOWN = 200, 8
"""Most letters of an answer's text, and classes, in its `repr`."""
LARGEST_MASK = 500_000_000
"""Pixels above which `Answer.mask` is None and the mask is read by windows."""


@dataclass(frozen=True, eq=False)
class Answer(Detections):
    """Text, labels, regions and mask, in scene px, with the scene's CRS at hand.

    granularity_probabilities: by granularity name.  labels: (name, probability), best first, image
    level only; the classes of the regions are `classes`, beside `boxes`, `scores` and `masks`.
    preview: (h, w, 3) uint8, the whole scene at most about 1 Mpx.  patches: the union of the
        regions' masks; None where none was asked for.
    complete: False where part of what was asked about was not looked at: `trace.skipped` and
        `trace.broken`; the text says how much was.
    stopped: it was stopped before its end, and with a journal it can be gone on with.
    value: what a composed question comes to ("how many", "what share", "are there more"); true or
    false of a yes or no ("Is this an airport?"); of several kinds of scene the one that fits best;
    None where nothing of the sort was asked, or where it cannot be told, which the text then says.
    `regions` are what it is made of.
    unit: of a number: "%", "m", "m2", "ha", "km2", "px", "px2", "1/ha", "1/km2", "deg"; None for a
        count.
    understood: how a composed question was read, in one line, else "".
    """

    question: str
    text: str
    granularity: Granularity
    granularity_probabilities: Mapping[str, float]
    scene: SceneInfo
    trace: Trace
    preview: Bytes
    labels: Labels = field(default_factory=Labels)
    regions: tuple[Region, ...] = ()
    patches: tuple[MaskPatch, ...] | None = None
    complete: bool = True
    stopped: bool = False
    value: bool | int | float | str | None = None
    unit: str | None = None
    understood: str = ""

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
        """The mask inside `window` (scene px, rounded outwards and cut to the scene) -> (h, w) bool.

        Raises:
            BoxError: the window lies outside the scene.
        """
        return read_patches(self.patches or (), window, self.scene.box)

    def __repr__(self) -> str:
        """Three lines: what is said, how many of each class, and the cost."""
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
        """What a notebook shows: picture, text, table and cost."""
        from geomagnifier.export.notebook import (
            html,
        )  # io is a stage above; it is loaded where a notebook asks, and for that alone

        return html(self)
