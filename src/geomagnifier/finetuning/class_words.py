"""Names of custom classes: plurals, synonyms, and known classes that lend theirs in questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geomagnifier.language.classes import KINDS, ClassEntry
from geomagnifier.models.custom.aliases import FIRST, ClassAlias


def plural(word: str) -> str:
    """The plural of a regular noun: "wind turbine" -> "wind turbines", "quarry" -> "quarries".

    A plural stays as it is.
    """
    if singular(word) != word:
        return word
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}s"


def singular(word: str) -> str:
    """The singular of a regular plural: "solar panels" -> "solar panel"; others as they are."""
    if not word.endswith("s") or word.endswith(("ss", "us", "is")) or len(word) < 4:
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def words_of(name: str, also: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(singular, plural) of a name and its synonyms.

    "gravel=" is a mass noun, "goose/geese" gives its plural. A name that is a plural itself ("solar
    panels") stays the class's name; its singular is a word for it, too. The name may be among the
    synonyms, to give its plural.

    Args:
        name: of the class.
        also: synonyms, as the user wrote them.
    """
    pairs: list[tuple[str, str]] = []
    said = next((word for word in also if word.partition("/")[0].rstrip("=").strip() == name), name)
    for word in (said, *(word for word in also if word != said)):
        one, slash, many = word.partition("/")
        mass = one.endswith("=")
        one = one.rstrip("=").strip()
        pairs.append((one, one if mass else many.strip() if slash else plural(one)))
        if not mass and not slash and singular(one) != one:
            pairs.append((singular(one), one))
    return tuple(dict.fromkeys(pairs))


def stand_ins(known: Sequence[str]) -> tuple[ClassAlias, ...]:
    """Known classes with all their words, the most fitting first.

    A model without a narrow class reads its words as the wide one.
    """

    def said(kind: ClassEntry) -> tuple[str, ...]:
        of = (kind, *(k for k in KINDS if k.within == kind.name and k.name not in known))
        return tuple(dict.fromkeys(word for k in of for pair in k.words for word in pair))

    table: Mapping[str, ClassAlias] = {
        k.name: ClassAlias(k.name, k.plural, k.stuff, said(k)) for k in KINDS
    }
    names = [
        name
        for name in (*FIRST, *(k for k in known if k not in FIRST))
        if name in known and name in table
    ]
    return tuple(table[name] for name in names)
