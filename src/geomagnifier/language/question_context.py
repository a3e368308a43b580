"""What an English question is asked for, and who asks: left out, as it chooses nothing.

"We're doing a traffic survey. How many vehicles are there?"
"Outline every bridge for my thesis."
"The council needs to know where the tanks are."
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from geomagnifier.language.mentions import in_english, tokens_of


class Pattern:
    """A regular expression without regard to case, compiled when it is first used.

    Args:
        text: of the expression.
        words: in small letters; every text that it can match has one of them. Without any, it is
            tried on all texts.
    """

    def __init__(self, text: str, *words: str) -> None:
        self._text, self._words = text, words

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled expression."""
        return re.compile(self._text, re.IGNORECASE)

    def _may(self, text: str) -> bool:
        small = text.lower()
        return not self._words or any(word in small for word in self._words)

    def found(self, text: str) -> bool:
        """Whether it is anywhere in a text."""
        return self._may(text) and self.compiled.search(text) is not None

    def put(self, words: str | Callable[[re.Match[str]], str], text: str) -> str:
        """The text with what it matches replaced.

        Args:
            words: in its place, or what makes them of a match.
            text: any.
        """
        return self.compiled.sub(words, text) if self._may(text) else text


_CAMERA = Pattern(
    r"\b(?:drone|uav|landsat|sentinel|planet|google earth)(?:'s)? "
    r"(?=(?:photo|photograph|picture|image|imagery|footage|shot|frame|scene|orthophoto)s?\b)",
    "drone",
    "uav",
    "landsat",
    "sentinel",
    "planet",
    "google",
)
"""What took the image: says nothing of what is in it."""
_ASKS = Pattern(
    r"\?$|^(?:and |so |ok(?:ay)? |well |now |then |also |please |kindly )*"
    r"(?:what|which|where|how|who|is|are|do|does|did|has|have|can|could|would|will|might|may|find|show|give|tell|count|mark|mask"
    r"|segment|outline|draw|detect|locate|highlight|describe|list|name|identify|trace|return|export"
    r"|extract|map|put|get|let|pick|point|spot|box|label|delineate|classify|make|produce|provide"
    r"|generate|report|compare|measure|estimate|ignore|leave|only|use|include|exclude|skip|say"
    r"|write)\b|\bplease\b|\b(?:i|we)(?:'d like| would like| need| want| wish)\b"
    r"|\b(?:needs?|wants?) to know\b"
)
_CONTEXT = Pattern(
    r"^(?:i|we|my|our|i'm|we're|we've|i've|i'd|buyers|clients|people|from above|as an?|it's for"
    r"|this is for|this (?:shot|image|picture|photo|tile|scene|frame)\b(?! is)"
    r"|the (?:client|boss|council|police|coastguard|team|teacher|editor))\b"
)
_BACK = Pattern(r"\b(?:them|they|those|these|ones?|their|its|it(?!(?: show| look|\?)))\b")
_HERE = Pattern(
    r"\b(?:image|picture|photo|scene|tile|frame|place|area|site|location|spot|view|here|this)\b"
)
LIMITS = Pattern(
    r"\b(?:only|just|except|excluding|excluded?|but|not|no|never|without|ignor\w+|left|right|upper"
    r"|lower|top|bottom|middle|cent(?:er|re)|north\w*|south\w*|east\w*|west\w*|half|quarter|corner"
    r"|edge|near\w*|next|beside|between|inside|within|along|behind|around|more|less|fewer"
    r"|\w+er than"
    r"|(?!test|rest|forest|interest|best|request)\w{3,}est|\w+most|\d+|two|three|four|five|six|seven"
    r"|eight|nine|ten|first|second|third|last|red|white|blue|green|black|grey|gray|yellow|brown"
    r"|large|small|big|long|short)\b"
)
"""Words that limit what is asked for, wherever they stand."""
_FOR = (
    r"(?:stud(?:y|ies)|survey|report|file|log|poster|article|thesis|project|planning|inventory"
    r"|lecture|analysis|assessment|presentation|course|story|blog|paper|homework|essay|research"
    r"|records?|database|dataset|data set|client|boss|team|plan|application|permit|case|book"
    r"|newsletter|magazine|website|app|training|work|job|coastguard|department|council|insurer"
    r"|insurance|slides|exam|teacher|colleagues?|customer|newspaper|archive|worksheet|handout|lesson)"
)
_PURPOSE = Pattern(
    rf"[,;]? for (?:my|our|the|an?|his|her|their|some|this) (?:[\w-]+ ){{0,3}}{_FOR}\b"
    rf"(?! (?:of|on|about|area|site))|^for (?:my|our|an?|the) (?:[\w-]+ ){{0,3}}{_FOR}(?:, | "
    r"(?=(?:i|we|please|find|mark|count|show|give|tell|segment|outline|could|can)\b))"
    r"|[,;]? so (?:that )?(?:i|we|they|he|she) (?:can|could|may|might|will)\b[^.?!]*"
    r"|^(?:yo|hey|hi|hello|ok|okay|alright|sorry)[,!]? (?=\w)"
    r"|(?<= )(\S+ \S+),? (?:or nah|y/n|yes or no|yes/no)(?=[ .?!]*$)"
    r"|^(?:i|we|our|my|this)(?:'\w+)? [^.;?!]{4,90}?, so (?:just )?"
    r"(?=please|can|could|give|tell|mark|show|segment|find|i'd like|i want|i need)",
    "for ",
    " so ",
    "yo",
    "h",
    "ok",
    "al",
    "sorry",
    " or nah",
    "y/n",
    "yes",
)
_NEEDED = Pattern(
    r"^(?:the|my|our) (?:[\w-]+ ){1,3}(?:needs?|wants?|would like) (?:us |me )?to know ",
    "to know",
)


def without_context(text: str) -> str:
    """A question without what it is asked for: "I'm writing an article. ...", "... for my report".

    A sentence that asks nothing and limits nothing is left out where another one asks and names
    what it asks about.

    Args:
        text: English, single blanks.
    """
    text = _CAMERA.put("", text)
    short = _PURPOSE.put(_without_purpose, text)
    short = re.sub(r"[ ,]+(?=[.?!,])", "", " ".join(short.split())).strip(" ,")
    text = short if named(short) >= named(text) else text
    text = _NEEDED.put("tell me ", text)
    sentences = re.split(r"(?<=[.?!]) ", text)
    asking = [s for s in sentences if _ASKS.found(s) or not _CONTEXT.found(s)]
    rest = " ".join(asking)
    left_out = " ".join(s for s in sentences if s not in asking)
    if not left_out or _BACK.found(rest) or LIMITS.found(left_out):
        return text
    return rest if named(rest) or (_HERE.found(rest) and not named(text)) else text


def _without_purpose(found: re.Match[str]) -> str:
    """What stays of a purpose: all of it where it limits what is asked for."""
    if found[1] is None and LIMITS.found(found[0]):
        return found[0]
    return f" {found[1] or ''} "


def named(text: str) -> set[str]:
    """The classes that an English text names."""
    return {m.kind for m in in_english(tokens_of(text)) if m.kind}
