"""The regions of an answer as a CSV table."""

import csv

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.export.table_csv import write_csv


def test_each_region_is_a_row_that_any_table_program_reads(tmp_path):
    ships = ((8, 8, 28, 16), (40, 40, 80, 60))
    answer = gm.ask(paint(100, 80, *ships), 'Segment "ships", please.', FakeModel())
    write_csv(tmp_path / "regions.csv", answer)
    with (tmp_path / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["number"] for row in rows] == ["1", "2"]
    assert {row["question"] for row in rows} == {'Segment "ships", please.'}
    boxes = {tuple(float(row[side]) for side in ("x0", "y0", "x1", "y1")) for row in rows}
    assert boxes == {tuple(map(float, ship)) for ship in ships}
    assert sorted(float(row["area_px"]) for row in rows) == [160, 800]


def test_an_answer_without_regions_is_a_header(tmp_path):
    answer = gm.ask(paint(100, 80), "Find every ship.", FakeModel())
    write_csv(tmp_path / "regions.csv", answer)
    assert (tmp_path / "regions.csv").read_text(encoding="utf-8").splitlines() == [
        "number,x0,y0,x1,y1"
    ]
