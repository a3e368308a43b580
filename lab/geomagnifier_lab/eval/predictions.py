"""Predictions on disk: what a system answered to each case, so that it can be scored again.

`predictions.jsonl`: one JSON object a line, the first a header {"benchmark", "split", "model",
"version", "cases"} (other systems may leave it out), then a record a case: {"id": of the case,
"seconds", "flops", "pixels"} (cost may be left out) and, by what is asked:

    scene      "labels": [[published class, probability], ...]
    caption    "text"
    retrieval  "vector" of the image, "captions": a vector of each of its captions
    ground     "boxes": [[x0, y0, x1, y1] px, ...], "scores"
    detect     the same and "names", published classes; where masks are scored also
               "segments": [{"name", "mask", "score"}]
    refer      "mask": COCO RLE {"size": [H, W], "counts": text}
    grounded   "text", "phrases": [{"phrase", "mask", "score"}]
    any        "error": why there is no answer; counted as wrong

Whatever does not fit is an error that names the line, the record and the field. Masks stay run
lengths until one is scored.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any

from geomagnifier.atomic import output_error
from geomagnifier.errors import OptionError, PredictionError
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.eval.checking import Check, Record
from geomagnifier_lab.eval.coco_results import read_results


@dataclass(frozen=True)
class Header:
    """Whose predictions they are, of what."""

    benchmark: str
    """Its name."""
    split: str
    """Which part of it."""
    model: str
    """Its name in tables."""
    version: str
    """Of the model; may be ""."""
    cases: int
    """How many were asked."""


class Predictions(Mapping[str, Record]):
    """Records by the id of their case, each read when it is looked at."""

    def __init__(
        self, header: Header, where: Mapping[str, Any], load: Callable[[Any], Record]
    ) -> None:
        self.header, self._where, self._load = header, where, load

    def __getitem__(self, key: str) -> Record:
        return self._load(self._where[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._where)

    def __len__(self) -> int:
        return len(self._where)


class Log:
    """`predictions.jsonl` while it grows: a line a record, whole as soon as it is there.

    A file with the same header is resumed: `done` holds the ids in it, and a torn last line is
    dropped.
    """

    def __init__(self, path: Path, header: Header) -> None:
        """Open the file, or begin it.

        Raises:
            OptionError: it holds something else; the message says what differs.
            PredictionError: a line before the last is damaged.
            OutputError: it cannot be written.
        """
        self.path, self.done = path, set[str]()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Without a buffer: what a full disk did not take must not be written by close() later.
            self._file = path.open("r+b" if path.exists() else "w+b", buffering=0)
        except OSError as error:
            raise output_error(path, error) from error
        try:
            self._go_on(header)
        except BaseException:
            self._file.close()
            raise

    def _go_on(self, header: Header) -> None:
        end = 0
        for number, line in enumerate(io.BytesIO(self.path.read_bytes()), 1):
            if not line.endswith(b"\n"):
                break
            end += len(line)
            found = _parsed(line, f"{self.path}, line {number}")
            if number == 1:
                self._compare(found, header)
            elif not isinstance(found.get("id"), str) or found["id"] in self.done:
                raise PredictionError(
                    f'{self.path}, line {number}: "id" is no text, or there twice; delete the file'
                    " to begin anew"
                )
            else:
                self.done.add(found["id"])
        self._file.seek(end)
        self._file.truncate()
        if end == 0:
            self._write(asdict(header))

    def _compare(self, found: Record, header: Header) -> None:
        for name, wanted in asdict(header).items():
            if found.get(name) != wanted:
                told = (
                    f"{self.path} is of another run: its {name} is {found.get(name)!r}, not"
                    f" {wanted!r}"
                )
                raise OptionError(f"{told}; choose another --out, or delete the file")

    def add(self, record: Record) -> None:
        """Write a record.

        Raises:
            OutputError: the disk is full.
        """
        self._write(record)
        self.done.add(record["id"])

    def _write(self, value: Record) -> None:
        left = memoryview(json.dumps(value, allow_nan=False).encode() + b"\n")
        end = self._file.tell()
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self._file.truncate(end)  # a full disk took a part of the line
            self._file.seek(end)
            raise output_error(self.path, error) from error

    def __enter__(self) -> Log:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def read(
    path: Path,
    benchmark: Benchmark,
    split: str,
    cases: Sequence[Case],
    every: Sequence[Case] = (),
    ids: Path | None = None,
) -> Predictions:
    """Predictions of this project or of another system, checked against the cases.

    Args:
        path: JSON lines as above, or COCO's form of results: a JSON list of {"image_id" or "id",
            "bbox" [x, y, w, h] or "segmentation", "score", "category_id" or "category"} for boxes
            and masks. "image_id" is a case's id or its image's file name.
        benchmark: what was asked.
        split: which part of it.
        cases: those to be scored; each needs a record (but an image without objects needs none in
            COCO's form).
        every: all cases of the split, where `cases` are some of them; records of the others are
            passed over.
        ids: the COCO file of annotations whose numbers the results use for images and categories.

    Raises:
        OptionError: there is no such file.
        PredictionError: a record does not fit: the line or record and the field are named.
    """
    if not path.is_file():
        raise OptionError(
            f"there are no predictions {path}; --predictions is a file of JSON lines, or COCO's"
            " JSON list of results"
        )
    with path.open("rb") as file:
        is_list = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"["
    header = Header(benchmark.name, split, path.stem, "", len(cases))
    if is_list:
        found = Predictions(
            header, read_results(path, benchmark, cases, every or cases, ids), _itself
        )
    else:
        found = _read_lines(path, benchmark, header, cases, every or cases)
    lacking = [case.id for case in cases if case.id not in found]
    if lacking:
        told = (
            f"{path} lacks records of {len(lacking)} of {len(cases)} cases, the first"
            f" {lacking[0]!r}"
        )
        raise PredictionError(f"{told}; a case without an answer needs a record too")
    return found


def _itself(record: Record) -> Record:
    return record


def _read_lines(
    path: Path, benchmark: Benchmark, header: Header, cases: Sequence[Case], every: Sequence[Case]
) -> Predictions:
    by_id, known = {case.id: case for case in cases}, {case.id for case in every}
    places: dict[str, tuple[int, int]] = {}
    lines: dict[str, int] = {}
    check, start = Check(benchmark), 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            place, start = start, start + len(line)
            if not line.strip():
                continue
            where = f"{path}, line {number}"
            record = _parsed(line, where)
            if not lines and "benchmark" in record and "id" not in record:
                header = _header(record, header, where)
                continue
            key = record.get("id")
            if not isinstance(key, str):
                raise PredictionError(f'{where}: "id" is the id of a case, a text, not {key!r}')
            if key not in known:
                raise PredictionError(
                    f"{where}: {key!r} is no case of {benchmark.title}, split {header.split!r}"
                )
            if key in lines:
                raise PredictionError(f"{where}: {key!r} is there already, in line {lines[key]}")
            lines[key] = number
            if key in by_id:
                check(record, by_id[key], f"{where} ({key!r})")
                places[key] = place, len(line)

    def load(where: tuple[int, int]) -> Record:
        with path.open("rb") as again:
            again.seek(where[0])
            found: Record = json.loads(again.read(where[1]))
        return found

    return Predictions(header, places, load)


def _parsed(line: bytes, where: str) -> Record:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise PredictionError(
            f"{where} is not JSON ({error}); one object a line is expected"
        ) from error
    if not isinstance(found, dict):
        raise PredictionError(f"{where} is no JSON object but {type(found).__name__}")
    return found


def _header(record: Record, wanted: Header, where: str) -> Header:
    for name in ("benchmark", "split"):
        if name in record and record[name] != getattr(wanted, name):
            raise PredictionError(
                f"{where}: these are predictions for {name} {record[name]!r}, not"
                f" {getattr(wanted, name)!r}"
            )
    texts = {
        name: str(record[name]) for name in ("model", "version") if record.get(name) is not None
    }
    return Header(
        **{
            field.name: texts.get(field.name, getattr(wanted, field.name))
            for field in fields(Header)
        }
    )
