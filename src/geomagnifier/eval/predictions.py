"""Predictions on disk: what a system said of each case of a benchmark, kept so that it can be scored again without the system.

`predictions.jsonl`: one JSON object a line, the first a header {"benchmark", "split", "model", "version", "cases"} (other systems may leave
it out), then a record a case: {"id": of the case, "seconds", "flops", "pixels"} (cost may be left out) and, by what is asked:

    scene      "labels": [[published class, probability], ...]
    caption    "text"
    retrieval  "vector" of the picture, "captions": a vector of each of its captions
    ground     "boxes": [[x0, y0, x1, y1] px, ...], "scores"
    detect     the same and "names", published classes; where masks are scored also "segments": [{"name", "mask", "score"}]
    refer      "mask": COCO RLE {"size": [H, W], "counts": text}
    grounded   "text", "phrases": [{"phrase", "mask", "score"}]
    any        "error": why there is no answer; counted as wrong

Whatever does not fit is an error that names the line, the record and the field. Masks stay run lengths until one is scored.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from geomagnifier import masks
from geomagnifier.data.benchmarks.case import Benchmark, Case
from geomagnifier.data.benchmarks.coco import picture_size, segmentation_mask
from geomagnifier.errors import OptionError, PredictionError
from geomagnifier.io.staging import output_error

Record = dict[str, Any]
Size = tuple[int, int]
"""(height, width) px."""


@dataclass(frozen=True)
class Header:
    """Whose predictions they are, of what. cases: how many were asked."""

    benchmark: str
    split: str
    model: str
    version: str
    cases: int


class Predictions(Mapping[str, Record]):
    """Records by the id of their case, each read when it is looked at."""

    def __init__(self, header: Header, where: Mapping[str, Any], load: Callable[[Any], Record]) -> None:
        self.header, self._where, self._load = header, where, load

    def __getitem__(self, key: str) -> Record:
        return self._load(self._where[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._where)

    def __len__(self) -> int:
        return len(self._where)


class Log:
    """`predictions.jsonl` while it grows: a line a record, whole as soon as it is there.

    A file with the same header is gone on with: `done` holds the ids in it, and a last line that was torn is dropped.
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
            self._file: BinaryIO = path.open("r+b" if path.exists() else "w+b")
        except OSError as error:
            raise output_error(path, error) from error
        try:
            self._go_on(header)
        except BaseException:
            self._file.close()
            raise

    def _go_on(self, header: Header) -> None:
        end = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            end += len(line)
            found = _parsed(line, f"{self.path}, line {number}")
            if number == 1:
                self._compare(found, header)
            elif not isinstance(found.get("id"), str) or found["id"] in self.done:
                raise PredictionError(f'{self.path}, line {number}: "id" is no text, or there twice; delete the file to begin anew')
            else:
                self.done.add(found["id"])
        self._file.seek(end)
        self._file.truncate()
        if end == 0:
            self._write(asdict(header))

    def _compare(self, found: Record, header: Header) -> None:
        for name, wanted in asdict(header).items():
            if found.get(name) != wanted:
                told = f"{self.path} is of another run: its {name} is {found.get(name)!r}, not {wanted!r}"
                raise OptionError(f"{told}; choose another --out, or delete the file")

    def add(self, record: Record) -> None:
        """Write a record.

        Raises:
            OutputError: the disk is full.
        """
        self._write(record)
        self.done.add(record["id"])

    def _write(self, value: Record) -> None:
        try:
            self._file.write(json.dumps(value, allow_nan=False).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise output_error(self.path, error) from error

    def __enter__(self) -> Log:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()


def read(
    path: Path, benchmark: Benchmark, split: str, cases: Sequence[Case], every: Sequence[Case] = (), ids: Path | None = None
) -> Predictions:
    """Predictions of this project or of another system, checked against the cases.

    Args:
        path: JSON lines as above, or COCO's form of results: a JSON list of {"image_id" or "id", "bbox" [x, y, w, h] or "segmentation",
            "score", "category_id" or "category"} for boxes and masks. "image_id" is a case's id or its picture's file name.
        benchmark: what was asked.
        split: which part of it.
        cases: those to be scored; each needs a record (but a picture without objects needs none in COCO's form).
        every: all cases of the split, where `cases` are some of them; records of the others are passed over.
        ids: the COCO file of annotations whose numbers the results use for pictures and categories.

    Raises:
        OptionError: there is no such file.
        PredictionError: a record does not fit: the line or record and the field are named.
    """
    if not path.is_file():
        raise OptionError(f"there are no predictions {path}; --predictions is a file of JSON lines, or COCO's JSON list of results")
    with path.open("rb") as file:
        is_list = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"["
    header = Header(benchmark.name, split, path.stem, "", len(cases))
    if is_list:
        found = Predictions(header, _read_results(path, benchmark, cases, every or cases, ids), _itself)
    else:
        found = _read_lines(path, benchmark, header, cases, every or cases)
    lacking = [case.id for case in cases if case.id not in found]
    if lacking:
        told = f"{path} lacks records of {len(lacking)} of {len(cases)} cases, the first {lacking[0]!r}"
        raise PredictionError(f"{told}; a case without an answer needs a record too")
    return found


def _itself(record: Record) -> Record:
    return record


def _read_lines(path: Path, benchmark: Benchmark, header: Header, cases: Sequence[Case], every: Sequence[Case]) -> Predictions:
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
                raise PredictionError(f"{where}: {key!r} is no case of {benchmark.title}, split {header.split!r}")
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
        raise PredictionError(f"{where} is not JSON ({error}); one object a line is expected") from error
    if not isinstance(found, dict):
        raise PredictionError(f"{where} is no JSON object but {type(found).__name__}")
    return found


def _header(record: Record, wanted: Header, where: str) -> Header:
    for name in ("benchmark", "split"):
        if name in record and record[name] != getattr(wanted, name):
            raise PredictionError(f"{where}: these are predictions for {name} {record[name]!r}, not {getattr(wanted, name)!r}")
    texts = {name: str(record[name]) for name in ("model", "version") if record.get(name) is not None}
    return Header(**{field.name: texts.get(field.name, getattr(wanted, field.name)) for field in fields(Header)})


class Check:
    """Whether a record fits its case. One for a file: it remembers the last picture's size and the vectors' length."""

    def __init__(self, benchmark: Benchmark) -> None:
        self.classes = set(benchmark.classes)
        self._sized: tuple[Path, Size] | None = None
        self._length: int | None = None

    def __call__(self, record: Record, case: Case, where: str) -> None:
        """Refuse it if it does not.

        Raises:
            PredictionError: `where` and the field are named.
        """
        if isinstance(record.get("error"), str):
            return
        try:
            for name in ("seconds", "flops", "pixels"):
                if record.get(name) is not None:
                    number(record[name], name)
            getattr(self, f"_{case.work}")(record, case)
        except (ValueError, TypeError) as error:
            raise PredictionError(f"{where}: {error}") from error

    def _scene(self, record: Record, case: Case) -> None:
        names = []
        for place, label in enumerate(_list(record, "labels")):
            if not isinstance(label, list) or len(label) != 2:
                raise ValueError(f'"labels"[{place}] is [class, probability], not {label!r}')
            names.append(self._class(label[0], f'"labels"[{place}]'))
            number(label[1], f'"labels"[{place}]')
        if len(set(names)) < len(names):
            raise ValueError('"labels" has a class twice')

    def _caption(self, record: Record, case: Case) -> None:
        _text(record, "text")

    def _retrieval(self, record: Record, case: Case) -> None:
        vectors = [_list(record, "vector"), *_list(record, "captions")]
        if len(vectors) != 1 + len(case.captions):
            raise ValueError(f'"captions" has {len(vectors) - 1} vectors, but the picture {len(case.captions)} captions')
        for place, vector in enumerate(vectors):
            name = f'"captions"[{place - 1}]' if place else '"vector"'
            if not isinstance(vector, list) or len(vector) != (self._length or len(vector)) or not vector:
                raise ValueError(f"{name} is no list of {self._length or 'some'} numbers, as those before it")
            self._length = len(vector)
            if not sum(number(value, name) ** 2 for value in vector):
                raise ValueError(f"{name} is zero: it points nowhere")

    def _ground(self, record: Record, case: Case) -> None:
        boxes, scores = _list(record, "boxes"), _list(record, "scores")
        if len(boxes) != len(scores):
            raise ValueError(f'{len(boxes)} "boxes" but {len(scores)} "scores"')
        for place, value in enumerate(boxes):
            box(value, f'"boxes"[{place}]')
        for place, value in enumerate(scores):
            number(value, f'"scores"[{place}]')

    def _detect(self, record: Record, case: Case) -> None:
        if "segments" not in record or "boxes" in record:
            self._ground(record, case)
            names = _list(record, "names")
            if len(names) != len(record["boxes"]):
                raise ValueError(f'{len(record["boxes"])} "boxes" but {len(names)} "names"')
            for place, value in enumerate(names):
                self._class(value, f'"names"[{place}]')
        if "segments" in record:
            self._masks(record, case, "segments", "name")

    def _refer(self, record: Record, case: Case) -> None:
        mask(record.get("mask"), self.size(case), '"mask"')

    def _grounded(self, record: Record, case: Case) -> None:
        _text(record, "text")
        self._masks(record, case, "phrases", "phrase")

    def _masks(self, record: Record, case: Case, key: str, naming: str) -> None:
        for place, part in enumerate(_list(record, key)):
            name = f'"{key}"[{place}]'
            if not isinstance(part, dict):
                raise ValueError(f"{name} is no object with {naming!r}, 'mask' and 'score'")
            if naming == "name":
                self._class(part.get(naming), f'{name}, "name"')
            elif not isinstance(part.get(naming), str):
                raise ValueError(f'{name}, "{naming}" is no text but {part.get(naming)!r}')
            number(part.get("score"), f'{name}, "score"')
            mask(part.get("mask"), self.size(case), f'{name}, "mask"')

    def _class(self, value: Any, name: str) -> str:
        if not isinstance(value, str) or value not in self.classes:
            raise ValueError(f"{name}: {value!r} is no published class")
        return value

    def size(self, case: Case) -> Size:
        """(height, width) of the case's picture, px."""
        if self._sized is None or self._sized[0] != case.image:
            width, height = picture_size(case.image)
            self._sized = case.image, (height, width)
        return self._sized[1]


def number(value: Any, name: str) -> float:
    """A finite number.

    Raises:
        ValueError: it is none; `name` says which.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{name} is no finite number but {value!r}")
    return float(value)


def box(value: Any, name: str) -> tuple[float, float, float, float]:
    """A box (x0, y0, x1, y1) px with area.

    Raises:
        ValueError: it is none; `name` says which.
    """
    if not isinstance(value, (list, tuple)) or len(value) != 4:
        raise ValueError(f"{name} is no box [x0, y0, x1, y1] but {value!r}")
    x0, y0, x1, y1 = (number(corner, name) for corner in value)
    if x1 <= x0 or y1 <= y0:
        raise ValueError(f"{name} has no area: [{x0:g}, {y0:g}, {x1:g}, {y1:g}] is to be [x0, y0, x1, y1] with x0 < x1 and y0 < y1")
    return x0, y0, x1, y1


def mask(value: Any, size: Size, name: str) -> None:
    """Run lengths of a mask of (height, width) `size` px.

    Raises:
        ValueError: they are not; `name` says which.
    """
    if not isinstance(value, dict) or "size" not in value or "counts" not in value:
        raise ValueError(f'{name} is no COCO RLE {{"size": [H, W], "counts": text}}')
    if value["size"] != list(size):
        raise ValueError(f"{name} is of {value['size']} (height, width), but the picture of {list(size)} px")
    if not isinstance(value["counts"], str):
        raise ValueError(f"{name} has no compressed run lengths (a text) but {type(value['counts']).__name__}")
    try:
        masks.decode(value)
    except (ValueError, IndexError) as error:
        raise ValueError(f"{name} has broken run lengths ({error})") from error


def _list(record: Record, key: str) -> list[Any]:
    value = record.get(key)
    if not isinstance(value, list):
        raise ValueError(f'"{key}" is no list but {type(value).__name__}' if key in record else f'"{key}" is not there')
    return value


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise ValueError(f'"{key}" is no text but {type(value).__name__}' if key in record else f'"{key}" is not there')
    return value


def _read_results(path: Path, benchmark: Benchmark, cases: Sequence[Case], every: Sequence[Case], ids: Path | None) -> dict[str, Record]:
    """COCO's list of results, gathered by case."""
    if benchmark.work not in ("ground", "detect", "refer"):
        raise PredictionError(f"{path} is a list of COCO's results; {benchmark.title} asks for more than boxes and masks: give JSON lines")
    try:
        results = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise PredictionError(f"{path} is not JSON ({error})") from error
    pictures, categories = ({}, {}) if ids is None else _numbers(ids)
    named: dict[str, str | None] = {}
    for case in every:
        named[case.image.name] = None if case.image.name in named else case.id
    named |= {case.id: case.id for case in every}
    classes = {_plain(name): name for name in benchmark.classes}
    check, by_id = Check(benchmark), {case.id: case for case in cases}
    nothing = {"detect": ("boxes", "scores", "names")}.get(benchmark.work, ())
    records: dict[str, Record] = {case.id: {key: [] for key in nothing} for case in cases if nothing}
    for place, result in enumerate(results):
        where = f"{path}, result {place}"
        if not isinstance(result, dict):
            raise PredictionError(f"{where} is no JSON object but {type(result).__name__}")
        try:
            key = _case_of(result, pictures, named)
            if key not in by_id:
                continue
            where += f" ({key!r})"
            if benchmark.work == "refer":
                if key in records:
                    raise ValueError("the case has a mask already; one is scored")
                records[key] = {"mask": _run_lengths(result.get("segmentation"), by_id[key], check)}
                continue
            score = number(result.get("score"), '"score"')
            record = records.setdefault(key, {"boxes": [], "scores": []})
            label = classes.get(_plain(_category(result, categories))) if benchmark.work == "detect" else ""
            if label is None:
                raise ValueError(f"its category {_category(result, categories)!r} is no published class")
            if "bbox" in result:
                record["boxes"].append(_corners(result["bbox"]))
                record["scores"].append(score)
                record.setdefault("names", []).append(label)
            if benchmark.work == "detect" and result.get("segmentation"):
                part = {"name": label, "mask": _run_lengths(result["segmentation"], by_id[key], check), "score": score}
                record.setdefault("segments", []).append(part)
            elif "bbox" not in result:
                raise ValueError('"bbox" is not there')
        except (ValueError, TypeError, KeyError) as error:
            raise PredictionError(f"{where}: {error}") from error
    return records


def _numbers(source: Path) -> tuple[dict[Any, str], dict[Any, str]]:
    """File names of pictures and names of categories by their numbers in a COCO file of annotations."""
    try:
        whole = json.loads(source.read_bytes())
        return {p["id"]: str(p["file_name"]) for p in whole["images"]}, {c["id"]: str(c["name"]) for c in whole["categories"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        told = f'{source} is no COCO file with "images" and "categories" ({type(error).__name__}: {error})'
        raise OptionError(f"{told}; --ids names the one whose numbers the predictions use") from error


def _case_of(result: Record, pictures: Mapping[Any, str], named: Mapping[str, str | None]) -> str:
    field = "image_id" if "image_id" in result else "id"
    key = result.get(field)
    name = pictures.get(key, str(key)) if isinstance(key, (int, str)) else str(key)
    if name not in named:
        hint = "; if it is a number of a COCO file, name that file with --ids" if isinstance(key, int) and not pictures else ""
        raise ValueError(f'"{field}" {key!r} is no case{hint}')
    found = named[name]
    if found is None:
        raise ValueError(f'"{field}" {key!r} has several cases; give the id of one of them, such as "{name}#0"')
    return found


def _category(result: Record, categories: Mapping[Any, str]) -> str:
    if "category" in result:
        return str(result["category"])
    if result.get("category_id") not in categories:
        told = "is not in the file of --ids" if categories else "is a number of a COCO file: name that file with --ids"
        raise ValueError(f'"category_id" {result.get("category_id")!r} {told}, or give "category" by name')
    return categories[result["category_id"]]


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _corners(value: Any) -> tuple[float, float, float, float]:
    if not isinstance(value, list) or len(value) != 4:
        raise ValueError(f'"bbox" is [x, y, width, height], not {value!r}')
    x, y, width, height = (number(v, '"bbox"') for v in value)
    return box((x, y, x + width, y + height), '"bbox"')


def _run_lengths(value: Any, case: Case, check: Check) -> Record:
    """A segmentation of COCO as compressed run lengths."""
    height, width = check.size(case)
    if not isinstance(value, dict) or not isinstance(value.get("counts"), str):
        if not isinstance(value, (dict, list)):
            raise ValueError(f'"segmentation" is no COCO RLE {{"size": [H, W], "counts"}} but {value!r}')
        value = masks.encode(segmentation_mask(value, (width, height)))
    mask(value, (height, width), '"segmentation"')
    return dict(value)
