"""Taught kinds in questions and sentences: each goes by the name of a known kind while the language side has it.

The language side knows a closed list of kinds. "Find the wind turbine nearest to the harbor." is read as "Find the airplane nearest to the
harbor.", and what is read, chosen and said of airplanes then is of wind turbines. The stand-in is of the same sort, objects or land cover,
and no word for it stands in the question. English only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from geomagnifier.model.own import OwnKind


class StandIn(NamedTuple):
    """A known kind. words: it and its synonyms, singular and plural.  stuff: land cover."""

    name: str
    plural: str
    stuff: bool
    words: tuple[str, ...]


class Names:
    """Names of the taught kinds.

    Args:
        own: the taught kinds; one that is named like a known kind needs no stand-in and is passed over.
        stand_ins: known kinds, the most fitting first.
    """

    def __init__(self, own: Sequence[OwnKind], stand_ins: Sequence[StandIn]) -> None:
        self.own = {kind.name: kind for kind in own if kind.name not in {s.name for s in stand_ins}}
        self.stand_ins = tuple(stand_ins)
        said = {
            word.lower(): (kind.name, n) for kind in self.own.values() for pair in kind.words for n, word in ((1, pair[1]), (0, pair[0]))
        }
        self._said = said
        longest = sorted(said, key=len, reverse=True)
        self._any = re.compile(rf"(?<!\w)(?:{'|'.join(map(_loosely, longest))})(?!\w)", re.IGNORECASE) if longest else None
        self._known = {s.name: re.compile(rf"(?<!\w)(?:{'|'.join(map(_loosely, s.words))})(?!\w)", re.IGNORECASE) for s in stand_ins}

    def stand(self, kinds: Sequence[str], taken: Collection[str] = (), text: str = "") -> dict[str, str]:
        """A stand-in for each taught kind, as far as there are enough: none that is taken, or has a word in the text."""
        chosen: dict[str, str] = {}
        for kind in kinds:
            free = [s for s in self.stand_ins if s.name not in {*taken, *chosen.values()} and not self._known[s.name].search(text)]
            free.sort(key=lambda s: s.stuff != self.own[kind].stuff)
            if free:
                chosen[kind] = free[0].name
        return chosen

    def read(self, text: str) -> tuple[str, dict[str, str]]:
        """The question with stand-ins in place of taught kinds, and who stands for whom: {taught kind: stand-in}."""
        if self._any is None:
            return text, {}
        named = dict.fromkeys(self._find(match.group())[0] for match in self._any.finditer(text))
        stands = self.stand([*named], text=self._any.sub(" ", text))
        plurals = {s.name: s.plural for s in self.stand_ins}

        def replace(match: re.Match[str]) -> str:
            kind, plural = self._find(match.group())
            name = stands.get(kind)
            return match.group() if name is None else plurals[name] if plural else name

        return self._any.sub(replace, text), stands

    def _find(self, said: str) -> tuple[str, int]:
        return self._said[re.sub(r"[\s_-]+", " ", said.lower())]


def _loosely(words: str) -> str:
    """A pattern for words that may be tied by blanks, hyphens or underscores."""
    return r"[\s_-]+".join(re.escape(word) for word in re.split(r"[\s_-]+", words))


def renamed(kinds: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Kinds under other names, where they have one."""
    return tuple(names.get(kind, kind) for kind in kinds)
