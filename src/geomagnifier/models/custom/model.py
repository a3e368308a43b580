"""A model that knows more kinds than its text decoder has words for.

The small model, asked as before, with the other kinds beside it.

Others are kinds that a person taught, with heads of their own, and kinds that the image side was
trained on after the text decoder. The small model answers every question, about stand-ins where
such kinds are named (naming.py); what it finds of a stand-in is thrown away and the kind's own
finds take the place. A question that names none of them gets the small model's answer, bit for bit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from geomagnifier.geometry import suppress_many
from geomagnifier.language import chinese_answers, class_names, nearest_class, yes_no
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import names_nothing, plural
from geomagnifier.models.custom.aliases import ClassAlias, Names, lenders, renamed
from geomagnifier.models.custom.class_heads import Heads, OwnKind, presence
from geomagnifier.models.small import text_generation
from geomagnifier.models.small.cells import crop, shrink
from geomagnifier.models.small.class_thresholds import ClassThresholds
from geomagnifier.models.small.instances import combine, find_peaks, share_cells
from geomagnifier.models.small.model import AGREED, LOWEST_HEAT, SmallModel
from geomagnifier.models.small.pixel_decoder import MASK_STRIDE, STRIDE, Maps
from geomagnifier.models.small.proposal_heat import reduced
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.models.small.size_prior import size_prior
from geomagnifier.models.small.vocabulary import kind_token, write_out
from geomagnifier.results import (
    ClassMask,
    Detection,
    GeneratedText,
    ModelOutput,
    Region,
    ViewPrediction,
)
from geomagnifier.types import (
    LEVEL,
    Floats,
    Granularity,
    ModelSpec,
    Query,
    Relevance,
    SceneInfo,
    Size,
    View,
)

ONE = 0.5
"""IoU from which two kinds' regions are one thing."""
WELL_FOUND = 0.9
"""Quality from which a kind is among "all objects"."""
UNPROMISED = 0.05
"""Least score of an object where a share of them must be found: what share that makes was not
measured for taught kinds.
"""


