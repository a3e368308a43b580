"""Questions and sentences about classes that the language side was not trained on.

A question is read, and a sentence written, under aliases (aliases.py); what is then said of an
alias is said of its class.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from geomagnifier.geometry import suppress_many
from geomagnifier.language import chinese_answers, nearest_class
from geomagnifier.language.mentions import names_nothing
from geomagnifier.models.custom.aliases import Names, renamed
from geomagnifier.models.custom.class_heads import CustomClass
from geomagnifier.models.small import text_generation
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.vocabulary import write_out
from geomagnifier.results import GeneratedText, ModelOutput, Region
from geomagnifier.types import Granularity, Query, SceneInfo, View

ONE = 0.5
"""IoU from which regions of two classes are one object."""


class AliasedLanguage:
    """See the module.

    Args:
        base: the small model, which reads and writes.
        classes: those without words of their own, by name.
        raw: those of them whose scores are no calibrated probabilities.
        names: what they are called, and their aliases.
        kinds: all classes that are known, for the sentence that says so.
    """

    def __init__(
        self,
        base: SmallModel,
        classes: Mapping[str, CustomClass],
        raw: Collection[str],
        names: Names,
        kinds: Sequence[str],
    ) -> None:
        self.base, self.classes, self.raw = base, classes, raw
        self.names, self.kinds = names, kinds
        self._lenders = {s.name: s for s in names.stand_ins}

    def plain(self, query: Query) -> tuple[Query, dict[str, str]]:
        """The question with aliases for custom classes, and {custom class: alias}."""
        text, stands = self.names.read(query.text)
        if not stands:
            return query, stands
        return replace(query, text=text, kinds=renamed(query.kinds, stands)), stands

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
            word for kind in left for pair in self.classes[kind].words for word in pair
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
                name: ", ".join(one for one, _ in kind.words) for name, kind in self.classes.items()
            }
            classes = [
                (kind, words.get(kind, nearest_class.SYNONYMS.get(kind, ""))) for kind in self.kinds
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
            lambda kind, n: self.classes[kind].counted(n),
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

    def _stands_for(
        self, query: Query, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[Query, dict[str, str]]:
        """`plain`, with aliases also for classes that no word of the question names.

        So it is with "find all objects".
        """
        plain, stands = self.plain(query)
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
                raw = score if r.label in self.raw else self.base.reliability.raw(r.label, score)
                score = float(self.base.reliability.probability(name, raw))
            lent.append(replace(r, label=name, score=score))
        return lent

    def _said(self, text: str, kind: str, stand: str) -> str:
        """A sentence about an alias, turned into one about the custom class.

        "an airplane" becomes "a wind turbine".
        """
        one, many = self.classes[kind].counted(1), self.classes[kind].counted(2)
        plural = self._lenders[stand].plural
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


def _chinese(stand: str, kind: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """What a sentence says of an alias -> of the class, with and without the measure word."""
    (measure, word), (own, name) = (
        chinese_answers.NOUNS.get(one, ("个", one)) for one in (stand, kind)
    )
    return (measure + word, own + name), (word, name)
