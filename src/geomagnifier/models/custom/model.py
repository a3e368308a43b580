"""The small model with further classes beside those that its text decoder has words for.

They are classes that a user added, with heads of their own, and classes that the image side was
trained on after the text decoder. The small model answers every question, under aliases where such
classes are named (aliases.py); what it finds of an alias is dropped and the class's own detections
take its place. A question that names none of them gets the small model's answer, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from geomagnifier.errors import QuestionUnreadable
from geomagnifier.language import chinese_text, class_names, yes_no
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import plural
from geomagnifier.model_protocol import Model
from geomagnifier.models.custom.aliased_language import AliasedLanguage
from geomagnifier.models.custom.aliases import ClassAlias, Names, lenders, renamed
from geomagnifier.models.custom.class_detector import ClassDetector
from geomagnifier.models.custom.class_heads import CustomClass, Heads
from geomagnifier.models.small.maps import MASK_STRIDE
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.proposal_heat import reduced
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
        self._spec = replace(self._spec, every=self._every(self._spec.quality))
        self.language = AliasedLanguage(base, self.wordless, self.own, self.names, self._spec.kinds)

    @property
    def spec(self) -> ModelSpec:
        """See `model_protocol.Model`."""
        return self._spec

    def granularity(self, query: Query) -> dict[Granularity, float]:
        """See `model_protocol.Model`."""
        plain, stands = self.language.plain(query)
        try:
            levels = self.base.granularity(plain)
        except QuestionUnreadable as error:  # it quotes the words that stand for custom classes
            said = str(error).replace(chinese_text.plain(plain.text)[:40], query.text[:40])
            raise QuestionUnreadable(said) from error
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
        plain, stands = self.language.plain(query)
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
        plain, stands = self.language.plain(query)
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
        return self.language.choose(query, scene, asked, regions)

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
        return self.language.say(query, granularity, view, reply, scene, regions)

    def _meant(self, read: Sequence[str], stands: Mapping[str, str], everything: bool) -> list[str]:
        """Classes without words among those that were read.

        Of "everything" not those within wide ones, and not those that are found badly.
        """

        def meant(kind: str) -> bool:
            if kind in read or kind in stands:
                return kind in read or stands[kind] in read
            return everything and kind in self.spec.every

        return [kind for kind in self.wordless if meant(kind)]

    def _every(self, quality: Mapping[str, float]) -> tuple[str, ...]:
        """What "all objects" are: not those within wide classes, nor those found badly."""
        return tuple(
            dict.fromkeys(
                (
                    *self.base.every,
                    *(
                        kind
                        for kind, own in self.wordless.items()
                        if not own.stuff
                        and kind not in self.base.within
                        and quality.get(kind, 1.0) >= WELL_FOUND
                    ),
                )
            )
        )

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


def base_of(model: Model) -> SmallModel | None:
    """The small model that a model is, or stands around; None for another."""
    base = model.base if isinstance(model, CustomModel) else model
    return base if isinstance(base, SmallModel) else None


def _listed(kind: str, base: SmallModel) -> CustomClass:
    """A class of the table of names, in the form of a custom one."""
    size = base.spec.sizes[kind]
    words = tuple((name, plural(name)) for name in class_names.NARROWER[kind][0].split(", "))
    return CustomClass(words, kind not in base.objects, True, size.pixels, size.metres)


def _grown(trained: tuple[float, float] | None, own: Sequence[float]) -> tuple[float, float] | None:
    """The GSD that the small model and the custom classes were trained on, together."""
    return trained and (min(trained[0], *own), max(trained[1], *own)) if own else trained
