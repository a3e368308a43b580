"""The small model: MiniLM, EfficientNet-Lite2 and the pixel decoder behind the `Model` protocol. Runs on any CPU.

The image side is computed once for a view and kept; ten questions about one picture cost little more than one.
"""

from __future__ import annotations

import re
import threading
import unicodedata
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.errors import GeomagWarning, QuestionUnreadable
from geomagnifier.model.granularity import LEVELS
from geomagnifier.model.instances import find_peaks, share_cells
from geomagnifier.model.network import SmallNetwork
from geomagnifier.model.pixel_decoder import STRIDE, Maps
from geomagnifier.model.sentence import POSITIONS, Encoded, SentenceEncoder, load_tokenizer, tokenize
from geomagnifier.model.vision import MULTIPLE, Pyramid, normalise
from geomagnifier.values import Bytes, Cover, Floats, Found, Granularity, ModelSpec, Query, Reply, View, ViewReply

TOKENS = 32
"""Tokens of a question that the reader sees."""
KEPT_PIXELS = 4_000_000
"""Pixels of views whose features are kept, about 25 bytes each."""
LOWEST_HEAT = 0.01
CHOOSING = re.compile(
    r"\b((left|right|top|bottom|upper|lower|north|south|east|west|\w+ern)most|largest|biggest|smallest|longest|nearest|closest"
    r"|first|second|third|last|between|beside|(left|right|north|south|east|west) of|next to"
    r"|in the (upper|lower|left|right|top|bottom|middle|centre|center))\b",
    re.IGNORECASE,
)
"""Words that choose among objects by place or size, which the question's reader was not taught to do."""
NAMED = 0.5
"""Probability from which a kind counts as asked for."""


@dataclass(frozen=True)
class Calibration:
    """Chosen on validation pictures. presence, score, mask: from which probability a kind is there, an object counts, a cell is mask."""

    presence: float = 0.5
    score: float = 0.3
    mask: float = 0.5


class Seen(NamedTuple):
    """What is kept of a view."""

    pyramid: Pyramid
    prepared: list[Tensor]
    last: Tensor


class Read(NamedTuple):
    """A question as read.

    seg: (Q, 256) one state a kind.  asked: their names.  classify: it names no kind, so that beside a box it asks what the box shows.
    """

    seg: Tensor
    asked: tuple[str, ...]
    classify: bool


