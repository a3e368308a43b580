"""A Chinese question into a program, by rules, as `english` does it.

A form of `chinese_forms`, phrases by `chinese_phrases`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from geomagnifier.composed import program as p
from geomagnifier.composed import slots
from geomagnifier.composed.chinese_forms import FORMS, in_unit
from geomagnifier.composed.chinese_normalizer import plainly
from geomagnifier.composed.chinese_phrases import Reader, marked
from geomagnifier.composed.placeholders import Lexicon
from geomagnifier.composed.slots import Form, NoPlace

_SLOTS = {
    "{a}": r"(?P<a>.{0,}?(?:K\d+(?!\d)|们|它|些|其中))",
    "{b}": "(?P<b>.+?)",
    "{c}": "(?P<c>.+?)",
    "{n}": r"(?P<n>N\d+)",
}


_FORMS = tuple(Form.of(form, _SLOTS, build) for form, build in FORMS)

_MOORED = re.compile(r"^(K\d+)(?=(?:停放|停靠|停泊|停|泊|漂|靠)(?:着|了|有))")
"""Where things stand, said without a preposition: "码头停着几艘船"."""
_ELIDED = re.compile(
    r"(K\d+)((?:的?数量)?(?:是否|是不是)?比|更?[多少],?还是)([^KNQ]{2,}?)的?(?=(?:更|要)?[多少])"
)
"""The second of two parts of a class, named without it: "左边的车比右边的多吗"."""


def read(question: str, lexicon: Lexicon) -> p.Program | None:
    """The program of a Chinese question.

    None where a word of it finds no place, or where it is no composed question.

    Args:
        question: as typed.
        lexicon: the names of the model's classes.
    """
    return read_all(question, lexicon)[0]


_ABOUT = re.compile("大约|大概|约|左右|差不多|将近|接近|几乎")


def read_all(question: str, lexicon: Lexicon) -> tuple[p.Program | None, tuple[str, ...]]:
    """The program, and the scene classes named as places ("机场") that were passed over.

    Such a place holds for the whole image, or for none of it.

    Args:
        question: as typed.
        lexicon: the names of the model's classes.
    """
    text, unit = plainly(question, lexicon)
    marks = marked(text, lexicon)
    whole = _ELIDED.sub(r"\1\2\3的\1", _MOORED.sub(r"\1上", marks.text))
    marks = replace(marks, text=whole)
    for form in _FORMS:
        for said in form.fits(marks.text):
            assert not isinstance(form.build, str)
            reader = Reader(marks, lexicon)
            try:
                found = slots.read(said, reader)
                if (
                    "d" in found
                ):  # a condition before the whole question, and one of the thing asked for
                    found["a"] = replace(
                        found["a"],
                        filters=(*found["a"].filters, *reader.conditions(found.pop("d"))),
                    )
                program = slots.built(form.build, found, reader)
            except NoPlace:
                continue
            if isinstance(program, p.Compare) and program.sign == "==" and _ABOUT.search(question):
                return None, ()  # about so many: neither yes nor no
            if program is not None and unit:
                program = in_unit(program, unit)
            if program is not None:
                return (
                    (program, tuple(reader.passed))
                    if p.kinds(program) or p.refers(program)
                    else (None, ())
                )
    return None, ()
