"""The values that pass between the stages before a model answers: small, frozen, numpy only.

    question -> Query -> granularity -> Plan -> View ... -> ModelOutput -> Answer

`results.py` has what a model and the pipeline answer. Boxes are scene px unless a name says `view`.
Arrays are (H, W) or (H, W, C). Dataclasses that hold arrays compare by identity.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomagnifier.area_of_interest import Area
from geomagnifier.errors import QuestionEmpty, QuestionError, QuestionUnreadable
from geomagnifier.geometry import Box, Placement
from geomagnifier.variants import Variant

Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]
Affine6 = tuple[float, float, float, float, float, float]
"""An affine map (a, b, c, d, e, f): x = a * column + b * row + c, y = d * column + e * row + f."""


Relevance = Literal["gradient", "attention", "mask", "scout"]
"""What a relevance map is made of: attention weighted by its gradient (PSC's H), attention alone,
the class mask, or the scores of the proposal network.
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
"""Characters. A model reads its first 512 tokens; a longer text is no question, and would cost time
before it is cut.
"""
_BROKEN = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Query:
    """A question, and what limits its answer.

    Raises:
        QuestionError: it is empty, or longer than `LONGEST_QUESTION`, or holds bytes that are no
            text.
    """

    text: str
    """The question as asked."""
    box: Box | None = None
    """The part of the scene that the question is about, scene px; None: all of it."""
    min_score: float | None = None
    """The lowest score of an object in the answer; None: the calibrated threshold of its class."""
    recall: float | None = None
    """The share of the objects that must be found; None: the calibrated balance of precision and
    recall.
    """
    variant: Variant = field(default_factory=Variant)
    """The form of the paper's method, where the scene is searched by it."""
    kinds: tuple[str, ...] = ()
    """The classes to look for, where these are known; the text is then not read for them. Each is
    looked for by itself.
    """
    area: Area | None = None
    """The area of interest that is searched, in place of the whole scene; no box is given then."""

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST_QUESTION:
            raise QuestionError(
                f"the question has {len(self.text)} letters; at most {LONGEST_QUESTION} are taken"
            )
        if broken := _BROKEN.search(self.text):
            raise QuestionUnreadable(
                f"the question holds bytes that are not text, at character {broken.start() + 1};"
                " send"
                " it as UTF-8"
            )
        # Blanks, control characters and others that nobody sees.
        if all(unicodedata.category(letter)[0] in "CZ" for letter in self.text):
            raise QuestionEmpty(
                "the question is empty; ask for example 'Segment every ship.' or 'What kind of"
                " place is this?'"
            )


SQUARE, OBLONG = 1.05, 8.0
"""Pixels no more oblong on the ground than the first are shown as they are; more oblong than the
second, as if they were that.
"""


@dataclass(frozen=True)
class SceneInfo:
    """What is known of a scene without its pixels."""

    name: str
    """The file's name, or what the caller calls the array."""
    width: int
    """Scene px."""
    height: int
    """Scene px."""
    bands: int
    """Bands of the file."""
    crs: str | None = None
    """"EPSG:32633", a WKT text where there is no code, or None."""
    transform: Affine6 | None = None
    """Pixel to CRS, or None."""
    gsd: float | None = None
    """Ground sampling distance, m per px; of oblong px the side of a square of their area. None
    where the CRS does not say.
    """
    aspect: float = 1.0
    """Width by height of a px on the ground; 1 where that is not known."""
    rgb: tuple[int, ...] = ()
    """The bands shown as red, green and blue, or the one shown as grey, from 1; empty for ink."""
    band_names: tuple[str, ...] = ()
    """The bands' descriptions."""

    @property
    def box(self) -> Box:
        """The whole scene."""
        return Box(0, 0, self.width, self.height)

    @property
    def view_aspect(self) -> float:
        """The aspect that views are given.

        1 where pixels are nearly square, and no more than `OBLONG`.
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
        """Width times height."""
        return self.width * self.height


LEVEL = "level"
"""Role of a window on the whole area, shrunk because the scale is not known: a level of the
pyramid.
"""


@dataclass(frozen=True)
class Window:
    """A part of the scene that is read and resampled to `width` x `height` px."""

    box: Box
    """The part, scene px."""
    width: int
    """View px."""
    height: int
    """View px."""
    role: str
    """What the window is for: "tile", "wide", "level" ..."""
    core: Box
    """The part of `box` whose objects count; cores of one plan do not overlap within a scale."""

    @property
    def placement(self) -> Placement:
        """The map between view px and scene px."""
        return Placement(self.box, self.width, self.height)


@dataclass(frozen=True)
class CropRequest:
    """A request to read a part of the scene at a given scale."""

    box: Box
    """The part, scene px."""
    shrink: float
    """Scene px for one view px, the mean of both sides."""
    role: str
    """What the crop is for."""
    core: Box
    """As in `Window`."""


@dataclass(frozen=True)
class Plan:
    """How a scene is searched for a question (paper, section 2.1, I'). Scene px."""

    granularity: Granularity
    """How closely the question makes us look."""
    area: Box
    """The part of the scene that is searched."""
    wide: tuple[Window, ...]
    """Windows read first."""
    closer: float | None = None
    """Scene px for one view px of the crops that may follow; None where the wide windows are all
    there is.
    """
    scouted: bool = False
    """The wide windows are not answered: they only yield region proposals."""
    aspect: float = 1.0
    """Of the scene's px on the ground, by which views are wider or higher."""
    beside: bool = False
    """Fainter places beside region proposals are read, too: the scale of the wide windows follows
    from the usual size of a class, whose smallest objects are faint in them.
    """


@dataclass(frozen=True, eq=False)
class View:
    """The pixels of a window.

    Raises:
        ValueError: the pixels do not have the window's size.
    """

    pixels: Bytes
    """(h, w, 3) uint8."""
    window: Window
    """Where on the scene they lie."""
    key: str
    """"SCENE:WINDOW:SIZE", under which a model may cache what it computed for the view."""
    valid: Bools | None = None
    """(h, w) bool, False where the scene has no data; None where all pixels are valid."""

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
    """How long the small objects of a class are: a quarter of them is smaller."""

    metres: float | None
    """On the ground; None where size says nothing, as of land cover."""
    pixels: float
    """In the images that the model was trained on."""


@dataclass(frozen=True)
class ModelSpec:
    """What the pipeline must know of a model."""

    name: str
    """The model's name."""
    version: str
    """Its version, as its checkpoint has it."""
    kinds: tuple[str, ...]
    """The classes that it finds."""
    scenes: tuple[str, ...]
    """The scene classes that it tells apart."""
    image_side: int = 100
    """Side of the image for image-level questions, px (paper: 100)."""
    view_pixels: int = 1_100_000
    """The most pixels of one view."""
    tile: int = 1024
    """Side of a tile, px."""
    overlap: int = 128
    """What neighbouring tiles share, px."""
    parameters: int = 0
    """Number of weights; 0 where it is not known."""
    trained: bool = True
    """False of random weights."""
    pixel_bytes: int = 700
    """Memory that one px of a view takes while the model runs, bytes."""
    scout_flops: float = 0.0
    """Multiply-adds x 2 of the proposal network for one px."""
    sizes: Mapping[str, Size] = field(default_factory=dict)
    """By class."""
    recall: tuple[tuple[float, float], ...] = ()
    """(recall, threshold of the relevance map at which a region is proposed), by rising recall,
    measured on validation scenes.
    """
    chinese: Mapping[str, str] = field(default_factory=dict)
    """The Chinese noun of each class; a class without one keeps its English name."""
    gsd: tuple[float, float] | None = None
    """The smallest and the largest GSD of the training images, m; None where that is not known."""
    broader: tuple[str, ...] = ()
    """Those of `scenes` that hold several of the others."""
    objects: tuple[str, ...] = ()
    """Those of `kinds` with separate objects; the others are land cover. Empty: all of them."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By class the words that people use for it, English and Chinese."""
    counters: Mapping[str, str] = field(default_factory=dict)
    """By class its Chinese measure word."""
    quality: Mapping[str, float] = field(default_factory=dict)
    """How well a class is found on held-out images, 0 to 1: F1 of objects, IoU of land cover;
    classes not measured are left out.
    """
    resolution: float | None = None
    """The GSD that windows are read at, m/px; 0: the scene's own pixels. None: as large as the
    objects looked for ask for.
    """
    wider: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of wider classes that it has none of, with those of its classes that they hold."""
    alike: tuple[str, ...] = ()
    """Classes whose objects have about one length in a scene: vehicles."""
    every: tuple[str, ...] = ()
    """What "all objects" are. Empty: all of `objects` that are within no other one."""
