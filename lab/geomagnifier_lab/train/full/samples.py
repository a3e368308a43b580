"""Training samples of the full-size model: views, a question, its answer, and dense targets.

    region, pixel   a view, alone or after a small one of the whole image, each with its place;
                    a clause a class (models/full/output_classes.py)
    image           the image at 100 x 100 px; a sentence

Sample i of a run is made from (seed, i) alone: it does not depend on how often the run was
interrupted.

A clause is about the last view. Where the class is not there, [NONE] is to be written, but half of
the time [SEG] or [BOX] is read in its place, with an empty target: the model is asked in the same
way (`finding.Trained`), as the state of a [SEG] must give an empty mask where a class was wrongly
taken to be there. The other half reads [NONE], which later clauses follow when the model generates;
no mask is ever decoded from a [NONE], so it has no target.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, overload

import numpy as np
from numpy.random import Generator
from PIL import Image

from geomagnifier.errors import OptionError
from geomagnifier.finetuning.crops import Crop, Piece, Source, make_crop
from geomagnifier.finetuning.targets import Target
from geomagnifier.models.full import output_classes
from geomagnifier.models.full.model import CONTEXT
from geomagnifier.models.full.vlm import Shown, Turn
from geomagnifier.models.small.granularity import LEVELS
from geomagnifier.models.small.vocabulary import write_out
from geomagnifier.types import Bytes, Granularity
from geomagnifier_lab.datasets.dubai import COVER, dubai, read_cover
from geomagnifier_lab.datasets.sample import CoverSample, ObjectSample, SceneSample, read_pixels
from geomagnifier_lab.datasets.scene_sets import SETS, scene_set
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.pictures import evenly
from geomagnifier_lab.questions import questions
from geomagnifier_lab.questions.questions import ANY, Question
from geomagnifier_lab.questions.templates import Task
from geomagnifier_lab.train.batches import CONFUSED, NAMES, scene_view, target
from geomagnifier_lab.train.text_samples import present

PLACE = "This is a {scene}."
"""Answer with the scene class; names are ranked by the probability of this sentence
(`FullModel.answer`).
"""
THUMBNAIL = 100
"""Side of the image of image-level questions, px (paper, section 2.1)."""
REACH = (400.0, 1400.0)
"""Px of the source across a sample's image, from closest to farthest."""
SHARES = (0.7, 0.1)
"""Shares of samples about objects and about land cover; the rest is about the whole image."""

Sample = TypeVar("Sample")


@dataclass(frozen=True, eq=False)
class FullSample:
    """One training sample."""

    turn: Turn
    """Views, question and the answer that is read."""
    level: int
    """Index into `LEVELS`."""
    there: tuple[bool, ...] = ()
    """Of each clause, whether the class is there, which is what is to be written; () at image
    level.
    """
    picture: Bytes | None = None
    """(S, S, 3) uint8 image that masks are decoded on, or None."""
    targets: tuple[Target | None, ...] = ()
    """Of each clause; None where [NONE] is read."""


class Pictures(Sequence[Source]):
    """Labelled images, each read when it is needed.

    Eight processes do not hold them eight times.
    """

    def __init__(self, samples: Sequence[Sample], read: Callable[[Sample], Source]) -> None:
        self._samples, self._read = samples, read

    def __len__(self) -> int:
        return len(self._samples)

    @overload
    def __getitem__(self, index: int) -> Source: ...
    @overload
    def __getitem__(self, index: slice) -> Pictures: ...
    def __getitem__(self, index: int | slice) -> Source | Pictures:
        return (
            Pictures(self._samples[index], self._read)
            if isinstance(index, slice)
            else self._read(self._samples[index])
        )


def read_objects(sample: ObjectSample) -> Source:
    """Read an image of VHR-10."""
    return Source(
        read_pixels(sample.path),
        tuple((o.kind, o.box, o.polygons) for o in sample.objects),
        frozenset(sample.kinds),
    )


def read_land(sample: CoverSample) -> Source:
    """Read a tile of Dubai."""
    return Source(read_pixels(sample.path), (), frozenset(COVER), read_cover(sample.cover), COVER)


