"""The bench of archives on a few scenes.

Every kind of query is timed, and an index finds all that numpy finds.
"""

from __future__ import annotations

import pytest

from fake import FakeModel
from geomagnifier.errors import OptionError
from geomagnifier_lab.bench.archive import bench


def test_every_kind_is_measured_and_nothing_is_missed():
    steps = []
    found = bench(FakeModel(), 40, 2, lambda done, known: steps.append((done, known)))
    assert found["what"].startswith("40 scenes, 200 rows")
    rows = {row["query"]: row for row in found["rows"]}
    assert (
        len(rows) == 9
        and steps[-1] == (7, 7)
        and all(0 < row["ms"] <= row["slowest ms"] for row in rows.values())
    )
    assert rows["words"]["hits"] == rows["everything, by distance"]["hits"] == 12
    ranked = [row["recall"] for row in rows.values() if row.get("recall") is not None]
    assert (
        len(ranked) >= 3 and min(ranked) >= 0.9
    )  # three numbers a vector, in half precision: there are ties


def test_what_cannot_be_measured():
    with pytest.raises(OptionError, match="numbers from 1"):
        bench(FakeModel(), 0)
