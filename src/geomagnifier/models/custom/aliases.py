"""Custom classes in questions and sentences: each goes by the name of a known class.

The language side knows a closed list of classes. "Find the wind turbine nearest to the harbor." is
read as "Find the airplane nearest to the harbor.", and what is read, chosen and said of airplanes
is then said of wind turbines. The alias is of the same sort, objects or land cover, and no word for
it stands in the question; for a narrow class (car) it is the wide one (vehicle), where that is
free. Classes that a user added have English names alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from geomagnifier.language import chinese_answers, class_names
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import names_of, plural
from geomagnifier.models.custom.class_heads import CustomClass

FIRST = ("airplane", "ship", "vehicle", "bridge", "harbor", "building", "road")
"""Known classes that serve as aliases first: those that most training questions are about, and that
are counted.
"""


class ClassAlias(NamedTuple):
    """A known class that may lend its name."""

    name: str
    """As the text decoder knows it."""
    plural: str
    """Of the name; of land cover the name itself."""
    stuff: bool
    """It is land cover."""
    words: tuple[str, ...]
    """The name and its synonyms, singular and plural."""


class Names:
    """Names of classes that the language side was not trained on.

    Args:
        own: these classes; one that is named like a known class needs no alias and is passed over.
        stand_ins: known classes, the most fitting first.
        within: narrow class -> the wide one that holds it.
        listed: those of the classes whose names are in `class_names.NARROWER`: they have Chinese
            names, and are none within longer names.
    """

    def __init__(
        self,
        own: Sequence[CustomClass],
        stand_ins: Sequence[ClassAlias],
        within: Mapping[str, str] | None = None,
        listed: Collection[str] = (),
    ) -> None:
        self.own = {kind.name: kind for kind in own if kind.name not in {s.name for s in stand_ins}}
        self.stand_ins, self.within = tuple(stand_ins), within or {}
        self._said = {
            word.lower(): (kind.name, n)
            for kind in self.own.values()
            for pair in kind.words
            for n, word in ((1, pair[1]), (0, pair[0]))
        }
        self._said_zh = {
            word: kind
            for kind in listed
            if kind in self.own
            for word in class_names.NARROWER[kind][1].split()
        }
        about = {word: name for word, (name, _) in self._said.items() if name in listed}
        kept = [word for word in self._longer(about, 0) if word not in self._said]
        kept_zh = [word for word in self._longer(self._said_zh, 1) if word not in self._said_zh]
        self._words_zh = (*self._said_zh, *kept_zh)
        self._any = (
            _any_of(map(_loosely, (*self._said, *kept)), r"(?<!\w)(?:{})(?!\w)")
            if self._said
            else None
        )

    @cached_property
    def _any_zh(self) -> re.Pattern[str] | None:
        return _any_of(map(re.escape, self._words_zh), "{}") if self._said_zh else None

    @cached_property
    def _known(self) -> dict[str, re.Pattern[str]]:
        """What names each of the stand-ins."""
        return {
            s.name: re.compile(
                rf"(?<!\w)(?:{'|'.join(map(_loosely, s.words))})(?!\w)", re.IGNORECASE
            )
            for s in self.stand_ins
        }

    def stand(
        self, kinds: Sequence[str], taken: Collection[str] = (), text: str = ""
    ) -> dict[str, str]:
        """An alias for each custom class, as far as there are enough.

        Args:
            kinds: custom classes.
            taken: known classes that are in use.
            text: of the question; a known class that it names is in use, too.

        Returns:
            {custom class: alias}.
        """
        chosen: dict[str, str] = {}
        for kind in kinds:
            free = [
                s
                for s in self.stand_ins
                if s.name not in {*taken, *chosen.values()} and not self._names(s.name, text)
            ]
            free.sort(
                key=lambda s: (s.name != self.within.get(kind), s.stuff != self.own[kind].stuff)
            )
            if free:
                chosen[kind] = free[0].name
        return chosen

    def read(self, text: str) -> tuple[str, dict[str, str]]:
        """The question with aliases in place of custom classes, and {custom class: alias}."""
        zh = language(text) == "zh"
        pattern = self._any_zh if zh else self._any
        if pattern is None:
            return text, {}
        find = (
            (lambda said: (self._said_zh[said], 0) if said in self._said_zh else None)
            if zh
            else self._find
        )
        named = [
            found[0]
            for match in pattern.finditer(text)
            if (found := find(match.group())) is not None
        ]
        stands = self.stand(
            [*dict.fromkeys(named)],
            text=pattern.sub(lambda match: " " if find(match.group()) else match.group(), text),
        )
        plurals = {s.name: s.plural for s in self.stand_ins}

        def replace(match: re.Match[str]) -> str:
            kind, many = find(match.group()) or ("", 0)
            name = stands.get(kind)
            return (
                match.group()
                if name is None
                else chinese_answers.noun(name)
                if zh
                else plurals[name]
                if many
                else name
            )

        return pattern.sub(replace, text), stands

    def _names(self, stand_in: str, text: str) -> bool:
        """Whether a text names a known class."""
        if any("\u4e00" <= letter <= "\u9fff" for letter in text):
            return any(
                word in text
                for word in (
                    chinese_answers.noun(stand_in),
                    *class_names.CLASSES.get(stand_in, ("", ""))[1].split(),
                )
            )
        return bool(self._known[stand_in].search(text))

    def _find(self, said: str) -> tuple[str, int] | None:
        return self._said.get(re.sub(r"[\s_-]+", " ", said.lower()))

    def _longer(self, said: Mapping[str, str], column: int) -> list[str]:
        """Names of other things that hold one of some words of ours.

        Such are "car park" and "tree house".
        """
        found = []
        for name, of in names_of(column):
            parts = name.split(" ") if column == 0 else name
            joint = " " if column == 0 else ""
            held = {
                joint.join(parts[i:j])
                for i in range(len(parts))
                for j in range(i + 1, len(parts) + 1)
            }
            if any(of != self.within.get(said[word], said[word]) for word in held & said.keys()):
                found.append(name)
        return found


def lenders(known: Sequence[str], objects: Collection[str]) -> tuple[ClassAlias, ...]:
    """Aliases from the table of names `class_names.CLASSES`, the most fitting first.

    Args:
        known: classes that the language side was trained on.
        objects: those of them that are counted.
    """
    first = [kind for kind in FIRST if kind in known]
    made = []
    for kind in dict.fromkeys((*first, *known)):
        words = class_names.CLASSES.get(kind, (kind, ""))[0].split(", ")
        many = plural(kind) if kind in objects else kind
        made.append(ClassAlias(kind, many, kind not in objects, (*words, *map(plural, words))))
    return tuple(made)


def _any_of(patterns: Iterable[str], form: str) -> re.Pattern[str]:
    """Any of some patterns, the longest first."""
    return re.compile(
        form.format("|".join(sorted({*patterns}, key=len, reverse=True))), re.IGNORECASE
    )


def _loosely(words: str) -> str:
    """A pattern for words that may be joined by blanks, hyphens or underscores."""
    return r"[\s_-]+".join(re.escape(word) for word in re.split(r"[\s_-]+", words))


def renamed(kinds: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Classes under other names, where they have one.

    Args:
        kinds: classes.
        names: class -> its other name.
    """
    return tuple(names.get(kind, kind) for kind in kinds)
