"""The claims' own arithmetic: what the text says of its numbers against what follows from them."""

from __future__ import annotations

import pytest

from geomagnifier_lab.studies import claims


def test_pixels_by_the_texts_formula() -> None:
    assert claims.SCENE == 8_847_360 and claims.HALF == 2_211_840 and claims.QUARTER == 552_960
    assert claims.formula("image") == 10_000
    assert (
        claims.formula("region") == claims.HALF + claims.QUARTER == 2_764_800
    )  # D(I) is 1024 x 540 px
    assert claims.formula("pixel") == 552_960 + 138_240 + 34_560
    assert claims.formula("region", 3) / claims.SCENE == pytest.approx(0.8125)
    assert claims.formula("pixel", 3) > claims.formula("pixel")


def test_gain_in_points_and_percent() -> None:
    points, percent = claims.gain(68.4, 72.1)
    assert points == pytest.approx(3.7) and percent == pytest.approx(5.409, abs=0.001)


def test_every_table_has_its_numbers() -> None:
    assert set(claims.FIGURES["preprocessing"]) == {"image", "region", "pixel"}
    assert all(
        len(row) == 3 and row[2] == max(row) for row in claims.FIGURES["preprocessing"].values()
    )
    assert (
        claims.FIGURES["crops"]["random"]
        < claims.FIGURES["crops"]["grid"]
        < claims.FIGURES["crops"]["paper"]
    )


@pytest.mark.parametrize(
    ("says", "holds"),
    [
        ("16384", "885 times"),
        ("2.7 M", "31.2%"),
        ("2.7 M", "0.73 M, 8.2%"),
        ("K = 3", "81% of the pixels, 1.2 times"),
        ("2 times less", "3.3 times"),
        ("13.4 %", "3.7 points or 5.4 %; 13.4 is 72.1 less 58.7"),
        ("30.8 %", "30.4 points (51.8 %), less 42.3 it is 46.8"),
        ("89.2 %", "0.81; 89.2 % allows 0.28 px"),
        ("12.7 %", "5.4 % and 2.9 % over the original, 22.8 % and 14.9 %"),
        ("input size of the VLM", "3,072 px"),
    ],
)
def test_slips_work_their_numbers_out(says: str, holds: str) -> None:
    assert any(says in slip.says and holds in slip.holds for slip in claims.slips())


def test_slips_name_where_they_stand() -> None:
    slips = claims.slips()
    assert len({slip.says for slip in slips}) == len(slips) >= 15
    assert all(slip.where and slip.says and slip.holds for slip in slips)
    assert all(len(line) > 20 for line in claims.unconfirmed())


def test_every_published_figure_has_its_source() -> None:
    assert all(p["figures"] and p["source"] and p["data"] for p in claims.PEERS)
    assert all(0 < value <= 100 for p in claims.PEERS for value in p["figures"].values())
    rows = claims.peers()
    assert len(rows) == len(claims.PEERS) and all(
        set(row) == {"system", "data", "figures", "source", "note"} for row in rows
    )
    assert "P@0.5 74.26, oIoU 77.79, mIoU 64.2" in {row["figures"] for row in rows}
    assert all(len(line) > 20 for line in claims.NOT_VERIFIED)
