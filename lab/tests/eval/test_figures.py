"""The page of figures: measured into one file, continued, and written as tables.

README.md says nothing else.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import geomagnifier
from fake import FakeModel
from geomagnifier.errors import OptionError
from geomagnifier_lab.eval import figures, run

ROOT = Path(geomagnifier.__file__).parents[2]
ROWS = [
    {
        "id": "levels",
        "group": "Questions",
        "what": "level of a question",
        "figures": {},
        "suite": "granularity",
        "keys": {"right": "accuracy"},
    },
    {
        "id": "carried",
        "group": "Questions",
        "what": "measured elsewhere",
        "figures": {"share": 0.91, "mean": 0.4567},
        "conditions": {"model": "an older one", "runs_on": "torch"},
    },
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / figures.FILE).write_text(json.dumps(ROWS))
    (tmp_path / figures.PAGE).write_text(
        f"# Figures\n\nBefore.\n\n{figures.BEGIN}\nold\n{figures.END}\n\nAfter.\n"
    )
    return tmp_path


def test_a_suite_is_measured_once_for_the_weights_and_the_limit(folder, monkeypatch) -> None:
    ran: list[tuple[str, int | None]] = []

    def measured(model, root, suites, limit, progress):
        ran.append((suites[0], limit))
        return run.run(model, root, suites, limit, progress)

    monkeypatch.setattr(figures, "run", measured)
    told: list[str] = []
    rows = figures.update(folder, FakeModel(), "abc", folder, 6, tell=told.append)
    assert ran == [("granularity", 6)] and told[0].startswith("granularity: ")
    assert 0 <= rows[0].figures["right"] <= 1 and (rows[0].cases, rows[0].limit) == (6, 6)
    assert rows[0].conditions is not None and rows[0].conditions.model.endswith("(abc)")
    assert rows[1] == figures.read(folder / figures.FILE)[1]
    assert rows[1].figures == ROWS[1]["figures"]
    figures.update(folder, FakeModel(), "abc", folder, 6)
    assert len(ran) == 1, "the same command continues"
    figures.update(folder, FakeModel(), "new", folder, 6)
    figures.update(folder, FakeModel(), "new", folder, 5)
    assert ran[1:] == [("granularity", 6), ("granularity", 5)]


def test_what_was_measured_before_a_failure_is_kept(folder) -> None:
    rows = [*ROWS, ROWS[0] | {"id": "boxes", "suite": "detect", "keys": {"AP": "AP"}}]
    (folder / figures.FILE).write_text(json.dumps(rows))
    with pytest.raises(OptionError, match="'detect' needs"):
        figures.update(folder, FakeModel(), "abc", folder, 2)
    kept = figures.read(folder / figures.FILE)
    assert kept[0].figures and not kept[2].figures
    assert "not measured yet" in (folder / figures.PAGE).read_text()


def test_the_page_keeps_what_stands_around_the_tables(folder) -> None:
    figures.write(folder, figures.read(folder / figures.FILE))
    page = (folder / figures.PAGE).read_text()
    assert page.startswith("# Figures\n\nBefore.\n") and page.endswith("\n\nAfter.\n")
    assert "old\n" not in page and page.count(figures.BEGIN) == page.count(figures.END) == 1
    assert '| <a id="carried"></a>measured elsewhere | share **0.91**; mean **0.457** |' in page
    assert "* **A**: an older one; torch." in page


def test_a_file_or_a_page_of_another_form_is_refused(folder) -> None:
    with pytest.raises(OptionError, match="no row is of a suite 'masks'; there are granularity"):
        figures.update(folder, FakeModel(), "abc", folder, 2, ["masks"])
    (folder / figures.PAGE).write_text("# Figures\n")
    with pytest.raises(OptionError, match="needs the lines"):
        figures.write(folder, [])
    (folder / figures.FILE).write_text('[{"id": "x"}]')
    with pytest.raises(OptionError, match="is no list of rows with id, group"):
        figures.read(folder / figures.FILE)
    with pytest.raises(OptionError, match="No such file"):
        figures.read(folder / "elsewhere.json")


def test_the_page_in_docs_is_made_of_its_file() -> None:
    rows = figures.read(ROOT / "docs" / figures.FILE)
    page = (ROOT / "docs" / figures.PAGE).read_text(encoding="utf-8")
    between = page.partition(figures.BEGIN)[2].partition(figures.END)[0]
    assert between == f"\n\n{figures.render(rows)}\n"
    assert len({row.id for row in rows}) == len(rows)


LINKED = re.compile(r"\[([^\]]+)\]\(docs/figures\.md#([\w-]+)\)")


def test_figures_of_the_readme_are_those_of_the_file() -> None:
    rows = {row.id: row for row in figures.read(ROOT / "docs" / figures.FILE)}
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## How good")[2]
    table = table.partition("\n## ")[0]
    links = LINKED.findall(table)
    assert len(links) > 10
    for text, anchor in links:
        assert anchor in rows, f"docs/figures.json has no row {anchor}"
        known = list(rows[anchor].figures.values())
        for number in re.findall(r"\d+(?:\.\d+)?", text):
            digits = len(number.partition(".")[2])
            at = next((k for k, v in enumerate(known) if f"{v:.{digits}f}" == number), None)
            assert at is not None, f"README: {number} is not in {anchor}: {rows[anchor].figures}"
            known = known[at + 1 :]