class SmallModel:
    """See the module. Made by `checkpoint.load_model`.

    Args:
        network: trained parts.
        encoder: frozen sentence encoder.
        tokenizer: path of its tokenizer.json.
        card: what the weights' metadata say: kinds, objects, scenes, coarse, calibration, flops, version.
    """

    def __init__(self, network: SmallNetwork, encoder: SentenceEncoder, tokenizer: Path, card: Mapping[str, Any]) -> None:
        self.network, self.encoder = network.eval().requires_grad_(False), encoder.eval().requires_grad_(False)
        self.tokenizer = load_tokenizer(tokenizer)
        self.kinds, self.objects = tuple(card["kinds"]), tuple(card["objects"])
        self.scenes, self.coarse = tuple(card["scenes"]), {k: tuple(v) for k, v in card["coarse"].items()}
        self.calibration = {kind: Calibration(**card["calibration"].get(kind, {})) for kind in self.kinds}
        self.flops = card["flops"]
        size = sum(p.numel() for m in (network, encoder) for p in m.parameters())
        self._spec = ModelSpec("small", card["version"], self.kinds, (*self.scenes, *self.coarse), parameters=size)
        self.half = fast_bf16()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if self.half:
            for part in (self.network.trunk, self.network.neck, self.network.decoder.image):
                part.bfloat16()
        self._views: OrderedDict[str, tuple[Seen, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._canonical: Tensor | None = None

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    def granularity(self, query: Query) -> dict[Granularity, float]:
        """See `protocol.Model`.

        Raises:
            QuestionUnreadable: most letters are of a script other than Latin.
        """
        check_script(query.text)
        with self._running():
            logits = self.network.granularity(self._encode(query.text).pooled)[0]
        return dict(zip(LEVELS, torch.softmax(logits.float(), 0).tolist(), strict=True))

    def relevance(self, query: Query, view: View) -> Floats:
        """The class mask's own probability of all asked kinds, at H/4: the highest of mask and centre heat."""
        with self._running():
            read = self._read(query)
            if not read.asked:
                return np.zeros((1, 1), np.float32)
            maps, _ = self._decode(read.seg, self._see(view))
            heat = torch.sigmoid(torch.maximum(maps.mask, maps.centre)).amax(1)[0]
        return crop(heat, view)

    def answer(self, query: Query, granularity: Granularity, views: Sequence[View]) -> Reply:
        """See `protocol.Model`."""
        if granularity is Granularity.IMAGE:
            return self._answer_scene(views[0])
        with self._running():
            read = self._read(query)
            pixels = sum(v.pixels.shape[0] * v.pixels.shape[1] for v in views)
            if read.classify and query.box is not None and granularity is Granularity.REGION:  # it names no kind: what is there?
                replies = tuple(self._classify(query, view) for view in views)
                note = next((f"The box shows {article(f.label)} ({f.score:.0%})." for r in replies for f in r.found), "")
                return Reply((), replies, (), note, pixels * self.flops["view"])
            if not read.asked:
                known = ", ".join(self.kinds)
                return Reply((), (ViewReply(),) * len(views), (), f"I was not taught to find that. I know: {known}.", 0.0)
            replies = tuple(self._find(query, granularity, read, view) for view in views)
        flops = pixels * (self.flops["view"] + len(read.asked) * self.flops["question"])
        note = "All of them count: this model does not choose by place or size." if CHOOSING.search(query.text) else ""
        return Reply((), replies, read.asked, note, flops)

    def embed(self, item: str | View) -> Floats:
        """See `protocol.Model`: a sentence, or a thumbnail of the spec's `image_side`."""
        with self._running():
            if isinstance(item, str):
                check_script(item)
                vector = self.network.embed_sentence(self._encode(item).pooled)
            else:
                vector = self.network.embed_picture(self._pooled(item.pixels))
            return np.asarray(F.normalize(vector[0].float(), dim=0).numpy(), np.float32)  # bf16 is unit length to a hundredth only

    @contextmanager
    def _running(self) -> Iterator[None]:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            yield

    def _encode(self, text: str) -> Encoded:
        tokens = tokenize(self.tokenizer, [text])
        if len(self.tokenizer.encode(text).ids) > POSITIONS:
            warnings.warn(f"the question is longer than {POSITIONS} tokens; what follows them was not read", GeomagWarning, stacklevel=4)
        with torch.autocast("cpu", enabled=False):  # 12 tokens: bf16 saves nothing and costs accuracy
            return self.encoder(tokens)  # type: ignore[no-any-return]

    def _read(self, query: Query) -> Read:
        encoded = self._encode(query.text)
        seg, logits = self.network.reader(encoded.states[:, :TOKENS], encoded.padding[:, :TOKENS])
        named = torch.sigmoid(logits[0].float()).tolist()
        kinds, everything, unknown = named[: len(self.kinds)], named[-2], named[-1]
        asked = [kind for kind, p in zip(self.kinds, kinds, strict=True) if p > NAMED]
        if unknown > max(*kinds, everything) or (not asked and everything <= NAMED):
            return Read(seg[:0], (), True)
        if everything > max(kinds):
            return Read(self._all_states()[: len(self.objects)], self.objects, True)
        if len(asked) == 1:
            return Read(seg.float(), tuple(asked), False)
        rows = [self.kinds.index(kind) for kind in asked]
        return Read(self._all_states()[rows], tuple(asked), False)

    def _all_states(self) -> Tensor:
        """[SEG] states of "Find all KIND." for each kind, (K, 256): for questions about several kinds at once."""
        if self._canonical is None:
            tokens = tokenize(self.tokenizer, [f"Find all {kind}." for kind in self.kinds])
            with torch.autocast("cpu", enabled=False):
                encoded = self.encoder(tokens)
            self._canonical = self.network.reader(encoded.states, encoded.padding)[0].float()
        return self._canonical

    def _see(self, view: View) -> Seen:
        """Features of a view, kept for the next question."""
        with self._lock:
            if view.key in self._views:
                self._views.move_to_end(view.key)
                return self._views[view.key][0]
        ends = self.network.trunk(self._input(pad(view.pixels)))
        pyramid = self.network.neck(ends)
        seen = Seen(pyramid, self.network.decoder.prepare(pyramid), ends[3])
        with self._lock:
            self._views[view.key] = (seen, view.pixels.shape[0] * view.pixels.shape[1])
            while len(self._views) > 1 and sum(size for _, size in self._views.values()) > KEPT_PIXELS:
                self._views.popitem(last=False)
        return seen

    def _input(self, pixels: Bytes) -> Tensor:
        x = normalise(torch.from_numpy(pixels.copy())[None])  # a copy: pictures may be read-only
        return x.bfloat16() if self.half else x

    def _pooled(self, pixels: Bytes) -> Tensor:
        """Thumbnail -> (1, 1280)."""
        return self.network.trunk.pooled(self.network.trunk(self._input(pixels))[3])

    def _decode(self, seg: Tensor, seen: Seen) -> tuple[Maps, Tensor]:
        maps = self.network.decoder(seg[None], seen.prepared)
        return maps, torch.sigmoid(self.network.presence(seg[None], maps, seen.last).float())[0]

    def _answer_scene(self, view: View) -> Reply:
        with self._running():
            logits = self.network.scenes(self._pooled(view.pixels))[0].float()
        probability = dict(zip(self.scenes, torch.softmax(logits, 0).tolist(), strict=True))
        probability |= {name: sum(probability[part] for part in parts) for name, parts in self.coarse.items()}
        labels = tuple(sorted(probability.items(), key=lambda pair: -pair[1]))
        return Reply(labels, (ViewReply(),), flops=view.pixels.shape[0] * view.pixels.shape[1] * self.flops["trunk"])

    def _classify(self, query: Query, view: View) -> ViewReply:
        """The kind of the thing in the query's box: one found object."""
        assert query.box is not None
        box = view.window.placement.to_view(np.array(query.box.tuple(), np.float32))
        height, width = view.pixels.shape[:2]
        seen = self._see(view)
        logits = self.network.box_classifier(seen.pyramid, torch.from_numpy(box)).float()[0, :-1]
        p = torch.softmax(logits, 0)
        x0, y0, x1, y1 = (float(v) for v in box[0].clip(0, [width, height, width, height]))
        return ViewReply((Found(self.objects[int(p.argmax())], float(p.max()), (x0, y0, x1, y1)),))

    def _find(self, query: Query, granularity: Granularity, read: Read, view: View) -> ViewReply:
        seen = self._see(view)
        maps, presence = self._decode(read.seg, seen)
        found: list[Found] = []
        covers: list[Cover] = []
        for q, kind in enumerate(read.asked):
            chosen = self.calibration[kind]
            open_gate = query.min_score is not None or float(presence[q]) >= chosen.presence
            separate = kind in self.objects
            probability = crop(torch.sigmoid(maps.mask[0, q].float()), view)
            if separate and open_gate:
                lowest = chosen.score if query.min_score is None else query.min_score
                found += self._objects(kind, maps, q, float(presence[q]), lowest, seen, view, granularity)
            if view.valid is not None:
                probability = probability * shrink(view.valid)
            if not open_gate:
                probability = np.zeros_like(probability)
            covers.append(Cover(kind, float(presence[q]), probability, chosen.mask, separate))
        return ViewReply(tuple(found), tuple(covers), STRIDE)

    def _objects(
        self, kind: str, maps: Maps, q: int, presence: float, lowest: float, seen: Seen, view: View, granularity: Granularity
    ) -> list[Found]:
        peaks = find_peaks(maps.centre[0, q], maps.sides[0, q], LOWEST_HEAT)
        if not len(peaks.scores):
            return []
        likely = torch.softmax(self.network.box_classifier(seen.pyramid, torch.from_numpy(peaks.boxes)).float(), 1)
        scores = combine(peaks.scores, likely[:, self.objects.index(kind)].numpy(), presence)
        height, width = view.pixels.shape[:2]
        boxes = peaks.boxes.clip(0, np.array([width, height, width, height], np.float32))
        keep = (scores >= lowest) & np.all(boxes[:, 2:] - boxes[:, :2] >= 1, axis=1)
        boxes, scores = boxes[keep], scores[keep]
        cells: Sequence[Any] = [((0, 0), None)] * len(boxes)
        if granularity is Granularity.PIXEL and len(boxes):
            cells = share_cells(np.asarray(maps.offset[0, q].float().numpy(), np.float32), boxes)
        return [
            Found(kind, float(score), (float(b[0]), float(b[1]), float(b[2]), float(b[3])), own, origin)
            for b, score, (origin, own) in zip(boxes, scores, cells, strict=True)
        ]


def combine(heat: Floats, kind: Floats, presence: float) -> Floats:
    """Score of an object: its centre heat, weighed by how surely the box is of this kind and the kind is there at all."""
    return np.asarray(heat * np.sqrt(kind) * presence**0.25, np.float32)


def pad(pixels: Bytes) -> Bytes:
    """Black to the right and below, up to the next multiple of 32 px."""
    height, width = pixels.shape[:2]
    return np.pad(pixels, ((0, -height % MULTIPLE), (0, -width % MULTIPLE), (0, 0)))


def crop(heat: Tensor, view: View) -> Floats:
    """A map of the padded view -> the view's own cells (ceil(h/4), ceil(w/4))."""
    rows, columns = -(-view.pixels.shape[0] // STRIDE), -(-view.pixels.shape[1] // STRIDE)
    return np.asarray(heat[:rows, :columns].float().numpy(), np.float32)


def shrink(valid: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    """(h, w) bool -> share of valid px in each cell (ceil(h/4), ceil(w/4))."""
    x = torch.from_numpy(valid.astype(np.float32))[None, None]
    return np.asarray(F.avg_pool2d(x, STRIDE, STRIDE, ceil_mode=True)[0, 0].numpy(), np.float32)


def article(noun: str) -> str:
    """The noun with "a" or "an" before it."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def check_script(text: str) -> None:
    """Refuse what the encoder cannot read.

    Raises:
        QuestionUnreadable: most letters are not Latin.
    """
    letters = [c for c in text if c.isalpha()]
    foreign = [c for c in letters if not unicodedata.name(c, "").startswith(("LATIN", "FULLWIDTH LATIN"))]
    if len(foreign) > len(letters) / 3:
        script = unicodedata.name(foreign[0], "UNKNOWN").split()[0].capitalize()
        raise QuestionUnreadable(f"the question is written in {script} letters; this model reads English only, please ask in English")


def fast_bf16() -> bool:
    """Whether this CPU multiplies bf16 in hardware (AVX512-BF16 or AMX)."""
    return any(getattr(torch.cpu, name, bool)() for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
