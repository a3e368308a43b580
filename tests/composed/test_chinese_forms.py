"""Forms of Chinese questions: what each builds, and the unit that is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geomagnifier.composed import lexicon
from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_forms import in_unit
from geomagnifier.composed.chinese_parser import read
from labelled import SPEC

WORDS = lexicon(SPEC)
SHIPS, PLANES, WATER = (p.Select((kind,)) for kind in ("ship", "airplane", "water"))
LENGTH, AREA = p.Measure(SHIPS, "length", "mean"), p.Measure(SHIPS, "area", "sum")


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("船有几艘？", p.Count(SHIPS)),
        ("船和飞机哪个多？", p.Which((p.Count(SHIPS), p.Count(PLANES)))),
        ("水体占画面的百分之几？", p.Share(WATER)),
        ("船的总面积是多少？", AREA),
        ("船的平均长度是多少？", LENGTH),
        ("船比飞机多几艘？", p.Difference(p.Count(SHIPS), p.Count(PLANES))),
        ("分割除船以外的所有目标", None),
    ],
)
def test_what_is_built(question: str, program: p.Program | None) -> None:
    if program is None:
        others = tuple(kind for kind in WORDS.objects if kind != "ship")
        program = p.Chosen(p.Select(others), masks=True)
        found = read(question, WORDS)
        assert isinstance(found, p.Chosen) and found.masks
        left = [f for f in found.of.filters if isinstance(f, p.Not)]
        assert left == [p.Not(p.Among(SHIPS))] or found.of.kinds == others
        return
    assert read(question, WORDS) == program


@pytest.mark.parametrize(
    ("program", "unit", "units"),
    [
        (LENGTH, "公里", ("m", "km")),
        (LENGTH, "米", ("m", "m")),
        (AREA, "公顷", ("ha", "ha")),
        (AREA, "亩", ("ha", "mu")),
        (LENGTH, "公顷", None),
        (AREA, "米", None),
        (p.Count(SHIPS), "米", None),
    ],
)
def test_a_unit_fits_its_quantity(
    program: p.Program, unit: str, units: tuple[str, str] | None
) -> None:
    found = in_unit(program, unit)
    if units is None:
        assert found is None
    else:
        assert isinstance(found, p.Measure) and (found.unit, found.shown or found.unit) == units
        assert replace(found, unit="", shown="") == program
