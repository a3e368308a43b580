"""Tables of figures, and the same as JSON."""

import json

from geomagnifier_lab.tables import print_tables

ROWS = [{"class": "ship", "F1": 0.5, "recall": None}, {"class": "[b]", "F1": 0.25, "recall": None}]


def test_a_table_leaves_out_empty_columns_and_reads_no_markup(capsys):
    print_tables({}, {"scores": ROWS, "empty": []}, as_json=False)
    out = capsys.readouterr().out
    assert out.splitlines()[0].strip() == "scores"
    assert "F1" in out and "[b]" in out and "0.25" in out
    assert "recall" not in out and "empty" not in out


def test_json_is_one_object_and_nothing_else(capsys):
    print_tables({"rows": ROWS}, {"scores": ROWS}, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"rows": ROWS}
