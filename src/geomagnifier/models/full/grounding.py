"""Grounding in a view: by a trained pixel decoder, or zero-shot by boxes in the model's words.

Both know two things: which classes a question asks for, and where they are in a view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.errors import OptionError
from geomagnifier.models.full import output_classes, output_parser, psc
from geomagnifier.models.full import segmenter as sam2
from geomagnifier.models.full.full_network import FullNetwork
from geomagnifier.models.full.vlm import Shown, Turn, Vlm
from geomagnifier.models.networks.pixel_decoder import Maps
from geomagnifier.models.small.cells import shrink
from geomagnifier.models.small.instances import find_peaks, share_cells
from geomagnifier.models.small.maps import MASK_STRIDE, STRIDE
from geomagnifier.results import ClassMask, Detection, ViewPrediction
from geomagnifier.types import COARSE, Bools, Bytes, Floats, Query, Relevance, View

PRESENT, LEAST, MASK = 0.5, 0.3, 0.5
"""Thresholds of presence, of an object's score, and of a mask's cells. They are not calibrated:
that takes a trained model.
"""
LOWEST_HEAT = 0.01
"""Least centre heat of a peak."""
KINDS_LONG, BOXES_LONG = 64, 1024
"""Most tokens of an answer about classes, and about boxes."""
LAST = (
    "The last picture is the one that is meant; those before it show the scene around it, shrunk.\n"
)
"""Before a request about the last of several images."""


class Finder(Protocol):
    """What both ways of grounding do."""

    def kinds(self, query: Query, shown: Shown, pixel: bool) -> tuple[str, ...]:
        """The classes that are asked for; empty for none.

        Args:
            query: the question.
            shown: the first view of the scene.
            pixel: masks are wanted.
        """

    def heat(
        self, query: Query, kinds: Sequence[str], views: Sequence[Shown], pixel: bool, by: Relevance
    ) -> Floats:
        """PSC's relevance map of the last view, in [0, 1].

        Args:
            query: the question.
            kinds: classes looked for.
            views: the view, after what was seen of the scene before.
            pixel: masks are wanted.
            by: what the map is made of.
        """

    def find(
        self, query: Query, kinds: Sequence[str], views: Sequence[Shown], view: View, pixel: bool
    ) -> ViewPrediction:
        """Where the classes are in the last view.

        Args:
            query: the question.
            kinds: classes looked for.
            views: the view, after what was seen of the scene before.
            view: the last of them.
            pixel: masks are wanted.
        """

    def find_once(
        self,
        query: Query,
        kinds: Sequence[str],
        beside: Sequence[Shown],
        views: Sequence[Shown],
        of: Sequence[View],
        pixel: bool,
    ) -> tuple[ViewPrediction, ...]:
        """Where the classes are in views of one input (paper, section 2.1, I').

        Args:
            query: the question.
            kinds: classes looked for.
            beside: views that are shown as well.
            views: to search.
            of: the same, as they were read.
            pixel: masks are wanted.
        """


class Trained:
    """Grounding by [SEG] and [BOX] states over SAM2's features (paper, section 2.3)."""

    def __init__(self, network: FullNetwork) -> None:
        self.network, self.vlm = network, network.vlm
        self._kept: tuple[str, list[Tensor]] = ("", [])

    def kinds(self, query: Query, shown: Shown, pixel: bool) -> tuple[str, ...]:
        """See `Finder`."""
        return output_classes.parse(self.vlm.write(Turn([shown], query.text), KINDS_LONG).text)

    def heat(
        self, query: Query, kinds: Sequence[str], views: Sequence[Shown], pixel: bool, by: Relevance
    ) -> Floats:
        """See `Finder`."""
        turn = self._forced(query, kinds, views, pixel)
        if by == "mask":
            maps = self.maps(self.states(turn, pixel)[0], views[-1].pixels)
            return np.asarray(torch.sigmoid(maps.mask[0].float()).amax(0).cpu().numpy(), np.float32)
        return scaled(
            psc.heat(
                self.vlm,
                turn,
                output_classes.tie(pixel),
                output_classes.NONE,
                by != "attention",
                query.variant.entropy,
            )
        )

    @property
    def side(self) -> int:
        """Side of the square image that SAM2 takes, px."""
        return sam2.side(self.network.segmenter)

    def find(
        self, query: Query, kinds: Sequence[str], views: Sequence[Shown], view: View, pixel: bool
    ) -> ViewPrediction:
        """See `Finder`."""
        return self._drawn(
            query, kinds, *self.states(self._forced(query, kinds, views, pixel), pixel), view, pixel
        )

    def find_once(
        self,
        query: Query,
        kinds: Sequence[str],
        beside: Sequence[Shown],
        views: Sequence[Shown],
        of: Sequence[View],
        pixel: bool,
    ) -> tuple[ViewPrediction, ...]:
        """See `Finder`."""
        seg, presence = self.states(self._forced(query, kinds, [*beside, *views], pixel), pixel)
        return tuple(self._drawn(query, kinds, seg, presence, view, pixel) for view in of)

    def _drawn(
        self,
        query: Query,
        kinds: Sequence[str],
        seg: Tensor,
        presence: Tensor,
        view: View,
        pixel: bool,
    ) -> ViewPrediction:
        """What the pixel decoder makes of [SEG] or [BOX] states in a view."""
        maps = self.maps(seg, view.pixels, view.key)
        found: list[Detection] = []
        covers: list[ClassMask] = []
        for q, kind in enumerate(kinds):
            p = float(presence[q])
            there = query.min_score is not None or p >= PRESENT
            probability = (
                fitted(torch.sigmoid(maps.mask[0, q].float()), view)
                if there
                else np.zeros(cells_of(view), np.float32)
            )
            objects = self._objects(kind, maps, q, p, query.min_score, view, pixel) if there else []
            found += objects
            covers.append(ClassMask(kind, p, known(probability, view), MASK, bool(objects)))
        return ViewPrediction(tuple(found), tuple(covers), MASK_STRIDE)

    def _forced(
        self, query: Query, kinds: Sequence[str], views: Sequence[Shown], pixel: bool
    ) -> Turn:
        """The turn with an answer that says of each class that it is there.

        Its [SEG] or [BOX] tokens are read, whatever the model would have said.
        """
        return Turn(views, query.text, output_classes.clauses(kinds, [True] * len(kinds), pixel))

    @torch.inference_mode()
    def states(self, turn: Turn, pixel: bool) -> tuple[Tensor, Tensor]:
        """E_seg of the [SEG] or [BOX] tokens (Q, width), and the probability of each class (Q,).

        Args:
            turn: with an answer that has them.
            pixel: they are [SEG]; else [BOX].
        """
        inputs = self.vlm.encode([turn])
        tie, none = self.vlm.tie(output_classes.tie(pixel)), self.vlm.tie(output_classes.NONE)
        at = (inputs["input_ids"][0] == tie).nonzero()[:, 0]
        states = self.vlm(inputs)[0]
        logits = self.vlm.logits(states[at - 1])
        return states[at].to(self.network.decoder.bias.dtype), torch.sigmoid(
            logits[:, tie] - logits[:, none]
        )

    @torch.inference_mode()
    def maps(self, seg: Tensor, pixels: Bytes, key: str = "") -> Maps:
        """Dense maps (1, Q, ...) on an image.

        Args:
            seg: (Q, width) states.
            pixels: (h, w, 3).
            key: of the view, whose features are kept for the next call; "" not to keep them.
        """
        if not key or self._kept[0] != key:
            self._kept = (
                key,
                self.network.decoder.prepare(
                    features_of(self.network.segmenter, pixels, self.vlm.in_bf16)  # type: ignore[arg-type]
                ),
            )
        maps: Maps = self.network.decoder(seg[None], self._kept[1])
        return maps

    def _objects(
        self,
        kind: str,
        maps: Maps,
        q: int,
        presence: float,
        lowest: float | None,
        view: View,
        pixel: bool,
    ) -> list[Detection]:
        peaks = find_peaks(
            maps.centre[0, q].float().cpu().numpy(),
            maps.sides[0, q].float().cpu().numpy(),
            LOWEST_HEAT,
        )
        keep = peaks.scores * presence**0.25 >= (LEAST if lowest is None else lowest)
        boxes, scores = peaks.boxes[keep], (peaks.scores * presence**0.25)[keep]
        shares: Sequence[Any] = [((0, 0), None)] * len(boxes)
        if pixel and len(boxes):
            offset = np.asarray(maps.offset[0, q].float().cpu().numpy(), np.float32)
            shares = [
                cells_in(own, origin, self.side, view)
                for origin, own in share_cells(offset, boxes, STRIDE // MASK_STRIDE)
            ]
        to_view = np.array([view.window.width, view.window.height] * 2, np.float32) / self.side
        placed = boxes * to_view
        return [
            Detection(kind, float(score), tuple(float(v) for v in box), own, origin)  # type: ignore[arg-type]
            for box, score, (origin, own) in zip(placed, scores, shares, strict=True)
        ]


class ZeroShot:
    """Grounding by the boxes that the model writes in its own format, which prompt SAM2 for masks.

    Nothing of it was trained here.
    """

    def __init__(self, vlm: Vlm, segmenter: Any) -> None:
        self.vlm, self.segmenter = vlm, segmenter

    def kinds(self, query: Query, shown: Shown, pixel: bool) -> tuple[str, ...]:
        """See `Finder`."""
        ask = (
            "Which kinds of things does this request ask to find? Answer with nouns, separated by"
            " commas, or with none.\nRequest: "
        )
        text = self.vlm.write(Turn([], ask + query.text), KINDS_LONG).text
        names = output_classes.tidy(text.replace(" and ", ",").split("\n")[0].split(","))
        return tuple(
            name for name in names if name not in ("none", "object", "objects", "thing", "things")
        )

    def heat(
        self, query: Query, kinds: Sequence[str], views: Sequence[Shown], pixel: bool, by: Relevance
    ) -> Floats:
        """See `Finder`."""
        if by == "mask":
            raise OptionError(
                "without a trained pixel decoder there is no class mask; take relevance by"
                " 'gradient' or 'attention'"
            )
        ask = f"Is there any {' or '.join(kinds)} in this image? Answer Yes or No."
        return scaled(
            psc.heat(
                self.vlm,
                Turn(views[-1:], ask),
                "Yes",
                "No",
                by != "attention",
                query.variant.entropy,
            )
        )

    def find(
        self, query: Query, kinds: Sequence[str], views: Sequence[Shown], view: View, pixel: bool
    ) -> ViewPrediction:
        """See `Finder`."""
        return self._prompted(query, kinds, views[-1:], view, pixel)

    def find_once(
        self,
        query: Query,
        kinds: Sequence[str],
        beside: Sequence[Shown],
        views: Sequence[Shown],
        of: Sequence[View],
        pixel: bool,
    ) -> tuple[ViewPrediction, ...]:
        # boxes are told in one picture's own numbers: each view is the last of a turn of its own,
        # after all coarse ones
        """See `Finder`."""
        coarse = [
            *beside,
            *(shown for shown, view in zip(views, of, strict=True) if view.window.role in COARSE),
        ]
        turns = [[*(other for other in coarse if other is not shown), shown] for shown in views]
        return tuple(
            self._prompted(query, kinds, turn, view, pixel)
            for turn, view in zip(turns, of, strict=True)
        )

    def _prompted(
        self, query: Query, kinds: Sequence[str], views: Sequence[Shown], view: View, pixel: bool
    ) -> ViewPrediction:
        """What the model says of the last view, with SAM2's masks."""
        things = self._spoken(query, kinds, views)
        height, width = view.pixels.shape[:2]
        masks = self._masks(things, view) if pixel else []
        found: list[Detection] = []
        for i, (kind, score, box, _) in enumerate(things):
            own = None if not pixel else masks[i] >= MASK
            if (
                box is None and own is not None and own.any()
            ):  # only a point was named: the box is its mask's
                rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
                scale = (own.shape[1], own.shape[0])
                box = (
                    columns[0] / scale[0],
                    rows[0] / scale[1],
                    (columns[-1] + 1) / scale[0],
                    (rows[-1] + 1) / scale[1],
                )
            if box is not None and score >= (query.min_score or 0.0):
                placed = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
                origin, cells = ((0, 0), None) if own is None else trimmed(own)
                found.append(Detection(kind, score, placed, cells, origin))
        covers = []
        for kind in kinds:
            mine = [mask for mask, thing in zip(masks, things, strict=False) if thing[0] == kind]
            probability = np.maximum.reduce(mine) if mine else np.zeros(cells_of(view), np.float32)
            score = max((thing[1] for thing in things if thing[0] == kind), default=0.0)
            covers.append(ClassMask(kind, score, known(probability, view), MASK, True))
        return ViewPrediction(tuple(found), tuple(covers), MASK_STRIDE)

    def _spoken(
        self, query: Query, kinds: Sequence[str], views: Sequence[Shown]
    ) -> list[tuple[str, float, Any, Any]]:
        """(class, score, box, point) of what the model names in the last view, shares of that."""
        things = []
        grid = self.vlm.family.grids(self.vlm.encode([Turn(views[-1:], "")]), self.vlm.config)[0]
        before = LAST if len(views) > 1 else ""
        for request, about in self.vlm.family.locate(query.text, kinds):
            written = self.vlm.write(Turn(views, before + request), BOXES_LONG)
            for thing in output_parser.read(
                written.text, self.vlm.family.boxes, self.vlm.family.shown(grid, self.vlm.config)
            ):
                kind = about or output_parser.kind_of(thing.label, kinds)
                if kind is not None:
                    things.append(
                        (
                            kind,
                            output_parser.score(thing.span, written.spans, written.probabilities),
                            thing.box,
                            thing.point,
                        )
                    )
        return things

    @torch.inference_mode()
    def _masks(self, things: Sequence[tuple[str, float, Any, Any]], view: View) -> list[Floats]:
        """SAM2's mask of each object, in the view's cells."""
        if not things:
            return []
        side = sam2.side(self.segmenter)
        embeddings = sam2.embeddings(
            self.segmenter, features_of(self.segmenter, view.pixels, self.vlm.in_bf16)
        )
        nowhere = (float("nan"),) * 4
        boxes = torch.tensor([thing[2] or nowhere for thing in things], dtype=torch.float32) * side
        points = (
            torch.tensor([thing[3] or nowhere[:2] for thing in things], dtype=torch.float32) * side
        )
        drawn, _ = sam2.prompted(self.segmenter, embeddings, boxes, points)
        return [fitted(mask, view) for mask in drawn]


def features_of(segmenter: Any, pixels: Bytes, half: bool) -> list[Tensor]:
    """f1, f2, f3 of an image, float32.

    Computed in bf16 where the rest is: the masks' prompts and weights stay exact.

    Args:
        segmenter: SAM2.
        pixels: (h, w, 3).
        half: in bf16.
    """
    picture = sam2.normalise(torch.from_numpy(pixels[None].copy()), sam2.side(segmenter)).to(
        segmenter.device
    )
    with torch.autocast(segmenter.device.type, torch.bfloat16, enabled=half):
        return [level.float() for level in sam2.features(segmenter, picture)]


def scaled(heat: psc.Heat) -> Floats:
    """H between 0 and the probability that there is anything to see."""
    return np.asarray(heat.map / max(float(heat.map.max()), 1e-12) * heat.probability, np.float32)


def cells_of(view: View) -> tuple[int, int]:
    """Rows and columns of a view's mask."""
    return -(-view.pixels.shape[0] // MASK_STRIDE), -(-view.pixels.shape[1] // MASK_STRIDE)


def fitted(mask: Tensor, view: View) -> Floats:
    """A mask of SAM2's square in the view's cells.

    Args:
        mask: (h, w).
        view: that it is of.
    """
    out = F.interpolate(
        mask[None, None].float(), size=cells_of(view), mode="bilinear", antialias=True
    )[0, 0]
    return np.asarray(out.clamp(0, 1).cpu().numpy(), np.float32)


def known(probability: Floats, view: View) -> Floats:
    """A mask without what lies where the scene has no data.

    Args:
        probability: (h, w), in the view's cells.
        view: that it is of.
    """
    return probability if view.valid is None else probability * shrink(view.valid)


def trimmed(own: Bools) -> tuple[tuple[int, int], Bools]:
    """The part of a mask that has anything in it, with the (column, row) of its first cell."""
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    if not len(rows):
        return (0, 0), own[:1, :1]
    return (int(columns[0]), int(rows[0])), own[
        rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1
    ]


def cells_in(
    own: Bools, origin: tuple[int, int], side: int, view: View
) -> tuple[tuple[int, int], Bools]:
    """An object's cells of SAM2's square, in the view's cells: (column, row) of the first, and all.

    Args:
        own: (h, w) cells of the square.
        origin: (column, row) of the first of them.
        side: of the square, px.
        view: that it is of.
    """
    rows, columns = cells_of(view)
    square = side // MASK_STRIDE
    c0, c1 = (int(x * columns / square) for x in (origin[0], origin[0] + own.shape[1]))
    r0, r1 = (int(y * rows / square) for y in (origin[1], origin[1] + own.shape[0]))
    c, r = np.arange(c0, max(c1, c0 + 1)), np.arange(r0, max(r1, r0 + 1))
    x = np.clip(((c + 0.5) * square / columns).astype(int) - origin[0], 0, own.shape[1] - 1)
    y = np.clip(((r + 0.5) * square / rows).astype(int) - origin[1], 0, own.shape[0] - 1)
    return (c0, r0), own[y[:, None], x[None]]
