"""Read a follow-up: does it refer back, to what, and what does it ask in full?

    "and the largest of them?"       after ships   choose   "Find the largest of the ships?"
    "segment those"                                choose   "segment the ships"
    "any cars near it?"              after a ship  beside   "any cars?", chosen by
                                                            "any cars near the ship?"
    "what about tanks?"                            swap     "Find tanks."
    "How many bridges are there?"                  fresh    as it is

A pronoun stands for what was found; it is a landmark after a word of place ("left of it"), and no
reference where the sentence itself names what it stands for ("count the cars and outline them"). A
sentence that names no thing at all is short for one about what was found. Rules over closed classes
of words, no list of things: what is in no class, and stands where a noun does, is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from geomagnifier.conversation import word_lists as w
from geomagnifier.conversation.followup_tokens import ITS_SIDE, Token, plural, tag
from geomagnifier.language.number_words import NUMBERS

Sort = Literal["fresh", "choose", "beside", "swap"]
LONGEST = 2000
"""Letters of a follow-up; what is longer says all that it means."""


@dataclass(frozen=True)
class FollowUp:
    """A follow-up, read: what it does with the last answer, and the question in full."""

    sort: Sort
    """What the follow-up does."""
    text: str
    """The question in full."""
    words: str
    """By which is chosen."""
    many: bool = False
    """It speaks of several."""
    named: str = ""
    """The noun it brings."""
    pronoun: str = ""
    """It says outright that it refers to something."""


def read(text: str, kinds: Sequence[str], several: bool, pixel: bool) -> FollowUp:
    """What a follow-up asks, in full.

    Args:
        text: as said.
        kinds: of what was found last; none where nothing was.
        several: more than one was found.
        pixel: the last answer was one of masks.
    """
    if len(text) > LONGEST:
        return FollowUp("fresh", text, text)
    plain = " ".join(
        text.split()
    )  # several blanks in a row can be read in many ways, which takes for ever
    plain = ITS_SIDE.sub(lambda m: f"{m[1]} of {'them' if m[0][0] in 'tT' else 'it'}", plain)
    tokens = tag(plain)
    pronouns = [t for t in tokens if t.refers]
    nouns = [t for t in tokens if t.noun]
    free = [t for t in nouns if not t.placed]
    other = next((t.word for t in nouns if not _is(t.word, kinds)), "")
    swap = _swapped(plain, tokens, kinds, pixel)
    if swap is not None:
        return swap
    if pronouns:
        first = pronouns[0]
        if first.placed and first.word not in ("one", "ones"):
            return _beside(plain, tokens, first, free, kinds, several)
        before = [
            t
            for t in tokens
            if t.start < first.start and ((t.noun and not t.placed) or t.word in w.WHOLE)
        ]
        if (
            before
            and first.word not in ("one", "ones")
            and first.word not in ("those", "these", "that", "this")
        ):
            return FollowUp("fresh", text, text)
        return replace(_choose(plain, tokens, kinds, several, pixel), named=other)
    scene = [t for t in tokens if t.word in w.SCENE]
    mine = [t for t in free if _is(t.word, kinds)]
    opened = _strip(plain)[1]
    if not free and not scene and tokens and sum(t.word.isdigit() for t in tokens) < 3:
        return replace(_choose(plain, tokens, kinds, several, pixel), named=other)
    if mine and len(mine) == len(free) and opened and not _asks(plain, tokens):
        return replace(_choose(plain, tokens, kinds, several, pixel), named=other)
    return FollowUp("fresh", text, text)


def _names(kinds: Sequence[str], many: bool) -> str:
    if len(kinds) == 1:
        return f"the {plural(kinds[0]) if many else kinds[0]}"
    if len(kinds) > 3:
        return "all objects"
    named = [f"the {plural(kind)}" for kind in kinds]
    return f"{', '.join(named[:-1])} and {named[-1]}" if named else "them"


def _asks(plain: str, tokens: Sequence[Token]) -> bool:
    """Whether the sentence has a verb or question word of its own beside its opening."""
    start = len(plain) - len(_strip(plain)[0])
    quiet = {
        "same",
        "number",
        "single",
        "found",
        "located",
        "visible",
        "seen",
        "like",
        "is",
        "are",
        "lie",
        "lies",
        "lying",
        "sit",
        "sits",
        "there",
    }
    return any(
        t.word in w.ASKING | {"which", "what"} and t.word not in quiet
        for t in tokens
        if t.start >= start
    )


def _strip(plain: str) -> tuple[str, str]:
    """A sentence without its opening words, and these."""
    rest, opened = plain, ""
    while True:
        low = rest.lower()
        for opener in sorted(w.OPENERS, key=len, reverse=True):
            if low.startswith(opener) and re.match(r"[\s,:]+\S", rest[len(opener) :]):
                opened += f" {opener}"
                rest = rest[len(opener) :].lstrip(" ,:")
                break
        else:
            return rest, opened.strip()


def _swapped(
    plain: str, tokens: Sequence[Token], kinds: Sequence[str], pixel: bool
) -> FollowUp | None:
    """Another kind, the rest as before: "and the airplanes?"."""
    rest, opened = _strip(plain)
    low = rest.lower().rstrip(" .?!")
    closed = ""
    while (
        closer := next((c for c in w.CLOSERS if re.search(rf"[\s,]{c}$", low)), None)
    ) is not None:
        closed += f" {closer}"
        low = low[: -len(closer)].rstrip(" ,")
    phrase = rest[: len(low)]
    inner = tag(phrase)
    nouns = [t for t in inner if t.noun and not t.placed]
    marks = opened or closed.replace("please", "").replace("now", "").strip()
    if (
        not marks
        or not nouns
        or any(t.refers for t in inner)
        or _is(nouns[-1].word, kinds)
        or _asks(phrase, inner)
    ):
        return None
    same = bool(w.SAME & set(f"{opened} {closed}".split()))
    noun = phrase[nouns[0].start : nouns[-1].end]
    article = "" if re.match(r"(?:the|any|all|every|each|an?|no|some)\b", low) else "the "
    phrase = re.sub(r"^(?:are|is) there\s+", "", phrase, flags=re.I)
    text = f"{'Segment' if pixel else 'Find'} {article}{phrase}."
    return FollowUp("swap", text, "same" if same else text, True, noun)


def _is(noun: str, kinds: Sequence[str]) -> bool:
    """Whether a noun is one of the kinds, in either number."""
    stem = re.sub(r"e?s$", "", noun)
    return any(
        re.sub(r"e?s$", "", part) == stem for kind in kinds for part in kind.lower().split()[-1:]
    )


def _beside(
    plain: str,
    tokens: Sequence[Token],
    first: Token,
    free: Sequence[Token],
    kinds: Sequence[str],
    several: bool,
) -> FollowUp:
    """The pronoun is a landmark: the question without its place, and with it spelled out."""
    many = first.word in w.MANY
    mark = _names(kinds, several and many) if len(kinds) < 2 else "those objects"
    end = first.end
    follow = [t for t in tokens if t.start >= first.end]
    if (
        follow
        and (
            follow[0].word in ("one", "ones", "two", "three")
            or _is(follow[0].word, [*kinds, "object", "thing"])
        )
        and not _free_later(follow)
    ):
        end = follow[0].end  # "that one", "that ship"
    start = first.start
    for t in reversed([t for t in tokens if t.end <= first.start]):
        if t.word in w.PLACED | {
            "of",
            "to",
            "the",
            "from",
            "at",
            "on",
            "in",
            "with",
            "side",
            "hand",
            "left-hand",
            "right-hand",
            "just",
            "immediate",
        }:
            start = t.start
        else:
            break
    place = f"{plain[start : first.start]}{mark}"
    named = [t for t in free if not (t.start >= first.start and t.end <= end)]
    others = [t for t in tokens if t.refers and t.word in ("one", "ones") and not t.placed]
    if named:
        words = f"{plain[: first.start]}{mark}{plain[end:]}"
        before = re.sub(
            r"\s*\b(?:that|which|who)?\s*(?:is|are|lie|lies|lying|sit|sits|stand|stands|located|situated)?\s*$",
            "",
            plain[:start].rstrip(),
            flags=re.I,
        )
        text = f"{before}{plain[end:]}".strip(" ,:")
        if not _asks(text, tag(text)):
            text, words = f"Find {_strip(text)[0]}", f"Find {_strip(words)[0]}"
        noun = plain[named[0].start : named[-1].end]
        return FollowUp("beside", text, words, many, noun, first.word)
    shape = [
        t.word
        for t in tokens
        if t.word in ("segment", "mask", "outline", "trace", "masks", "outlines", "delineate")
    ]
    verb = "Segment" if shape else "Find"
    thing = plural(kinds[0]) if others and kinds else "objects"
    return FollowUp(
        "beside", f"{verb} all {thing}.", f"{verb} all {thing} {place}.", many, "", first.word
    )


def _free_later(follow: Sequence[Token]) -> bool:
    return bool(follow[0].noun and len(follow) > 1 and follow[1].noun)


def _choose(
    plain: str, tokens: Sequence[Token], kinds: Sequence[str], several: bool, pixel: bool
) -> FollowUp:
    """Among what was found, or all of it: every pronoun and gap filled with its kind."""
    first = next((t.word for t in tokens if t.refers), "")
    many = any(t.word in w.MANY for t in tokens if t.refers)
    plain = _strip(plain)[0]
    tokens = tag(plain)
    one, all_of = (kinds[0], plural(kinds[0])) if len(kinds) == 1 else ("object", "objects")
    whole = _names(kinds, several) if len(kinds) == 1 else "the objects"
    out, at, filled = [], 0, False
    for i, t in enumerate(tokens):
        if not t.refers or t.start < at:
            continue
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        before = tokens[i - 1].word if i else ""
        out.append(plain[at : t.start])
        at = t.end
        if (
            t.word in ("those", "these", "that", "this")
            and following is not None
            and (
                following.noun or following.word in ("one", "ones", "two", "three", "four", "five")
            )
        ):
            if following.noun or following.word in ("one", "ones"):
                out.append(
                    "the "
                    + (
                        one
                        if following.word == "one"
                        else (
                            all_of
                            if following.word == "ones"
                            else plain[following.start : following.end]
                        )
                    )
                )
                at = following.end
            else:
                out.append(f"the {plain[following.start : following.end]} {all_of}")
                at = following.end
        elif t.word == "one":
            out.append(one)
        elif t.word == "ones":
            out.append(all_of)
        elif t.word == "each" and following is not None and following.word == "one":
            out.append(f"each {one}")
            at = following.end
        elif t.word == "each":
            out.append(f"each {one}")
        elif t.word in ("its", "their"):
            out.append(
                f"{whole[:-1] if whole.endswith('s') else whole}'s"
                if several is False
                else f"{whole}'"
            )
        elif t.word in ("rest", "others"):
            out.append(f"other {all_of}")
        elif before in ("which", "the"):
            out.append(all_of)
        else:
            out.append(whole)
        filled = True
    full = "".join([*out, plain[at:]]).strip()
    full = full if filled else _fill(full, tokens, one, all_of, whole, kinds)
    if not _asks(full, tag(full)) or re.match(r"(?:only|just|the|all but)\b", full, re.I):
        full = f"{'Segment' if pixel else 'Find'} {full[:1].lower()}{full[1:]}".rstrip(" ?")
    return FollowUp("choose", full, full, many, "", first)


def _fill(
    full: str, tokens: Sequence[Token], one: str, all_of: str, whole: str, kinds: Sequence[str]
) -> str:
    """An ellipsis with its noun.

    After the words that choose ("the two largest _"), else at the end or in front.
    """
    if any(t.noun and not t.placed and _is(t.word, kinds) for t in tokens):
        return full
    numbers = {*NUMBERS[2:11], "2", "3", "4", "5", "6"}
    run = [
        i
        for i, t in enumerate(tokens)
        if t.word
        in (w.SIZES | w.SIDES | numbers)
        - {
            "most",
            "least",
            "only",
            "single",
            "size",
            "same",
            "upper",
            "lower",
            "northern",
            "southern",
            "eastern",
            "western",
            "very",
        }
        or t.word.isdigit()
    ]
    if run:
        last = run[0]
        while last + 1 in run:
            last += 1
        noun = all_of if any(tokens[i].word in numbers for i in run) else one
        end = tokens[last].end
        return f"{full[:end]} {noun}{full[end:]}"
    if tokens and tokens[0].word in w.SPACE | w.SIDES | {"only", "just"}:
        return f"{whole}, {full}"
    bare = full.rstrip(" .?!")
    joined = (
        " "
        if tokens
        and tokens[-1].word
        in (
            "segment",
            "mask",
            "outline",
            "count",
            "trace",
            "describe",
            "find",
            "locate",
            "detect",
            "show",
            "of",
            "for",
            "many",
        )
        else ": "
    )
    return f"{bare}{joined}{whole if joined != ' ' or tokens[-1].word != 'many' else all_of}"
