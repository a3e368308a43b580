"""Predictions in COCO's results format, as other systems write boxes and masks, by case."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geomagnifier import masks
from geomagnifier.errors import OptionError, PredictionError
from geomagnifier.finetuning.labels.segmentation import segmentation_mask
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.eval.checking import Check, Record, box, mask, number


def read_results(
    path: Path, benchmark: Benchmark, cases: Sequence[Case], every: Sequence[Case], ids: Path | None
) -> dict[str, Record]:
    """COCO's list of results, gathered by case.

    Args:
        path: the JSON file.
        benchmark: what was asked.
        cases: those to be scored.
        every: all cases of the split; results of the others are passed over.
        ids: the COCO annotation file whose ids the results use; None where they use names.

    Returns:
        a record for each case, in the form of `predictions`.

    Raises:
        OptionError: `ids` cannot be used.
        PredictionError: a result does not fit; it is named.
    """
    if benchmark.work not in ("ground", "detect", "refer"):
        raise PredictionError(
            f"{path} is a list of COCO's results; {benchmark.title} asks for more than boxes and"
            " masks: give JSON lines"
        )
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
    records: dict[str, Record] = {
        case.id: {key: [] for key in nothing} for case in cases if nothing
    }
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
            label = (
                classes.get(_plain(_category(result, categories)))
                if benchmark.work == "detect"
                else ""
            )
            if label is None:
                raise ValueError(
                    f"its category {_category(result, categories)!r} is no published class"
                )
            if "bbox" in result:
                record["boxes"].append(_corners(result["bbox"]))
                record["scores"].append(score)
                record.setdefault("names", []).append(label)
            if benchmark.work == "detect" and result.get("segmentation"):
                part = {
                    "name": label,
                    "mask": _run_lengths(result["segmentation"], by_id[key], check),
                    "score": score,
                }
                record.setdefault("segments", []).append(part)
            elif "bbox" not in result:
                raise ValueError('"bbox" is not there')
        except (ValueError, TypeError, KeyError) as error:
            raise PredictionError(f"{where}: {error}") from error
    return records


def _numbers(source: Path) -> tuple[dict[Any, str], dict[Any, str]]:
    """File names of images and names of categories, by their ids in a COCO annotation file."""
    try:
        whole = json.loads(source.read_bytes())
        return {p["id"]: str(p["file_name"]) for p in whole["images"]}, {
            c["id"]: str(c["name"]) for c in whole["categories"]
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        told = (
            f'{source} is no COCO file with "images" and "categories" ({type(error).__name__}:'
            f" {error})"
        )
        raise OptionError(
            f"{told}; --ids names the one whose numbers the predictions use"
        ) from error


def _case_of(result: Record, pictures: Mapping[Any, str], named: Mapping[str, str | None]) -> str:
    field = "image_id" if "image_id" in result else "id"
    key = result.get(field)
    name = pictures.get(key, str(key)) if isinstance(key, (int, str)) else str(key)
    if name not in named:
        hint = (
            "; if it is a number of a COCO file, name that file with --ids"
            if isinstance(key, int) and not pictures
            else ""
        )
        raise ValueError(f'"{field}" {key!r} is no case{hint}')
    found = named[name]
    if found is None:
        raise ValueError(
            f'"{field}" {key!r} has several cases; give the id of one of them, such as "{name}#0"'
        )
    return found


def _category(result: Record, categories: Mapping[Any, str]) -> str:
    if "category" in result:
        return str(result["category"])
    if result.get("category_id") not in categories:
        told = (
            "is not in the file of --ids"
            if categories
            else "is a number of a COCO file: name that file with --ids"
        )
        raise ValueError(
            f'"category_id" {result.get("category_id")!r} {told}, or give "category" by name'
        )
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
            raise ValueError(
                f'"segmentation" is no COCO RLE {{"size": [H, W], "counts"}} but {value!r}'
            )
        value = masks.encode(segmentation_mask(value, (width, height)))
    mask(value, (height, width), '"segmentation"')
    return dict(value)
