"""A result on disk and as tables.

It comes back as it was, and LaTeX and CSV can be read by what reads them.
"""

import csv
import io
import json
from dataclasses import asdict, replace

import pytest

from geomagnifier.errors import OptionError
from geomagnifier_lab.eval.report import (
    Result,
    as_csv,
    as_latex,
    brief,
    escaped,
    read_result,
    tables,
    write_result,
)

RESULT = Result(
    benchmark="aid",
    title="AID",
    work="scene",
    split="test",
    model="small",
    version="0.3",
    cases=2000,
    figures={"top-1": 0.95678, "top-5": 1.0, "AA": 0.9},
    measure="top-1",
    per_case={"a/b.jpg": 1.0, "ä.jpg": 0.0},
    classes={"Airport": {"top-1": 0.5}},
    confusion={"classes": ["Airport"], "rows": [[1]]},
    cost={"seconds": 0.25, "flops": 2.5e9, "pixels": 10_000.0},
    failed={"c.jpg": "SceneUnreadable: broken"},
)


def test_a_result_comes_back_as_it_was(tmp_path):
    path = tmp_path / "new" / "result.json"
    write_result(path, RESULT)
    assert read_result(path) == read_result(path.parent) == RESULT
    assert [file.name for file in path.parent.iterdir()] == [
        "result.json"
    ]  # nothing temporary is left
    assert "per_case" not in brief(RESULT) and json.dumps(brief(RESULT))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"figures": {"top-1": "high"}}, r"""\("figures", 'top-1': 'high' is no finite number\)"""),
        ({"per_case": {"a": float("nan")}}, r"""\("per_case", 'a': nan is no finite number\)"""),
        ({"per_case": [1]}, "no result of geomag eval"),
        ({"split": None}, r'\("split" is not there\)'),
    ],
)
def test_what_is_no_result_is_named(change, told, tmp_path):
    path = tmp_path / "result.json"
    path.write_text(
        json.dumps(
            {
                name: value
                for name, value in {**asdict(RESULT), **change}.items()
                if value is not None
            }
        )
    )
    with pytest.raises(OptionError, match=told):
        read_result(path)


def test_other_files_are_no_results(tmp_path):
    with pytest.raises(OptionError, match=r"nowhere.json is no result .*No such file"):
        read_result(tmp_path / "nowhere.json")
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(OptionError, match="no JSON object"):
        read_result(tmp_path / "list.json")


def test_tables_are_in_per_cent_a_row_a_system():
    other = replace(RESULT, model="large", cost={})
    found = tables([RESULT, other, replace(RESULT, split="val")])
    assert list(found) == ["AID, test, figures in %", "AID, val, figures in %"]
    first, second = found["AID, test, figures in %"]
    assert first == {
        "system": "small 0.3",
        "top-1": "95.68",
        "top-5": "100.00",
        "AA": "90.00",
        "cases": "2,000",
        "s/case": "0.25",
        "GFLOP/case": "2.5",
        "Mpx/case": "0.01",
    }
    assert "s/case" not in second


def test_many_figures_stand_one_a_line():
    rows = tables([replace(RESULT, figures={f"AP{n}": 0.5 for n in range(12)})])[
        "AID, test, figures in %"
    ]
    assert rows[0] == {"figure": "AP0", "small 0.3": "50.00"} and len(rows) == 16


def test_csv_has_a_line_for_each_figure():
    rows = list(csv.DictReader(io.StringIO(as_csv([replace(RESULT, model='a "b", c')]))))
    assert len(rows) == 7
    assert rows[0] == {
        "benchmark": "aid",
        "split": "test",
        "model": 'a "b", c',
        "version": "0.3",
        "cases": "2000",
        "figure": "top-1",
        "class": "",
        "value": "0.95678",
    }
    assert rows[-1]["class"] == "Airport" and {row["figure"] for row in rows[3:6]} == {
        "seconds",
        "flops",
        "pixels",
    }


def test_latex_is_escaped_and_has_as_many_cells_as_columns():
    odd = replace(RESULT, title="A_B & C", model=r"50%~{x}\y^2#$<a>", version="")
    text = as_latex([odd, RESULT, replace(RESULT, figures={"R@1": 0.5})])
    assert (
        text.count(r"\begin{tabular}")
        == text.count(r"\end{tabular}")
        == text.count(r"\toprule")
        == 2
    )
    head, first = (
        (line for line in text.splitlines() if line.endswith(r"\\")),
        r"A\_B \& C & test & 50\%\textasciitilde{}\{x\}",
    )
    lines = list(head)
    assert lines[0] == r"Benchmark & Split & Model & top-1 & top-5 & AA \\"
    assert lines[1].startswith(first) and lines[1].endswith(
        r"\textbackslash{}y\textasciicircum{}2\#\$\textless{}a\textgreater{} & 95.68 & 100.00 &"
        r" 90.00 \\"
    )
    assert all(line.replace(r"\&", "").count("&") == 5 for line in lines[:3])
    assert escaped("two\nlines") == "two lines"