class Lessons:
    """The training samples of a run. Missing data sets are skipped, but for VHR-10.

    Args:
        root: folder of the data sets.
        side: of the segmenter's images, px.
        seed: of everything drawn.

    Raises:
        OptionError: the folder lacks VHR-10.
    """

    def __init__(self, root: Path, side: int, seed: int) -> None:
        self.side, self.seed = side, seed
        self.objects = Pictures(labelled(root, "train"), read_objects)
        self.covers = Pictures(dubai(root, "train"), read_land)
        self.scenes: list[SceneSample] = [
            s for name in SETS if (root / name).is_dir() for s in scene_set(root, name, "train")
        ]

    def __getitem__(self, index: int) -> FullSample:
        rng = np.random.default_rng([self.seed, index])
        chance = rng.random()
        if chance > sum(SHARES) and self.scenes:
            return whole_lesson(self.scenes, rng)
        sources = self.covers if chance > SHARES[0] and self.covers else self.objects
        while True:
            views, crop = look(sources, self.side, rng)
            told = {kind: there for kind, there in present(crop).items() if there is not None}
            if told:
                return closer_lesson(ask(told, rng), told, views, crop, rng)


class PlainLessons:
    """Whole images, unturned, as a scene's first view.

    One pixel-level question for each class in them, always the same. For overfitting, and for
    validation figures.

    Args:
        root: folder of the data sets.
        split: "train" or "val" of VHR-10.
        side: of the segmenter's images, px.
        seed: of the questions' words.
        count: images, spread evenly over the split.
    """

    def __init__(self, root: Path, split: str, side: int, seed: int, count: int) -> None:
        self.side, self.seed = side, seed
        self.samples = evenly([s for s in labelled(root, split) if s.objects], count)
        self.asked = [
            (i, kind)
            for i, s in enumerate(self.samples)
            for kind in sorted({o.kind for o in s.objects})
        ]

    def __len__(self) -> int:
        return len(self.asked)

    def __getitem__(self, index: int) -> FullSample:
        index %= len(self.asked)
        number, kind = self.asked[index]
        rng = np.random.default_rng([self.seed, index])
        question = questions.about(rng, kind, Granularity.PIXEL, refer=0)
        source = read_objects(self.samples[number])
        return closer_lesson(
            question,
            {kind: True},
            (Shown(smaller(source.pixels, self.side**2)),),
            squashed(source, self.side),
            rng,
        )


def labelled(root: Path, split: str) -> list[ObjectSample]:
    """The labelled images of VHR-10.

    Args:
        root: folder of the data sets.
        split: "train" or "val".

    Raises:
        OptionError: it is not there.
    """
    try:
        return vhr10(root, split)
    except FileNotFoundError as error:
        raise OptionError(
            f"{error.filename} is missing; --data must hold vhr10/ as docs/model_card.md describes"
        ) from error


def look(sources: Sequence[Source], side: int, rng: Generator) -> tuple[tuple[Shown, ...], Crop]:
    """The views of a sample, and the last one with its labels.

    Half of the time a whole image, else a part after it.

    Args:
        sources: labelled images.
        side: of the last view, px.
        rng: random generator.
    """
    times = 1 if rng.random() < 0.5 else 2
    scale = times * side / float(np.exp(rng.uniform(*np.log(REACH))))
    canvas = make_crop(sources, (scale, scale), times * side, rng)
    if times == 1:
        return (Shown(canvas.pixels),), canvas
    middle = rng.uniform(0, 2 * side, 2)
    if canvas.pieces and rng.random() < 0.8:  # most crops are laid around an object, off centre
        box = canvas.pieces[int(rng.integers(len(canvas.pieces)))].box
        middle = (box[:2] + box[2:]) / 2 + rng.uniform(-0.4, 0.4, 2) * side
    x, y = (int(v) for v in np.clip(middle - side / 2, 0, side))
    crop = cut(canvas, x, y, side)
    place = (x / (2 * side), y / (2 * side), (x + side) / (2 * side), (y + side) / (2 * side))
    return (Shown(smaller(canvas.pixels, longest=CONTEXT)), Shown(crop.pixels, place)), crop


def cut(canvas: Crop, x: int, y: int, side: int) -> Crop:
    """A square of a crop with what is left of its labels.

    Args:
        canvas: labelled crop.
        x: left edge, px.
        y: top edge, px.
        side: px.
    """
    pieces = []
    for piece in canvas.pieces:
        box = np.clip(piece.box - [x, y, x, y], 0, side).astype(np.float32)
        size = box[2:] - box[:2]
        if size.min() >= 1:
            left = float(np.prod(size) / np.prod(piece.box[2:] - piece.box[:2]))
            moved = [(ring - [x, y]).astype(np.float32) for ring in piece.polygons]
            pieces.append(Piece(piece.kind, box, moved, piece.share * left))
    window = (slice(y, y + side), slice(x, x + side))
    cover = None if canvas.cover is None else canvas.cover[window]
    return Crop(canvas.pixels[window], pieces, canvas.kinds, cover, canvas.cover_names)


