"""`geomag eval figures`: measured figures in one data file, and the page that is made of it.

figures.json is a list of rows; each says what was measured, the figures, and under which
conditions. A row that names a "suite" is measured by it; another one was measured by another
command and is carried over, as are figures of older weights until their suite is run. Suites run
in the order of the file, and each is written when it is ready. A row that these weights have under
this limit is not measured again. figures.md, where it lies beside, gets the rows as tables between
two comments.

    figures.update(Path("docs"), load_model("small"), "3f0a1c", data_root())
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from geomagnifier.atomic import Staging
from geomagnifier.errors import OptionError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.model_protocol import Model
from geomagnifier_lab.eval.run import run

FILE, PAGE = "figures.json", "figures.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
"""What stands between them on the page is written by `render`."""


@dataclass(frozen=True)
class Conditions:
    """Under which conditions a row was measured."""

    model: str
    """Name, version and letters that change with the weights."""
    runs_on: str
    """Runtime and precision."""
    cpu: str = ""
    """Model name of the processor, and threads."""
    date: str = ""
    """Year, month, day; "" where it was not noted."""
    by: str = ""
    """The command."""


@dataclass(frozen=True)
class Figure:
    """A row of the page."""

    id: str
    """Its anchor."""
    group: str
    """Heading of its table."""
    what: str
    """What was measured, in words; Markdown."""
    figures: dict[str, float]
    """By name, in the order that the page shows."""
    suite: str | None = None
    """Of `SUITES`; None where another command measures."""
    keys: dict[str, str] = field(default_factory=dict)
    """Name of a figure -> its key in what the suite gives."""
    cases: int | None = None
    """Images, questions or objects that the figures rest on."""
    limit: int | None = None
    """Images of a quick run; None for all."""
    seconds: float | None = None
    """Of the whole suite."""
    load: float | None = None
    """Mean load of the machine over the last minute, when the suite ended."""
    conditions: Conditions | None = None
    """None: not measured yet."""


def read(path: Path) -> list[Figure]:
    """The rows of a file.

    Args:
        path: figures.json.

    Raises:
        OptionError: there is no such file, or it is of another form.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        found = [
            Figure(**row | {"conditions": c and Conditions(**c)})
            for row in rows
            for c in (row.get("conditions"),)
        ]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        names = ", ".join(f.name for f in fields(Figure))
        raise OptionError(f"{path} is no list of rows with {names} ({error})") from error
    return found


def update(
    folder: Path,
    model: Model,
    mark: str,
    root: Path,
    limit: int | None = None,
    suites: Sequence[str] = (),
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[Figure]:
    """Measure what these weights have not been measured on, and write file and page.

    Args:
        folder: of figures.json and figures.md.
        model: to be measured.
        mark: letters that change with its weights.
        root: folder of the data sets.
        limit: images a suite, for a quick run; None for all.
        suites: to be measured; all that the rows name where none is given.
        progress: called with (images done, images of the suite).
        tell: called with a line when a suite is done.

    Returns:
        all rows.

    Raises:
        OptionError: the file is damaged, no row is of that suite, or a data set is missing.
        OutputError: a file cannot be written.
    """
    rows = read(folder / FILE)
    known = tuple(dict.fromkeys(row.suite for row in rows if row.suite is not None))
    if unknown := [suite for suite in suites if suite not in known]:
        raise OptionError(f"no row is of a suite {unknown[0]!r}; there are {', '.join(known)}")
    name = f"{model.spec.name} {model.spec.version} ({mark})"
    write(folder, rows)
    for suite in suites or known:
        mine = [i for i, row in enumerate(rows) if row.suite == suite]
        if all(_measured(rows[i], name, limit) for i in mine):
            continue
        ((_, found),) = run(model, root, (suite,), limit, progress)
        for i in mine:
            rows[i] = _filled(rows[i], found, name, limit)
        write(folder, rows)
        if tell is not None:
            tell(f"{suite}: {found['seconds']:.0f} s")
    return rows


def _measured(row: Figure, model: str, limit: int | None) -> bool:
    return row.conditions is not None and row.conditions.model == model and row.limit == limit


def _filled(row: Figure, found: dict[str, float], model: str, limit: int | None) -> Figure:
    """The row with what the suite gave."""
    return replace(
        row,
        figures={name: round(found[key], 4) for name, key in row.keys.items() if key in found},
        cases=int(found["n"]),
        limit=limit,
        seconds=round(found["seconds"]),
        load=round(os.getloadavg()[0], 1),
        conditions=Conditions(
            model, runtime(), machine(), f"{datetime.now(UTC):%Y-%m-%d}", "geomag eval figures"
        ),
    )


def runtime() -> str:
    """What runs the small model's networks here."""
    import onnxruntime

    return f"onnxruntime {onnxruntime.__version__}, fp32"


def machine() -> str:
    """Processor and threads, in words."""
    info = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (info.read_text().splitlines() if info.is_file() else ())
        if line.startswith("model name")
    ]
    threads = int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
    return f"{names[0] if names else platform.machine()}, threads: {threads}"


