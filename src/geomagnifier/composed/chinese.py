"""A Chinese question into a program, by rules, as `english` does it: a form of `chinese_forms`, phrases by `chinese_phrases`."""

from __future__ import annotations

import re

from geomagnifier.composed import program as p
from geomagnifier.composed import slots
from geomagnifier.composed.chinese_forms import FORMS
from geomagnifier.composed.chinese_phrases import Reader, marked
from geomagnifier.composed.lexicon import Lexicon, normalized
from geomagnifier.composed.slots import Form, NoPlace
from geomagnifier.unsupported import SIMPLIFIED

_SCENE = re.compile(
    "(?:在)?(?:这|该|此)?(?:张|幅|片|个)?(?:卫星|航拍|遥感)?(?:图像|图片|图|影像|画面|照片|场景)(?:中|里面|里|上面|上|内)(?:的)"
    "?|这里(?=有)|(?<=^)这里"
)
_POLITE = re.compile("^(?:请问|请你?|麻烦你?|帮我|帮忙|我想知道|告诉我|能不能|能否|可以)+|(?:一下|谢谢)")
_SLOTS = {"{a}": r"(?P<a>.{0,}?(?:K\d+(?!\d)|们|它|些|其中))", "{b}": "(?P<b>.+?)", "{c}": "(?P<c>.+?)", "{n}": r"(?P<n>N\d+)"}


_FORMS = tuple(Form.of(form, _SLOTS, build) for form, build in FORMS)


def read(question: str, lexicon: Lexicon) -> p.Program | None:
    """The program of a Chinese question; None where a word of it finds no place, or where it asks for nothing of this sort."""
    text = re.sub(r"\s+", "", normalized(question).translate(SIMPLIFIED))
    text = re.sub("[?。!.]+$", "", _POLITE.sub("", text))
    text = _SCENE.sub("", text)
    marks = marked(text, lexicon)
    reader = Reader(marks, lexicon)
    for form in _FORMS:
        for said in form.fits(marks.text):
            assert not isinstance(form.build, str)
            try:
                program = slots.built(form.build, slots.read(said, reader), reader)
            except NoPlace:
                continue
            if program is not None:
                return program if p.kinds(program) or p.refers(program) else None
    return None
