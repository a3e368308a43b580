"""`geomag eval`: run suites on a model and collect their figures.

rows = run(load_model("small"), data_root(), ("segment", "detect"))
json.dumps(table(rows))
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from geomagnifier.errors import OptionError
from geomagnifier.eval.pictures import Figures
from geomagnifier.eval.suites import SUITES
from geomagnifier.pipeline import Progress
from geomagnifier.protocol import Model

Rows = list[tuple[str, Figures]]


def run(model: Model, root: Path, suites: Sequence[str] = (), limit: int | None = None, progress: Progress | None = None) -> Rows:
    """Measure a model on the validation parts of the data sets.

    Args:
        model: of `load_model`.
        root: folder of the data sets, of `data.sample.data_root`.
        suites: names of `SUITES`, in the order wanted; all where none is named.
        limit: pictures a suite, for a quick look.
        progress: called with (pictures done, pictures of the suite); it starts anew with each suite.

    Returns:
        (suite, figures): 0..1 each, but "n", how much they rest on, and "seconds" of the whole suite.

    Raises:
        OptionError: there is no suite of that name, a limit below one, or a data set is missing.
    """
    unknown = [name for name in suites if name not in SUITES]
    if unknown:
        raise OptionError(f"there is no suite {unknown[0]!r}; choose among {', '.join(SUITES)}")
    if limit is not None and limit < 1:
        raise OptionError(f"the limit is a number of pictures from 1, not {limit}")
    rows: Rows = []
    for name in suites or tuple(SUITES):
        begin = time.perf_counter()
        try:
            figures = SUITES[name](model, root, limit, progress)
        except FileNotFoundError as error:
            raise OptionError(f"the suite {name!r} needs {error.filename}; --data is the folder that holds the data sets") from error
        rows.append((name, {**figures, "seconds": time.perf_counter() - begin}))
    return rows


def table(rows: Sequence[tuple[str, Figures]]) -> list[dict[str, str | float]]:
    """Figures as plain rows for JSON: {"suite", "figure", "value"}, rounded to four digits."""
    return [{"suite": suite, "figure": name, "value": round(value, 4)} for suite, figures in rows for name, value in figures.items()]