def write(folder: Path, rows: Sequence[Figure]) -> None:
    """Write figures.json, and the tables of figures.md where that page is there.

    Args:
        folder: of both.
        rows: in order.

    Raises:
        OptionError: the page has no place for the tables.
        OutputError: a file cannot be written.
    """
    page = folder / PAGE
    text = page.read_text(encoding="utf-8") if page.is_file() else f"{BEGIN}\n{END}\n"
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise OptionError(f"{page} needs the lines {BEGIN} and {END}, where its tables go")
    with Staging(folder) as stage:
        stage.path(FILE).write_text(f"{as_json(rows)}\n", encoding="utf-8")
        stage.path(PAGE).write_text(
            f"{before}{BEGIN}\n\n{render(rows)}\n{END}{after}", encoding="utf-8"
        )


def as_json(rows: Sequence[Figure]) -> str:
    """The rows as figures.json has them, without what is not said."""
    plain = [
        {
            name: value
            for name, value in asdict(row).items()
            if name == "figures" or value not in (None, {})
        }
        for row in rows
    ]
    return json.dumps(plain, indent=1, ensure_ascii=False)


def render(rows: Sequence[Figure]) -> str:
    """Tables in Markdown, one a group, and the conditions by letter.

    Args:
        rows: in order; rows of a group need not be neighbours.
    """
    letters: dict[Conditions, str] = {}
    lines: list[str] = []
    for group in dict.fromkeys(row.group for row in rows):
        lines += [f"### {group}", "", "| what | figures | cases | conditions |"]
        lines += ["| --- | --- | --- | --- |"]
        lines += [_line(row, letters) for row in rows if row.group == group]
        lines.append("")
    lines += ["### Conditions", ""]
    for conditions, letter in letters.items():
        said = (value for value in asdict(conditions).values() if value)
        lines.append(f"* **{letter}**: {'; '.join(said)}.")
    return "\n".join([*lines, ""])


def _line(row: Figure, letters: dict[Conditions, str]) -> str:
    figures = "; ".join(f"{name} **{shown(value)}**" for name, value in row.figures.items())
    said = []
    if row.conditions is not None:
        said.append(letters.setdefault(row.conditions, _letter(len(letters))))
    if row.limit is not None:
        said.append(f"{row.limit} images")
    if row.seconds is not None:
        said.append(f"{row.seconds:.0f} s at load {row.load}")
    cells = (
        f'<a id="{row.id}"></a>{row.what}',
        figures or "not measured yet",
        "" if row.cases is None else f"{row.cases:,}",
        ", ".join(said),
    )
    return f"| {' | '.join(cells)} |"


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"A{number - 25}"


def shown(value: float) -> str:
    """A figure as pages show it: three decimals, or as many as are known."""
    return f"{value:.3f}" if round(value, 2) != value else f"{value:g}"
