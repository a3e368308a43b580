"""The clauses of a Chinese question, without courtesy, with placeholders for names and amounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from geomagnifier.composed import chinese_aliases
from geomagnifier.composed.chinese_frame_words import CLAUSE, dropped, soft
from geomagnifier.composed.chinese_phrases import marked
from geomagnifier.composed.placeholders import Amount, Lexicon, Marked


@dataclass(frozen=True)
class Clause:
    """A clause of a question."""

    text: str
    """Without courtesy, with placeholders."""
    asked: bool
    """Whether a question mark ends it."""
    said: str
    """As it was said, with K for names of classes."""


def parted(text: str, lexicon: Lexicon) -> tuple[Marked, list[Clause]]:
    """The clauses of a question with placeholders, each with whether a question mark ends it.

    Args:
        text: as `chinese_frame_words.spoken` returns it.
        lexicon: the names of the model's classes.
    """
    pieces = re.split(f"({CLAUSE.pattern})", _brackets(text, lexicon))
    names = chinese_aliases.pattern(lexicon)
    clauses = [
        Clause(soft(_before_if(part)), "?" in mark, names.sub("K", part))
        for part, mark in zip(pieces[::2], [*pieces[1::2], ""], strict=True)
        if not dropped(part)
    ]
    return _marks([one for one in clauses if not dropped(one.text)], lexicon)


def _before_if(text: str) -> str:
    text = re.sub("(?:超过|达到|没有|存在|是)的话[,]?", "", text)
    return re.sub(
        "(?:如果|要是|若是?|假如)?有的话[,]?(?:就|则|请)?|(?:如果|要是|若|假如)有[,]?(?:就|则)?",
        "",
        text,
    )


@lru_cache(maxsize=8)
def _named(lexicon: Lexicon) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A name in brackets behind another one, and behind a noun that is none."""
    names = chinese_aliases.pattern(lexicon).pattern
    ends = ",的把将(个座条艘栋辆架棵块片处有"
    return re.compile(rf"(?:{names})[(]((?:{names}))[)]"), re.compile(
        rf"(?<=[{ends}])[^{ends}]{{1,6}}[(]((?:{names}))[)]|^[^,的把将(]{{1,6}}[(]((?:{names}))[)]"
    )


def _meant(found: re.Match[str], names: re.Pattern[str]) -> str:
    """The name in brackets in place of a noun that is none itself."""
    return found[0] if names.search(found[0].split("(")[0]) else found[1] or found[2]


def _brackets(text: str, lexicon: Lexicon) -> str:
    """A text without brackets: a name in them is that of the noun before, all else a clause."""
    named, explained = _named(lexicon)
    text = named.sub(r"\1", text)
    text = explained.sub(partial(_meant, names=chinese_aliases.pattern(lexicon)), text)
    text = re.sub(
        "^(?:第?[\\d一二三四五六七八九十]+[.、．)]|[(][\\d一二三四五六七八九十]+[)]|问题?[:])",
        "",
        text,
    )
    text = re.sub(
        "(?<=[^,])(?:啊|呃|嗯|哦|呀|嘛|呢|诶)(?=[^,?。!;:])|(?<=[^,])(?=把它|就是那|就是说)",
        ",",
        text,
    )
    text = re.sub("[(]([^()]*?)/(公顷|平方公里)[)]", r",每\2计", text)
    text = re.sub(
        "并(?=[勾框标圈分抠输给列把将求说指告它其])|(?<=[^,])(?:然后|接着)(?=.)|(?:然后|再|同时|顺便|以及|还有)(?=把|将|给我[框标圈]|说)|(?<=[少几\\u4e00-\\u9fff])(?=有的话)",
        ",",
        text,
    )
    return re.sub("[()\\[\\]【】“”\"'‘’《》]", ",", text)


_TWICE = re.compile(r"K(\d+)K(\d+)(?!\d)")
"""Two names side by side, as in "水田旱地"."""


def _once(found: re.Match[str], names: Sequence[tuple[str, ...]]) -> str:
    same = names[int(found[1])] == names[int(found[2])]
    return f"K{found[2]}" if same else found[0]


def _marks(clauses: list[Clause], lexicon: Lexicon) -> tuple[Marked, list[Clause]]:
    """Placeholders of all clauses, numbered through."""
    names: list[tuple[str, ...]] = []
    amounts: dict[str, Amount] = {}
    out: list[Clause] = []
    for clause in clauses:
        marks = marked(clause.text, lexicon)
        shift, more = len(names), len(amounts)

        def moved(found: re.Match[str], shift: int = shift, more: int = more) -> str:
            return f"{found[1]}{int(found[2]) + (shift if found[1] in 'KG' else more)}"

        plain = _TWICE.sub(partial(_once, names=marks.names), marks.text)
        names += marks.names
        amounts |= {
            re.sub(r"([NQ])(\d+)", moved, mark): value for mark, value in marks.amounts.items()
        }
        out.append(replace(clause, text=re.sub(r"([KGNQ])(\d+)", moved, plain) or "?"))
    return Marked("", names, amounts), out
