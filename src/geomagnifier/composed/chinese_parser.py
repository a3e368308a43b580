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
