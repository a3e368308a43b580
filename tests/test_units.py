"""Amounts as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from geomagnifier.errors import OptionError
from geomagnifier.units import amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (4e6, ("pixels", 4e6)),
        ("4e6 px", ("pixels", 4e6)),
        ("4 Mpx", ("pixels", 4e6)),
        (" 1.5gpx ", ("pixels", 1.5e9)),
        ("20 s", ("seconds", 20)),
        ("0.5min", ("seconds", 30)),
        ("2 h", ("seconds", 7200)),
    ],
)
def test_what_is_counted_and_how_many(text: Any, expected: tuple[str, float]) -> None:
    assert amount(text, "pixels", ("pixels", "seconds")) == expected


@pytest.mark.parametrize(
    "text", ["", "s", "20 parsecs", "-1 s", "0", "nan", "inf s", "1.5 GB", "1 2 s", "1,5 s", None]
)
def test_what_is_no_amount(text: Any) -> None:
    with pytest.raises(OptionError, match="px, kpx, mpx, gpx, s, min, h"):
        amount(text, "pixels", ("pixels", "seconds"))


@pytest.mark.parametrize("text", ["20", "4e6", " 7 "])
def test_a_text_without_a_unit_is_refused_where_it_could_count_two_things(text: str) -> None:
    with pytest.raises(OptionError, match=r"has no unit; write .* such as '4 Mpx' or '20 s'"):
        amount(text, "pixels", ("pixels", "seconds"))
    assert amount(text, "bytes", ("bytes",)) == ("bytes", float(text))


def test_bytes_are_decimal() -> None:
    assert amount("1.5 GB", "bytes", ("bytes",)) == ("bytes", 1.5e9)
    assert amount(2e9, "bytes", ("bytes",)) == ("bytes", 2e9)