def squashed(source: Source, side: int) -> Crop:
    """A whole image as a square, with its labels.

    Args:
        source: labelled image.
        side: px.
    """
    height, width = source.pixels.shape[:2]
    scale = np.array([side / width, side / height], np.float32)
    pixels = np.asarray(
        Image.fromarray(source.pixels).resize((side, side), Image.Resampling.BILINEAR)
    )
    pieces = [
        Piece(
            kind,
            (np.array(box, np.float32).reshape(2, 2) * scale).ravel(),
            [(ring * scale).astype(np.float32) for ring in rings],
            1.0,
        )
        for kind, box, rings in source.objects
    ]
    return Crop(pixels, pieces, source.kinds)


def smaller(pixels: Bytes, most: float = np.inf, longest: float = np.inf) -> Bytes:
    """Reduce an image to a number of pixels and a length; one that fits is returned as it is.

    Args:
        pixels: (H, W, 3) uint8.
        most: largest number of pixels.
        longest: largest longer side, px.
    """
    height, width = pixels.shape[:2]
    shrink = min(1.0, (most / (height * width)) ** 0.5, longest / max(height, width))
    size = (max(1, int(width * shrink)), max(1, int(height * shrink)))
    return (
        pixels
        if shrink == 1
        else np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
    )


def ask(told: dict[str, bool], rng: Generator) -> Question:
    """A question at region or pixel level that the labels answer.

    About a class, several, or everything.

    Args:
        told: by class, whether it is there; classes that the labels do not tell of are not in it.
        rng: random generator.
    """
    there, absent = (
        [kind for kind, is_there in told.items() if is_there is wanted] for wanted in (True, False)
    )
    level = Granularity.REGION if rng.random() < 0.5 else Granularity.PIXEL
    chance = rng.random()
    if chance < 0.1 and there:
        return questions.about(rng, ANY, level)
    for _ in range(300 if chance < 0.3 else 0):  # drawn until the labels happen to answer it
        drawn = questions.draw(rng)
        if (
            len(drawn.kinds) > 1
            and set(drawn.kinds) <= set(told)
            and set(drawn.kinds) & set(there or told)
            and not drawn.place
        ):
            return drawn
    alike = [kind for k in there for kind in CONFUSED.get(k, ()) if kind in absent]
    pool = (
        there
        if there and (rng.random() < 0.65 or not absent)
        else alike
        if alike and rng.random() < 0.5
        else absent
    )
    return questions.about(rng, pool[int(rng.integers(len(pool)))], level, refer=0)


def closer_lesson(
    question: Question, told: dict[str, bool], views: Sequence[Shown], crop: Crop, rng: Generator
) -> FullSample:
    """A sample at region or pixel level.

    Args:
        question: about classes of `told`, or about everything.
        told: by class, whether it is there.
        views: the last one shows the crop.
        crop: what the segmenter sees, with its labels.
        rng: random generator.
    """
    kinds = (
        question.kinds
        if question.kinds != (ANY,)
        else tuple(kind for kind in NAMES if told.get(kind))[: output_classes.MOST_KINDS]
    )
    there = tuple(told[kind] for kind in kinds)
    tied = [is_there or rng.random() < 0.5 for is_there in there]
    text = output_classes.clauses(kinds, tied, question.granularity is Granularity.PIXEL)
    targets = tuple(
        target(crop, kind) if tie else None for kind, tie in zip(kinds, tied, strict=True)
    )
    return FullSample(
        Turn(views, question.text, text),
        LEVELS.index(question.granularity),
        there,
        crop.pixels,
        targets,
    )


def whole_lesson(scenes: Sequence[SceneSample], rng: Generator) -> FullSample:
    """A sample at image level: the scene class, or a caption.

    Args:
        scenes: scene images with labels.
        rng: random generator.
    """
    while True:
        sample = scenes[int(rng.integers(len(scenes)))]
        task = Task.CAPTION if rng.random() < 0.5 else Task.SCENE
        texts = sample.captions
        if task is Task.SCENE:  # a coarse label does not say which of its scene classes it is
            texts = (PLACE.format(scene=sample.scenes[0]),) if len(sample.scenes) == 1 else ()
        if texts:
            text = sentence(texts[int(rng.integers(len(texts)))])
            view = Shown(scene_view(sample, THUMBNAIL, rng))
            return FullSample(
                Turn((view,), questions.draw(rng, task=task).text, text),
                LEVELS.index(Granularity.IMAGE),
            )


def sentence(text: str) -> str:
    """A text with the usual capitals and spaces: "this is a port ." -> "This is a port."."""
    return write_out(text.split(), {}, lambda kind, count: kind)[0]
