"""The small model with further classes beside those that its text decoder has words for.

They are classes that a user added, with heads of their own, and classes that the image side was
trained on after the text decoder. The small model answers every question, under aliases where such
classes are named (aliases.py); what it finds of an alias is dropped and the class's own detections
take its place. A question that names none of them gets the small model's answer, bit for bit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from geomagnifier.geometry import suppress_many
from geomagnifier.language import chinese_answers, class_names, nearest_class, yes_no
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import names_nothing, plural
from geomagnifier.model_protocol import Model
from geomagnifier.models.custom.aliases import ClassAlias, Names, lenders, renamed
from geomagnifier.models.custom.class_detector import ClassDetector
from geomagnifier.models.custom.class_heads import CustomClass, Heads
from geomagnifier.models.small import text_generation
from geomagnifier.models.small.maps import MASK_STRIDE
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.proposal_heat import reduced
from geomagnifier.models.small.vocabulary import write_out
from geomagnifier.results import (
    GeneratedText,
    ModelOutput,
    Region,
    ViewPrediction,
)
from geomagnifier.types import (
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
"""IoU from which regions of two classes are one object."""
WELL_FOUND = 0.9
"""Quality from which a class is among "all objects"."""


class CustomModel:
    """See the module. Made by `registry.load_model`.

    Args:
        base: the model that was fine-tuned, or has classes without words.
        heads: of each run of fine-tuning, with the names of its classes in their order. Of two of
            one name the later one counts.
        own: what is known of the classes with heads.
        stand_ins: known classes that may lend their names; () for all that the text decoder has
            words for.
    """

    def __init__(
        self,
        base: SmallModel,
        lessons: Sequence[tuple[Heads, Sequence[str]]] = (),
        own: Sequence[CustomClass] = (),
        stand_ins: Sequence[ClassAlias] = (),
    ) -> None:
        self.base, self.heads = base, [(heads, tuple(names)) for heads, names in lessons]
        self.own = {kind.name: kind for kind in own}
        wordless = [kind for kind in base.kinds if kind not in base.worded and kind not in self.own]
        self.wordless = {kind: _listed(kind, base) for kind in wordless} | self.own
        """All kinds that the text decoder has no word for, and those that were taught anew."""
        self.finder = ClassDetector(base, self.heads, self.wordless, self.own)
        stand_ins = stand_ins or lenders(base.worded, base.every)
        self.names = Names(list(self.wordless.values()), stand_ins, base.within, wordless)
        self._words = {s.name: s for s in stand_ins}
        sizes = {name: Size(kind.metres, kind.pixels) for name, kind in self.own.items()}
        self._spec = replace(
            base.spec,
            kinds=tuple(dict.fromkeys((*base.spec.kinds, *self.own))),
            parameters=base.spec.parameters
            + sum(tensor.size for heads, _ in self.heads for tensor in heads.weights.values()),
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
        """See `model_protocol.Model`."""
        return self._spec

    def granularity(self, query: Query) -> dict[Granularity, float]:
        """See `model_protocol.Model`."""
        plain, stands = self._plain(query)
        levels = self.base.granularity(plain)
        asked = yes_no.asked(plain.text, language(plain.text)) if stands else None
        if (
            asked is not None and asked.form == "scene"
        ):  # the stand-in may be a scene's name as well, a taught kind is none
            levels = {level: float(level is Granularity.REGION) for level in levels}
        return levels

    def scale(self, view: View) -> float:
        """See `model_protocol.Model`."""
        return self.base.scale(view)

    def remember(self, most: float | None) -> None:
        """See `model_protocol.Model`: beside the small model's cache, one view's features stay."""
        self.base.remember(most)

    def embed(self, item: str | View) -> Floats:
        """See `model_protocol.Model`: of custom classes it knows the words alone."""
        return self.base.embed(item)

    def relevance(self, query: Query, view: View, by: Relevance = "gradient") -> Floats:
        """See `model_protocol.Model`.

        The proposal network does not know custom classes, and suspects them everywhere; otherwise a
        class's own mask is the relevance map.
        """
        plain, stands = self._plain(query)
        read = self.base.reader.read(plain, view)
        own = self._meant(read.asked, stands, read.everything)
        if not own:
            return self.base.relevance(plain, view, by)
        if by == "scout" and not {*own} & {*self.own}:
            named = renamed(
                (*read.asked, *read.landmarks), {stand: kind for kind, stand in stands.items()}
            )
            # of everything: what the network has no map of is found where something else may be
            return self.base.hunt.heat(
                view, tuple(dict.fromkeys(named if read.everything else (*named, *own)))
            )
        if by == "scout":
            valid = np.ones(view.pixels.shape[:2], bool) if view.valid is None else view.valid
            return reduced(valid)
        heat = np.asarray(
            np.maximum.reduce([self.finder.heat(kind, view) for kind in own]), np.float32
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
        """See `model_protocol.Model`."""
        plain, stands = self._plain(query)
        reply = self.base.answer(plain, granularity, views, beside)
        own = self._meant(
            (*reply.asked, *reply.landmarks), stands, set(self.base.every) <= set(reply.asked)
        )
        if not own or reply.named:
            return reply
        back = {stand: kind for kind, stand in stands.items()}
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
        """See `model_protocol.Model`.

        What is found as a narrow class and as a wide one, or as two narrow ones, is one object.
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
        """See `model_protocol.Model`."""
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
            word for kind in left for pair in self.wordless[kind].words for word in pair
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
                name: ", ".join(one for one, _ in kind.words)
                for name, kind in self.wordless.items()
            }
            classes = [
                (kind, words.get(kind, nearest_class.SYNONYMS.get(kind, "")))
                for kind in self.spec.kinds
            ]
            text = nearest_class.named(
                text, query.text, (), True, classes, self.base.encoder.spelled
            )
        value = (
            None if left else said.value
        )  # of a kind that does not stand in the sentence, the sentence begins with no yes or no
        counts = {kind: n for kind in left if (n := sum(r.label == kind for r in regions))}
        if said.language == "zh":
            named = {kind: chinese_answers.counted(kind, n) for kind, n in counts.items()}
            more = f"图中还有{chinese_answers.listed([*named.values()])}。" if named else ""
            return GeneratedText(text + more, phrases | named, "zh", value)
        more, named = write_out(
            text_generation.listed([*counts]),
            counts,
            lambda kind, n: self.wordless[kind].counted(n),
        )
        return GeneratedText(f"{text} {more}".strip(), phrases | named, said.language, value)

    def _back(self, said: GeneratedText, stands: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """A sentence about aliases and its phrases, turned into one about the classes."""
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
        """The question with aliases for custom classes, and {custom class: alias}."""
        text, stands = self.names.read(query.text)
        if not stands:
            return query, stands
        return replace(query, text=text, kinds=renamed(query.kinds, stands)), stands

    def _stands_for(
        self, query: Query, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[Query, dict[str, str]]:
        """`_plain`, with aliases also for classes that no word of the question names.

        So it is with "find all objects".
        """
        plain, stands = self._plain(query)
        there = {r.label for r in regions}
        rest = sorted(
            (k for k in {*asked, *there} if k in self.names.own and k not in stands),
            key=lambda k: k not in there,
        )
        return plain, stands | self.names.stand(rest, (*asked, *there, *stands.values()))

    def _lent(self, regions: Sequence[Region], stands: Mapping[str, str]) -> list[Region]:
        """Regions under the names of their aliases.

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
        """Classes without words among those that were read.

        Of "everything" not those within wide ones, and not those that are found badly.
        """

        def meant(kind: str, own: CustomClass) -> bool:
            if kind in read or kind in stands:
                return kind in read or stands[kind] in read
            return (
                everything
                and not own.stuff
                and kind not in self.base.within
                and self.spec.quality.get(kind, 1.0) >= WELL_FOUND
            )

        return [kind for kind, own in self.wordless.items() if meant(kind, own)]

    def _replaced(
        self,
        old: ViewPrediction,
        query: Query,
        granularity: Granularity,
        view: View,
        own: Sequence[str],
        back: Mapping[str, str],
    ) -> ViewPrediction:
        """A view's prediction without the aliases, and with the custom classes."""
        gone = {*own, *back}
        found, covers = (
            [f for f in old.found if f.label not in gone],
            [c for c in old.covers if c.label not in gone],
        )
        for kind in own:
            objects, cover = self.finder.find(kind, query, granularity, view)
            found, covers = found + objects, [*covers, cover]
        return ViewPrediction(tuple(found), tuple(covers), MASK_STRIDE)

    def _said(self, text: str, kind: str, stand: str) -> str:
        """A sentence about an alias, turned into one about the custom class.

        "an airplane" becomes "a wind turbine".
        """
        one, many = self.wordless[kind].counted(1), self.wordless[kind].counted(2)
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


def base_of(model: Model) -> SmallModel | None:
    """The small model that a model is, or stands around; None for another."""
    base = model.base if isinstance(model, CustomModel) else model
    return base if isinstance(base, SmallModel) else None


def distinct(regions: Sequence[Region], within: Mapping[str, str]) -> list[int]:
    """Indices, rising, of regions that are not found under another name as well.

    Of a wide class and narrow ones within it, a narrow one's region stays; of two narrow ones the
    likelier.

    Args:
        regions: each once under its own name.
        within: narrow class -> the wide one that holds it.
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


def _listed(kind: str, base: SmallModel) -> CustomClass:
    """A class of the table of names, in the form of a custom one."""
    size = base.spec.sizes[kind]
    words = tuple((name, plural(name)) for name in class_names.NARROWER[kind][0].split(", "))
    return CustomClass(words, kind not in base.objects, True, size.pixels, size.metres)


def _chinese(stand: str, kind: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """What a sentence says of an alias -> of the class, with and without the measure word."""
    (measure, word), (own, name) = (
        chinese_answers.NOUNS.get(one, ("个", one)) for one in (stand, kind)
    )
    return (measure + word, own + name), (word, name)


def _grown(trained: tuple[float, float] | None, own: Sequence[float]) -> tuple[float, float] | None:
    """The GSD that the small model and the custom classes were trained on, together."""
    return trained and (min(trained[0], *own), max(trained[1], *own)) if own else trained
