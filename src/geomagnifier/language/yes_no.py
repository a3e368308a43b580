"""Parse questions that are answered by yes or no, or by one of several names.

"Is this a forest?" asks for the class of the scene, "Are there any ships?" for things to be
detected, "Is it farmland or forest?" for the better of two. What is asked is found by the names of
classes in the question (`mentions`), not by its exact wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from geomagnifier.language.characters import characters
from geomagnifier.language.chinese_yes_no import parse
from geomagnifier.language.mentions import (
    Mention,
    in_english,
    is_no_class,
    kinds_of,
    tokens_of,
    word_set,
)
from geomagnifier.language.yes_no_question import YesNoQuestion, differ, is_object

_START = word_set(
    "is are was were isn't aren't wasn't weren't does do did doesn't don't didn't can could would"
    " should might may has have will am"
)
_POLITE = word_set(
    "please hey hi hello ok okay so well and but also now then just quick question um oh excuse me"
    " sorry : , ! ."
)
_REQUEST = re.compile(
    r"^(?:(?:can|could|would|will|do) (?:you|we|i|one|it)(?:"
    r" (?:please|kindly|also|just|maybe|possibly|help me|help))*"
    r" (?!(?:see|say|tell me (?:if|whether)|tell if|call|spot|notice|recogni[sz]e|make"
    r" out|confirm|detect|find|identify|observe"
    r"|think|believe|have|know|agree|consider|describe (?:this|it|the \w+) as|classify"
    r" (?:this|it|the \w+) as|get any|be|contain"
    r"|show (?:an?|any))\b)"
    r"|(?:can|could) (?:you|we|i)(?: please)?"
    r" (?:see|spot|notice|recogni[sz]e|detect|find|identify)(?: me)?"
    r" (?:the|all|every|each|my|where|how|what|which|out)\b"
    r"|do (?:an?|the|some)\b|have (?:an?|me)\b|(?:may|can|could) (?:i|we)"
    r" (?:have|get|ask|please)\b|(?:is|would) it (?:be )?possible\b"
    r"|(?:do|can|could|would) you(?: please)? (?:know|tell|say|guess)(?: me)?"
    r" (?:what|which|where|how|who)\b"
    r"|(?:do|would) you mind\b|would you (?:please|like|kindly)\b"
    r"|(?:would|could|can|will) you (?:possibly )?be (?:so|able|kind|good|willing)\b"
    r"|(?:can|could|may|might|would) (?:the|all|every|each|these|those)\b.*\bbe"
    r" (?:segment|outlin|mark|count|mask|separat|delineat|trac)"
    r"|(?:would|could) it be\b.* to\b)"
)
"""Requests in the form of a question: they are done, not answered by yes or no."""
_ORDER = re.compile(
    r"^(?:find|detect|locate|segment|mask|outline|count|mark|show|list|box|draw|highlight|trace|point|describe|caption|summari[sz]e|delineate|extract|"
    r"retrieve|search|label|name|give|get|put|cut|colou?r|export|where|how|who|why|when)\b"
)
_TAG = re.compile(
    r"\byes or no\b|\btrue or false\b|\bwhether\b|\b(?:confirm|check) the presence\b|\bany sign"
    r" of\b"
    r"|\b(?:tell me|check|verify|confirm|see|determine|know|wonder|ask|sure)(?: \w+){0,3}?"
    r" (?:if|that)\b"
    r"|[,?.] (?:right|correct|isn't it|is it|or not|am i right|yes|no|true)\b|\bam i right\b"
    r"|\bis (?:that|this|it) (?:right|correct|true|so)\b|^(?:see|got|spot|notice|have) any\b.*\?"
)
_ARCHIVE = re.compile(
    r"\b(?:archive|collection|database|library|gallery|similar|lookalikes?|index)\b"
    r"|\b(?:any|other|more|some|do we have|are there|is there) (?:\w+"
    r" ){0,2}(?:images|pictures|photos|photographs|tiles|scenes)\b"
)
_COMPARED = re.compile(r"\bthan\b(?! rather)|\bhow many\b|\bas (?:many|much)\b|\bhow much\b")
_THERE = re.compile(
    r"\b(?:is|are|was|were|isn't|aren't|be) there\b|\bthere (?:is|are|was|were|might be|may"
    r" be|be|exists?)\b|\bthere's\b"
    r"|\b(?:see|spot|notice|recogni[sz]e|find|found|detect|identify|observe|make"
    r" out|perceive|discern)\b"
    r"|\b(?:contains?|includes?|holds?|have|has|features?|got|exists?|appears?|occurs?)\b"
    r"|\b(?:visible|present|in sight|be seen|be found|be spotted|anywhere|somewhere|any|at least"
    r" one|presence of|sign of)\b"
    r"|^(?:is|are) (?:an?|one|some)\b"
)
_AS_A_WHOLE = re.compile(r"\b(?:land use|main|dominant|label|category|class|overall|as a whole)\b")
_HOLDS = re.compile(
    r"\b(?:contains?|includes?|holds?|have|has|features?|got|there|see|spot|notice|find|detect|identify|observe)\b"
)
_NO = re.compile(
    r"\b(?:there (?:is|are) |is there |are there |see |contain |have )no\b|\bwithout\b"
)
_SOME = re.compile(
    r"\b(?:there|see|have|has|contain|contains) (?:only |just"
    r" )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)
"""A number of things: yes could mean exactly so many or at least so many, the count says it all."""
_PLACE = word_set(
    "near next beside on over inside at by under above behind along around between close adjacent"
    " opposite"
)
_NO_NAME = word_set(
    "sign signs lots lot plenty kind kinds sort sorts pair group cluster row number many few"
    " several more other another one two three or and of with what which where parked moored docked"
    " located standing sitting lying shown seen found any anything something left right top bottom"
    " upper lower center centre middle side half part corner edge north south east west it them"
    " that this these those we i you if whether please small large big tiny huge actually really"
    " indeed currently perhaps possibly maybe definitely also still"
)
_SUBJECT = word_set(
    "image picture photo photograph scene place area region site location tile view frame shot land"
    " terrain landscape satellite aerial map spot patch zone environment class category label type"
    " kind dominant main whole entire overall surroundings snapshot raster pictured"
)
_LIST = re.compile(
    r"\bor\b|\bvs\b|\bversus\b|\bbetween\b|:|\bfrom\b|\boptions?\b|\bone of\b|\bwhich of\b|\bout"
    r" of\b|\bfollowing\b|/"
)
_UNKNOWN = re.compile(r"\b(?:an?|any|of)((?: [a-z0-9']+)+)")
_JOINING = word_set("or and , a an any the some / either also ? rather instead")
_LIGHT = word_set(
    "a an any the some or and , ? ! . here there in this image picture photo scene please visible"
    " present on it no yes"
)
_RANKS = word_set(
    "first second third fourth fifth sixth largest biggest smallest longest shortest widest"
    " leftmost rightmost all every each"
)
_STOP = word_set(
    "in on at near by of over under with from here there visible present or and is are that which"
    " please yes no right anywhere for"
)


@lru_cache(maxsize=256)
def asked(text: str, language: str) -> YesNoQuestion | None:
    """The parse of a question that is answered by yes, no or one of several names; else None.

    Args:
        text: the question.
        language: "en" or "zh".
    """
    if language == "zh":
        return parse("".join(characters(text)[0]))
    return _in_english(text)


def start(asked: YesNoQuestion | None, present: Sequence[str], missing: Sequence[str]) -> str:
    """What an answer about things begins with.

    "yes", "no", or "" where the question is not answered so.

    Args:
        asked: what the question asks.
        present: classes that were found.
        missing: classes that were looked for in vain.
    """
    if (
        asked is None
        or not asked.yes_no
        or asked.form not in ("scene", "things")
        or not (present or missing)
    ):
        return ""
    return "yes" if present and not (asked.every and missing) else "no"


def _in_english(text: str) -> YesNoQuestion | None:
    if (
        re.search(r"[\[(<]\s*\d", text) or len(text) > 400
    ):  # coordinates: the question is about a box
        return None
    tokens = tokens_of(re.sub(r"^\W*(?:\w+ ){0,3}tell me\s*[,:]", "", text, flags=re.IGNORECASE))
    while tokens and tokens[0] in _POLITE:
        tokens = tokens[1:]
    plain = " ".join(tokens)
    mentions = in_english(tokens)
    if not tokens or _REQUEST.match(plain) or _ARCHIVE.search(plain) or _COMPARED.search(plain):
        return None
    scenes = [m for m in mentions if m.scenes]
    exists = bool(_THERE.search(plain)) and not _AS_A_WHOLE.search(plain)
    exists = exists or ("where" in tokens and bool(kinds_of(mentions)))
    several = bool(_LIST.search(plain)) or len(_joined(mentions, tokens)) > 2
    bare = _is_bare(tokens, mentions)
    listed = (
        bare and not {"or", "?", "vs", "versus"} & set(tokens) and all(m.kind for m in mentions)
    )  # "ships, tanks and harbors"
    chosen = (
        several and not listed and differ(scenes) and not all(m.plural and m.kind for m in scenes)
    )
    if chosen and not _ORDER.match(plain) and (not exists or tokens[0] in ("what", "which")):
        return YesNoQuestion("choice", tuple(scenes), yes_no=False)
    if not (
        tokens[0] in _START
        or (tokens[0] == "if" and exists)
        or _TAG.search(plain)
        or (bare and "?" in tokens)
    ):
        if tokens[0] == "any" and mentions:  # "any planes"
            return _things(mentions[:1], plain)
        if _is_bare(tokens, mentions, _RANKS) and all(
            m.kind for m in mentions
        ):  # "ships", "largest ship", as typed into a search field
            return _things(mentions, plain)._replace(yes_no=False)
        return None
    if (
        bare and tokens[0] not in _START
    ):  # "bridge?" asks whether there is one, "bridge, yes or no?" for the class
        exists = exists or (
            any(m.kind for m in mentions)
            and not ("yes or no" in plain and tokens[0] == mentions[0].said.split()[0])
        )
    if _is_property(tokens, mentions) and not (
        "visible" in tokens or "seen" in tokens or "present" in tokens or "there" in tokens
    ):
        return YesNoQuestion("unknown")
    return _decided(mentions, tokens, plain, exists)


def _decided(
    mentions: Sequence[Mention], tokens: Sequence[str], plain: str, exists: bool
) -> YesNoQuestion:
    """What a yes/no question in English asks, by the first name after its verb."""
    start = 0
    if (
        exists
        and (verb := _HOLDS.search(plain))
        and not any(t in ("visible", "present", "seen", "found", "exist", "appear") for t in tokens)
    ):
        start = len(
            tokens_of(plain[: verb.start()])
        )  # "does the airport have ships": what is had is asked for
    names = _joined([m for m in mentions if m.start >= start] or list(mentions), tokens)
    if not names:
        everything = "anything" if {"anything", "something"} & set(tokens) else ""
        return (
            YesNoQuestion("things", noun=everything)
            if exists or everything
            else YesNoQuestion("unknown", noun=_noun(plain))
        )
    first = names[0]
    if not first.scenes and not first.kind:
        return (
            YesNoQuestion("things", noun=first.said if is_no_class(first.said) else "")
            if exists
            else YesNoQuestion("unknown", noun=first.said)
        )
    if exists and first.kind and (head := _before_place(tokens[start : first.start])):
        return YesNoQuestion("things", noun=head)
    many = first.plural or re.match(r"(?:are|aren't|were) (?:these|those|they)\b", plain)
    if first.kind and (exists or many or is_object(first)):
        return _things([m for m in names if m.kind], plain)._replace(exists=exists)
    return YesNoQuestion("scene", tuple(m for m in names if m.scenes), exists=exists)


def _before_place(tokens: Sequence[str]) -> str:
    """The name of something unknown that a known name only tells the place of.

    "(is there) a person on the (bridge)"; "" where none is.
    """
    at = next((i for i, token in enumerate(tokens) if token in _PLACE), 0)
    words = [token for token in tokens[:at] if token not in _LIGHT and token not in _SUBJECT]
    if (
        not words
        or len(words) > 3
        or not all(word.isalpha() for word in words)
        or set(words) & (_NO_NAME | _START | _STOP)
    ):
        return ""
    return " ".join(words)


def _things(names: Sequence[Mention], plain: str) -> YesNoQuestion:
    yes_no = not _NO.search(plain) and not _SOME.search(plain)
    return YesNoQuestion(
        "things",
        tuple(names),
        yes_no=yes_no,
        every=len(names) > 1 and " and " in plain and " or " not in plain,
    )


def _joined(mentions: Sequence[Mention], tokens: Sequence[str]) -> list[Mention]:
    """The first name and those joined to it by "or", "and", commas.

    What stands behind a preposition only says where.
    """
    names = list(mentions[:1])
    for mention in mentions[1:]:
        between = tokens[names[-1].end : mention.start]
        if between in (
            ["a"],
            ["an"],
        ):  # "is that green area a meadow": the first one is only the subject
            names = [mention]
        elif set(between) <= _JOINING and set(between) & {"or", "and", ",", "/", "?"}:
            names.append(mention)
        else:
            break
    return names


def _is_bare(
    tokens: Sequence[str], mentions: Sequence[Mention], also: frozenset[str] = frozenset()
) -> bool:
    """A name or some, and nothing that says what to do with them.

    "ships?", "any bridge or harbor here?". also: words that may be there.
    """
    named = {i for m in mentions for i in range(m.start, m.end)}
    return bool(named) and all(
        i in named or token in _LIGHT or token in also for i, token in enumerate(tokens)
    )


def _is_property(tokens: Sequence[str], mentions: Sequence[Mention]) -> bool:
    """Something is asked of a thing that is taken to be there: "is the parking lot full?"."""
    if re.search(
        r"\b(?:any|all|some|most|none|one|each) of (?:the|these|those)\b", " ".join(tokens)
    ):
        return True
    if (
        len(tokens) < 3
        or tokens[0] not in _START
        or tokens[1] not in ("the", "all", "every", "each", "both")
    ):
        return False
    return tokens[2] not in _SUBJECT and not any(
        m.start == 2 and set(tokens[m.end : m.end + 3]) >= {"the", "label"} for m in mentions
    )


def _noun(plain: str) -> str:
    """The name of what no class is, after "a" or "an"."""
    for match in _UNKNOWN.finditer(plain):
        words: list[str] = []
        for word in match.group(1).split():
            if word in _STOP:
                break
            words.append(word)
        if words and words[0] not in _SUBJECT and words[-1] not in _SUBJECT:
            return " ".join(words[:4])
    return ""