class TaughtModel:
    """See the module. Made by `checkpoint.load_model`.

    Args:
        base: the model that was taught, or has kinds without words.
        lessons: the heads of each lesson, with the names of its kinds in their order. Of two of one
            name the later one counts.
        own: what is known of the taught kinds.
        stand_ins: known kinds that may lend their names; () for all that the text decoder has words
            for.
    """

    def __init__(
        self,
        base: SmallModel,
        lessons: Sequence[tuple[Heads, Sequence[str]]] = (),
        own: Sequence[OwnKind] = (),
        stand_ins: Sequence[ClassAlias] = (),
    ) -> None:
        self.base, self.lessons = (
            base,
            [(heads.eval().requires_grad_(False), tuple(names)) for heads, names in lessons],
        )
        self.own = {kind.name: kind for kind in own}
        wordless = [kind for kind in base.kinds if kind not in base.worded and kind not in self.own]
        self.beside = {kind: _listed(kind, base) for kind in wordless} | self.own
        """All kinds that the text decoder has no word for, and those that were taught anew."""
        self.place = {
            name: (heads, k) for heads, names in self.lessons for k, name in enumerate(names)
        }
        self._looked: tuple[str, Heads, list[torch.Tensor]] | None = None
        stand_ins = stand_ins or lenders(base.worded, base.every)
        self.names = Names(list(self.beside.values()), stand_ins, base.within, wordless)
        self.calibration = {
            name: ClassThresholds(**kind.calibration) for name, kind in self.own.items()
        }
        self._words = {s.name: s for s in stand_ins}
        sizes = {name: Size(kind.metres, kind.pixels) for name, kind in self.own.items()}
        self._spec = replace(
            base.spec,
            kinds=tuple(dict.fromkeys((*base.spec.kinds, *self.own))),
            parameters=base.spec.parameters
            + sum(p.numel() for heads, _ in self.lessons for p in heads.parameters()),
            sizes={**base.spec.sizes, **sizes},
            objects=tuple(
                dict.fromkeys(
                    (
                        *base.spec.objects,
                        *(name for name, kind in self.own.items() if not kind.stuff),
                    )
                )
            ),
            names={
                **base.spec.names,
                **{name: tuple(one for one, _ in kind.words) for name, kind in self.own.items()},
            },
            gsd=_grown(
                base.spec.gsd,
                [
                    kind.metres / kind.pixels
                    for kind in self.own.values()
                    if kind.metres is not None
                ],
            ),
        )

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    def granularity(self, query: Query) -> dict[Granularity, float]:
        """See `protocol.Model`."""
        plain, stands = self._plain(query)
        levels = self.base.granularity(plain)
        asked = yes_no.asked(plain.text, language(plain.text)) if stands else None
        if (
            asked is not None and asked.form == "scene"
        ):  # the stand-in may be a scene's name as well, a taught kind is none
            levels = {level: float(level is Granularity.REGION) for level in levels}
        return levels

    def scale(self, view: View) -> float:
        """See `protocol.Model`."""
        return self.base.scale(view)

    def remember(self, most: float | None) -> None:
        """See `protocol.Model`: beside what the small model keeps, one view's features stay."""
        self.base.remember(most)

    def embed(self, item: str | View) -> Floats:
        """See `protocol.Model`: of taught kinds it knows the words alone, as of any others."""
        return self.base.embed(item)

    def relevance(self, query: Query, view: View, by: Relevance = "gradient") -> Floats:
        """See `protocol.Model`.

        The scout does not know taught kinds, and suspects them everywhere; else a kind's own mask
        is the heat.
        """
        plain, stands = self._plain(query)
        with self.base._running():
            read = self.base._understand(plain, view)
        own = self._meant(read.asked, stands, read.everything)
        if not own:
            return self.base.relevance(plain, view, by)
        if by == "scout" and not {*own} & {*self.own}:
            named = renamed(
                (*read.asked, *read.landmarks), {stand: kind for kind, stand in stands.items()}
            )
            with (
                self.base._running()
            ):  # of everything, what the scout has no map of is found where something else may be
                return self.base.hunt.heat(
                    view, tuple(dict.fromkeys(named if read.everything else (*named, *own)))
                )
        if by == "scout":
            valid = np.ones(view.pixels.shape[:2], bool) if view.valid is None else view.valid
            return reduced(valid)
        with self.base._running():
            heat = np.asarray(
                np.maximum.reduce([self._heat(kind, view) for kind in own]), np.float32
            )
        known = [kind for kind in read.asked if kind not in {*stands.values(), *own}]
        return np.maximum(heat, self.base.relevance(plain, view, "mask")) if known else heat

    def answer(
        self,
        query: Query,
        granularity: Granularity,
        views: Sequence[View],
        beside: Sequence[View] | None = None,
    ) -> ModelOutput:
        """See `protocol.Model`."""
        plain, stands = self._plain(query)
        reply = self.base.answer(plain, granularity, views, beside)
        own = self._meant(
            (*reply.asked, *reply.landmarks), stands, set(self.base.every) <= set(reply.asked)
        )
        if not own or reply.named:
            return reply
        back = {stand: kind for kind, stand in stands.items()}
        with self.base._running():
            new = [
                self._replaced(old, query, granularity, view, own, back)
                for old, view in zip(reply.views, views, strict=True)
            ]
        asked, landmarks = renamed(reply.asked, back), renamed(reply.landmarks, back)
        asked += tuple(kind for kind in own if kind not in (*asked, *landmarks))
        return replace(reply, views=tuple(new), asked=asked, landmarks=landmarks)

    def choose(
        self, query: Query, scene: SceneInfo, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[int, ...]:
        """See `protocol.Model`.

        What is found as a narrow kind and as a wide one, or as two narrow ones, is one thing.
        """
        once = distinct(regions, self.base.within)
        regions = [regions[i] for i in once]
        plain, stands = self._stands_for(query, asked, regions)
        chosen = self.base.choose(plain, scene, renamed(asked, stands), self._lent(regions, stands))
        return tuple(once[i] for i in chosen)

    def say(
        self,
        query: Query,
        granularity: Granularity,
        view: View,
        reply: ModelOutput,
        scene: SceneInfo,
        regions: Sequence[Region],
    ) -> GeneratedText:
        """See `protocol.Model`."""
        if granularity is Granularity.IMAGE or (
            reply.named and not {*reply.asked} & {*self.names.own}
        ):
            return self.base.say(query, granularity, view, reply, scene, regions)
        if set(self.base.every) <= {*reply.asked}:  # of everything, what is not there is not listed
            there = {r.label for r in regions}
            reply = replace(
                reply, asked=tuple(k for k in reply.asked if k not in self.names.own or k in there)
            )
        plain, stands = self._stands_for(query, reply.asked, regions)
        left = [kind for kind in reply.asked if kind in self.names.own and kind not in stands]
        for word in (
            word for kind in left for pair in self.beside[kind].words for word in pair
        ):  # it has a class, if no stand-in
            plain = replace(
                plain,
                text=re.sub(rf"\b{re.escape(word)}\b", "objects", plain.text, flags=re.IGNORECASE),
            )
        asked = renamed([kind for kind in reply.asked if kind not in left], stands)
        known = self._lent([r for r in regions if r.label not in left], stands)
        said = self.base.say(plain, granularity, view, replace(reply, asked=asked), scene, known)
        text, phrases = self._back(said, stands)
        if not reply.asked and said.language == "en" and not names_nothing(query.text, "en"):
            words = {
                name: ", ".join(one for one, _ in kind.words) for name, kind in self.beside.items()
            }
            classes = [
                (kind, words.get(kind, nearest_class.SYNONYMS.get(kind, "")))
                for kind in self.spec.kinds
            ]
            text = nearest_class.named(text, query.text, (), True, classes, self.base.spelled)
        value = (
            None if left else said.value
        )  # of a kind that does not stand in the sentence, the sentence begins with no yes or no
        counts = {kind: n for kind in left if (n := sum(r.label == kind for r in regions))}
        if said.language == "zh":
            named = {kind: chinese_answers.counted(kind, n) for kind, n in counts.items()}
            more = f"图中还有{chinese_answers.listed([*named.values()])}。" if named else ""
            return GeneratedText(text + more, phrases | named, "zh", value)
        more, named = write_out(
            text_generation.listed([*counts]), counts, lambda kind, n: self.beside[kind].counted(n)
        )
        return GeneratedText(f"{text} {more}".strip(), phrases | named, said.language, value)

    def _back(self, said: GeneratedText, stands: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """A sentence about stand-ins and its phrases, as they are about the kinds themselves."""
        if said.language == "zh":
            back = {stand: kind for kind, stand in stands.items()}
            lent = {
                text: new for stand, kind in back.items() for text, new in _chinese(stand, kind)
            }
            pattern = re.compile(
                "|".join(sorted(map(re.escape, lent), key=len, reverse=True)) or "(?!)"
            )

            def anew(text: str) -> str:
                return pattern.sub(lambda match: lent[match.group()], text)

            return anew(said.text), {
                back.get(kind, kind): anew(phrase) for kind, phrase in said.phrases.items()
            }
        text, phrases = said.text, dict(said.phrases)
        for kind, stand in stands.items():
            text = self._said(text, kind, stand)
            if stand in phrases:
                phrases[kind] = self._said(phrases.pop(stand), kind, stand)
        return text, phrases

    def _plain(self, query: Query) -> tuple[Query, dict[str, str]]:
        """The question with stand-ins for taught kinds, and who stands for whom."""
        text, stands = self.names.read(query.text)
        if not stands:
            return query, stands
        return replace(query, text=text, kinds=renamed(query.kinds, stands)), stands

    def _stands_for(
        self, query: Query, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[Query, dict[str, str]]:
        """The same, with stand-ins for taught kinds that no word of the question names ("find all objects")."""
        plain, stands = self._plain(query)
        there = {r.label for r in regions}
        rest = sorted(
            (k for k in {*asked, *there} if k in self.names.own and k not in stands),
            key=lambda k: k not in there,
        )
        return plain, stands | self.names.stand(rest, (*asked, *there, *stands.values()))

    def _lent(self, regions: Sequence[Region], stands: Mapping[str, str]) -> list[Region]:
        """Regions under the names of their stand-ins.

        The base takes probabilities of these back to raw scores.
        """
        lent = []
        for r in regions:
            name, score = stands.get(r.label, r.label), r.score
            if name != r.label:
                raw = score if r.label in self.own else self.base.reliability.raw(r.label, score)
                score = float(self.base.reliability.probability(name, raw))
            lent.append(replace(r, label=name, score=score))
        return lent

    def _meant(self, read: Sequence[str], stands: Mapping[str, str], everything: bool) -> list[str]:
        """Kinds without words among the kinds that were read.

        Of "everything" not those within wide ones, and not those hardly found.
        """

        def meant(kind: str, own: OwnKind) -> bool:
            if kind in read or kind in stands:
                return kind in read or stands[kind] in read
            return (
                everything
                and not own.stuff
                and kind not in self.base.within
                and self.spec.quality.get(kind, 1.0) >= WELL_FOUND
            )

        return [kind for kind, own in self.beside.items() if meant(kind, own)]

    def _heat(self, kind: str, view: View) -> Floats:
        maps = self._maps(kind, view)
        centre = torch.nn.functional.interpolate(maps.centre, scale_factor=STRIDE // MASK_STRIDE)
        how = self.beside[kind]
        best = maps.mask if how.stuff else torch.maximum(maps.mask, centre) if how.masks else centre
        return crop(torch.sigmoid(best.float())[0, 0], view)

    def _maps(self, kind: str, view: View) -> Maps:
        if kind not in self.own:
            seen = self.base.views.see(view)
            return self.base._decode(
                self.base._point(
                    Query(kind), ParsedQuestion((kind,)), Granularity.PIXEL, seen.memory
                ),
                seen,
            )[0]
        heads, number = self.place[kind]
        looked = self._looked
        if looked is None or looked[:2] != (
            view.key,
            heads,
        ):  # kinds of one lesson follow each other
            pyramid = self.base.views.see(view).pyramid
            assert pyramid is not None
            looked = self._looked = (view.key, heads, heads.prepare(pyramid))
        maps: Maps = heads(looked[2], self.base.network.decoder, torch.tensor([[number]]))
        return maps

    def _replaced(
        self,
        old: ViewPrediction,
        query: Query,
        granularity: Granularity,
        view: View,
        own: Sequence[str],
        back: Mapping[str, str],
    ) -> ViewPrediction:
        """A view's reply without the stand-ins, and with the taught kinds."""
        gone = {*own, *back}
        found, covers = (
            [f for f in old.found if f.label not in gone],
            [c for c in old.covers if c.label not in gone],
        )
        for kind in own:
            objects, cover = self.find(kind, query, granularity, view)
            found, covers = found + objects, [*covers, cover]
        return ViewPrediction(tuple(found), tuple(covers), MASK_STRIDE)

    def find(
        self, kind: str, query: Query, granularity: Granularity, view: View
    ) -> tuple[list[Detection], ClassMask]:
        """What there is of a kind in a view.

        The maps of a taught one are read as the small model reads its own.
        """
        if kind not in self.own:
            reply = self.base._find(
                replace(query, text=kind_token(kind)), granularity, ParsedQuestion((kind,)), view
            )
            return list(reply.found), reply.covers[0]
        maps, own, chosen = self._maps(kind, view), self.own[kind], self.calibration[kind]
        there = float(presence(maps, own.stuff)[0, 0])
        probability = crop(torch.sigmoid(maps.mask[0, 0].float()), view)
        if view.valid is not None:
            probability = probability * shrink(view.valid)
        if (
            there < chosen.presence and query.min_score is None and query.recall is None
        ) or not own.masks:
            probability = np.zeros_like(probability)
        found: list[Detection] = []
        if not own.stuff:
            lowest = (
                chosen.score * (AGREED if view.window.role == "closer" else 1.0)
                if query.recall is None
                else UNPROMISED
            )
            lowest = lowest if query.min_score is None else query.min_score
            gate = (
                there >= chosen.presence or query.min_score is not None or query.recall is not None
            )
            found = self._objects(kind, maps, lowest, view, granularity) if gate else []
        return found, ClassMask(kind, there, probability, chosen.mask, not own.stuff)

    def _objects(
        self, kind: str, maps: Maps, lowest: float, view: View, granularity: Granularity
    ) -> list[Detection]:
        peaks = find_peaks(maps.centre[0, 0], maps.sides[0, 0], LOWEST_HEAT)
        height, width = view.pixels.shape[:2]
        boxes = peaks.boxes.clip(0, np.array([width, height, width, height], np.float32))
        scores = combine(peaks.scores, np.ones_like(peaks.scores), 1.0)
        if (
            view.window.role == LEVEL
        ):  # its threshold was chosen on views at full size, without the prior
            scores = scores * size_prior(boxes, self.own[kind].pixels, view.window)
        keep = (scores >= lowest) & np.all(boxes[:, 2:] - boxes[:, :2] >= 1, axis=1)
        boxes, scores = boxes[keep], scores[keep]
        if granularity is not Granularity.PIXEL or not len(boxes) or not self.own[kind].masks:
            return [
                Detection(kind, float(s), (float(b[0]), float(b[1]), float(b[2]), float(b[3])))
                for b, s in zip(boxes, scores, strict=True)
            ]
        cells = share_cells(
            np.asarray(maps.offset[0, 0].float().numpy(), np.float32), boxes, STRIDE // MASK_STRIDE
        )
        return [
            Detection(
                kind, float(s), (float(b[0]), float(b[1]), float(b[2]), float(b[3])), own, origin
            )
            for b, s, (origin, own) in zip(boxes, scores, cells, strict=True)
        ]

    def _said(self, text: str, kind: str, stand: str) -> str:
        """A sentence about a stand-in, as one about the taught kind.

        "an airplane" becomes "a wind turbine".
        """
        one, many = self.beside[kind].counted(1), self.beside[kind].counted(2)
        plural = self._words[stand].plural
        if plural == stand:  # "two areas of water"
            text = re.sub(
                rf"\b(areas? of )?{stand}\b",
                lambda m: many if (m.group(1) or "").startswith("areas") else one,
                text,
            )
        else:
            text = re.sub(rf"\b{stand}(s?)\b", lambda m: many if m.group(1) else one, text)
        return re.sub(
            rf"\b([Aa])n? (?={re.escape(one)})",
            lambda m: m.group(1) + ("n " if one[0].lower() in "aeiou" else " "),
            text,
        )


def distinct(regions: Sequence[Region], within: Mapping[str, str]) -> list[int]:
    """Indices, in their order, of regions that are not found under another name as well.

    Of a wide kind and narrow ones within it, a narrow one's region stays; of two narrow ones the
    likelier.

    Args:
        regions: each once under its own name.
        within: narrow kind -> the wide one that holds it.
    """
    kept = set(range(len(regions)))
    for wide in {*within.values()}:
        mine = [i for i, r in enumerate(regions) if wide in (r.label, within.get(r.label))]
        if len({regions[i].label for i in mine}) < 2:
            continue
        boxes = np.array([regions[i].box for i in mine], np.float32)
        ranks = np.array(
            [regions[i].score + (regions[i].label != wide) for i in mine], np.float32
        )  # narrow ones first
        kept -= {*mine} - {mine[k] for k in suppress_many(boxes, ranks, ONE)}
    return sorted(kept)


def _listed(kind: str, base: SmallModel) -> OwnKind:
    """A kind of the table of names, as one that was taught."""
    size = base.spec.sizes[kind]
    words = tuple((name, plural(name)) for name in class_names.NARROWER[kind][0].split(", "))
    return OwnKind(words, kind not in base.objects, True, size.pixels, size.metres)


def _chinese(stand: str, kind: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """What a sentence says of a stand-in -> of the kind, with and without the measure word."""
    (measure, word), (own, name) = (
        chinese_answers.NOUNS.get(one, ("个", one)) for one in (stand, kind)
    )
    return (measure + word, own + name), (word, name)


def _grown(trained: tuple[float, float] | None, own: Sequence[float]) -> tuple[float, float] | None:
    """The ground pixels that the small model and the taught kinds were trained on, together."""
    return trained and (min(trained[0], *own), max(trained[1], *own)) if own else trained
