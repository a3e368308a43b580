"""A model without a network: red things are ships, blue ground is water.

For tests of everything that is handed a Model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.mask_components import components
from geomagnifier.results import (
    ClassMask,
    Detection,
    GeneratedText,
    ModelOutput,
    Region,
    ViewPrediction,
)
from geomagnifier.types import (
    Bytes,
    Floats,
    Granularity,
    ModelSpec,
    Query,
    Relevance,
    SceneInfo,
    Size,
    View,
)

RED, BLUE, GROUND = (250, 0, 0), (0, 0, 250), (120, 120, 120)
KINDS, SCENES = {"ship": 0, "water": 2}, ("red place", "green place", "blue place")
WORDS = {
    Granularity.PIXEL: ("segment", "mask"),
    Granularity.REGION: ("find", "count", "where", "which"),
}
STRIDE = 4
NOTHING = 0.19
"""Probability of cells without anything. With ones inside, the bilinear mask of a block of whole
cells is then exact at 0.5: a corner pixel has 0.39 + 0.61 * 0.19 = 0.506, one beyond an edge 0.375
+ 0.625 * 0.19 = 0.494.
"""


def paint(
    width: int, height: int, *boxes: tuple[int, int, int, int], colour: tuple[int, int, int] = RED
) -> Bytes:
    """Grey ground (height, width, 3) with boxes (x0, y0, x1, y1) of one colour."""
    pixels = np.full((height, width, 3), GROUND, np.uint8)
    for x0, y0, x1, y1 in boxes:
        pixels[y0:y1, x0:x1] = colour
    return pixels


def colourfulness(pixels: Bytes, channel: int) -> Floats:
    """By how much one channel outdoes the others, (h, w) in [0, 1]: RED is 1, GROUND is 0."""
    others = np.delete(pixels, channel, axis=2).max(2).astype(np.float32)
    return np.asarray(np.clip((pixels[..., channel] - others) / 250, 0, 1), np.float32)


def cells(values: Floats) -> Floats:
    """(h, w) -> means of 4 x 4 px (ceil(h/4), ceil(w/4)).

    The last ones are filled up with their edge.
    """
    height, width = values.shape
    padded = np.pad(values, ((0, -height % STRIDE), (0, -width % STRIDE)), mode="edge")
    return np.asarray(
        padded.reshape(padded.shape[0] // STRIDE, STRIDE, -1, STRIDE).mean((1, 3)), np.float32
    )


class FakeModel:
    """Deterministic from pixels and keywords.

    Views: (method, granularity or None, key) of each view it was shown.

    inputs: roles of the views of each call of `answer`.
    remembered: what it was told to `remember`.
    """

    def __init__(
        self,
        view_pixels: int = 1_100_000,
        tile: int = 1024,
        overlap: int = 128,
        smaller: float = 1.0,
    ) -> None:
        sizes = {"ship": Size(15.0, 40.0)}
        self.spec = ModelSpec(
            "fake",
            "0",
            tuple(KINDS),
            SCENES,
            view_pixels=view_pixels,
            tile=tile,
            overlap=overlap,
            sizes=sizes,
        )
        self.smaller = smaller
        self.remembered: list[float | None] = []
        self.views: list[tuple[str, Granularity | None, str]] = []
        self.inputs: list[tuple[str, ...]] = []

    def granularity(self, query: Query) -> dict[Granularity, float]:
        text = query.text.lower()
        level = next(
            (g for g, words in WORDS.items() if any(w in text for w in words)), Granularity.IMAGE
        )
        return {g: 0.8 if g is level else 0.1 for g in Granularity}

    def relevance(self, query: Query, view: View, by: Relevance = "gradient") -> Floats:
        self.views.append(("relevance", None, view.key))
        heats = [cells(colourfulness(view.pixels, KINDS[kind])) for kind in asked(query)]
        return (
            np.asarray(np.max(heats, axis=0), np.float32) if heats else np.zeros((1, 1), np.float32)
        )

    def remember(self, most: float | None) -> None:
        self.remembered.append(most)

    def scale(self, view: View) -> float:
        self.views.append(("scale", None, view.key))
        return self.smaller

    def answer(
        self,
        query: Query,
        granularity: Granularity,
        views: Sequence[View],
        beside: Sequence[View] | None = None,
    ) -> ModelOutput:
        self.views += [("answer", granularity, view.key) for view in views]
        self.inputs.append(tuple(view.window.role for view in (*(beside or ()), *views)))
        flops = 10.0 * sum(view.pixels[..., 0].size for view in (*views, *(beside or ())))
        if granularity is Granularity.IMAGE:
            mean = views[0].pixels.reshape(-1, 3).mean(0)
            labels = sorted(
                zip(SCENES, (mean / mean.sum()).tolist(), strict=True), key=lambda pair: -pair[1]
            )
            return ModelOutput(tuple(labels), (ViewPrediction(),), flops=flops)
        kinds = asked(query)
        return ModelOutput(
            (),
            tuple(self._see(query, kinds, view) for view in views),
            kinds,
            unknown=not kinds,
            place="place" in query.text,
            flops=flops,
        )

    def choose(
        self, query: Query, scene: SceneInfo, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[int, ...]:
        mine = [i for i, r in enumerate(regions) if r.label in asked]
        if "largest" in query.text and mine:
            return (max(mine, key=lambda i: Box(*regions[i].box).area),)
        return tuple(mine)

    def say(
        self,
        query: Query,
        granularity: Granularity,
        view: View,
        reply: ModelOutput,
        scene: SceneInfo,
        regions: Sequence[Region],
    ) -> GeneratedText:
        if granularity is Granularity.IMAGE:
            return GeneratedText(f"This is a {reply.labels[0][0]}.")
        if not reply.asked:
            return GeneratedText("I was not taught to find that.")
        counts = {kind: sum(r.label == kind for r in regions) for kind in reply.asked}
        phrases = {kind: f"{n} {kind}{'s' * (n > 1)}" for kind, n in counts.items() if n}
        return GeneratedText(
            (
                f"Found {' and '.join(phrases.values())}."
                if phrases
                else f"No {' or '.join(reply.asked)} found."
            ),
            phrases,
        )

    def embed(self, item: str | View) -> Floats:
        if isinstance(item, str):
            vector = np.array(
                [0.1 + item.lower().count(colour) for colour in ("red", "green", "blue")]
            )
        else:
            vector = 1 + item.pixels.reshape(-1, 3).mean(0)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def _see(self, query: Query, kinds: Sequence[str], view: View) -> ViewPrediction:
        found: list[Detection] = []
        covers: list[ClassMask] = []
        for kind in kinds:
            strength = colourfulness(view.pixels, KINDS[kind])
            covers.append(
                ClassMask(
                    kind,
                    float(strength.max()),
                    NOTHING + (1 - NOTHING) * cells(strength),
                    0.5,
                    kind == "ship",
                )
            )
            if kind == "ship":
                found += blobs(strength, 0.5 if query.min_score is None else query.min_score)
        return ViewPrediction(tuple(found), tuple(covers), STRIDE)


def blobs(strength: Floats, lowest: float) -> list[Detection]:
    """Connected red pixels as objects, with the cells that they touch."""
    found = []
    for left, top, piece in components(strength >= 0.5):
        score = float(
            strength[top : top + piece.shape[0], left : left + piece.shape[1]][piece].mean()
        )
        if score >= lowest:
            column, row = left // STRIDE, top // STRIDE
            own = (
                cells(np.pad(piece, ((top % STRIDE, 0), (left % STRIDE, 0))).astype(np.float32)) > 0
            )
            found.append(
                Detection(
                    "ship",
                    score,
                    (left, top, left + piece.shape[1], top + piece.shape[0]),
                    own,
                    (column, row),
                )
            )
    return found


def asked(query: Query) -> tuple[str, ...]:
    text = query.text.lower()
    return tuple(kind for kind in KINDS if kind in text or "everything" in text)
