"""Forms of the paper's search, by name."""

from __future__ import annotations

import pytest

from geomagnifier.errors import OptionError
from geomagnifier.variants import VARIANTS, Variant


@pytest.mark.parametrize("name", VARIANTS)
def test_a_name_changes_its_own_field_and_is_told_again(name: str) -> None:
    made, plain = Variant.of(name), Variant()
    changed = {key for key in vars(plain) if getattr(made, key) != getattr(plain, key)}
    assert changed == {*VARIANTS[name][0]} and made.name == name


def test_names_are_joined_however_they_are_typed() -> None:
    both = Variant.of(" Coarse_Masks + hull")
    assert (both.coarse, both.apart, both.joint) == (True, False, True)
    assert both.name == "hull+coarse masks" and Variant.of(both.name) == both
    assert Variant.of(None) == Variant() and Variant().name == ""


@pytest.mark.parametrize("text", ["", "hull+", "other", "hull separate"])
def test_other_names_are_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(OptionError, match="choose among hull, separate"):
        Variant.of(text)
