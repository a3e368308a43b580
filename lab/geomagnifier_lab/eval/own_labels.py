"""A user's own labels as a benchmark of detection: COCO, YOLO, or outlines over GeoTIFFs.

What is not labelled in an image is not there; of outlines over a scene that holds for the rectangle
around them, and what is found elsewhere does not count.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geomagnifier.errors import DataCorrupt, DataMissing, OptionError
from geomagnifier.finetuning.labels import read_labels
from geomagnifier.finetuning.labels.base import BoxTuple
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Thing
from geomagnifier_lab.eval.checking import Record
from geomagnifier_lab.eval.predictions import Predictions

NAME, SPLIT = "own", "all"
"""What result.json calls such a set and its only split."""
CAMERA = ("camera", "sensor", "source")
"""Fields of COCO's images that name the camera."""


@dataclass(frozen=True, eq=False)
class OwnLabels:
    """Labelled images as cases of a benchmark."""

    benchmark: Benchmark
    """Its classes are those that the labels use."""
    cases: tuple[Case, ...]
    """One for each image."""
    cameras: Mapping[str, str]
    """By id of a case, the camera; empty where it is not known."""
    areas: Mapping[str, BoxTuple]
    """By id of a case, the part that is labelled, px; those labelled as a whole are left out."""


def read_own(
    source: Path,
    images: Path | None = None,
    cameras: Path | None = None,
    column: str | None = None,
    layer: str | None = None,
) -> OwnLabels:
    """Read labels.

    Args:
        source: COCO's .json; YOLO's data.yaml or its folder; a GeoPackage, GeoJSON, Shapefile or
            FlatGeobuf of outlines.
        images: the folder of COCO's images; the GeoTIFF, or folder of GeoTIFFs, of outlines.
        cameras: a CSV with the columns "file_name" and "camera"; None for the fields `CAMERA` of
            COCO's images.
        column: of outlines, the one that holds the class.
        layer: of a GeoPackage, the one that holds the outlines.

    Raises:
        DataMissing, DataCorrupt, OptionError: as `finetuning.labels.read_labels`; an image of the
            CSV that is none of the labelled ones is passed over.
    """
    labels = read_labels(source, images, column, layer, fewest=1)
    ids = _ids([picture.path for picture in labels.pictures])
    cases, areas = [], {}
    for name, picture in zip(ids, labels.pictures, strict=True):
        things = tuple(Thing(o.kind, o.box) for o in picture.objects if o.kind in labels.kinds)
        cases.append(Case(name, picture.path, "detect", things=things))
        if picture.area is not None:
            areas[name] = picture.area

    def again(root: Path, split: str) -> list[Case]:
        return cases

    benchmark = Benchmark(
        NAME,
        source.name,
        "detect",
        str(source),
        "",
        "as the labels have it",
        "AP of COCO and VOC",
        (SPLIT,),
        again,
        labels.kinds,
    )
    told = _of_csv(cameras) if cameras is not None else _of_coco(source)
    known = {case.id: told[case.image.name] for case in cases if case.image.name in told}
    return OwnLabels(benchmark, tuple(cases), known, areas)


def within_areas(predictions: Predictions, areas: Mapping[str, BoxTuple]) -> Predictions:
    """The predictions without those whose middle lies beyond what is labelled.

    Args:
        predictions: of all cases.
        areas: as in `OwnLabels`.
    """

    def cut(name: str) -> Record:
        record = predictions[name]
        if name not in areas or "boxes" not in record:
            return record
        x0, y0, x1, y1 = areas[name]
        kept = [
            i
            for i, (a, b, c, d) in enumerate(record["boxes"])
            if x0 <= (a + c) / 2 <= x1 and y0 <= (b + d) / 2 <= y1
        ]
        return record | {
            key: [record[key][i] for i in kept] for key in ("boxes", "scores", "names")
        }

    return Predictions(predictions.header, {name: name for name in predictions}, cut)


def _ids(paths: Sequence[Path]) -> list[str]:
    """Names of images: the file's, with its folder where two have one name."""
    names = [path.name for path in paths]
    return [
        name if names.count(name) == 1 else f"{path.parent.name}/{name}"
        for name, path in zip(names, paths, strict=True)
    ]


def _of_csv(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise DataMissing(f'{path} is not there; give a CSV with the columns "file_name", "camera"')
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if not {"file_name", "camera"} <= {*(rows.fieldnames or ())}:
                raise OptionError(
                    f"{path} has the columns {', '.join(rows.fieldnames or ('none',))}; needed are"
                    ' "file_name" and "camera"'
                )
            return {Path(row["file_name"]).name: row["camera"] for row in rows if row["camera"]}
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataCorrupt(f"{path} is no CSV of text in UTF-8: {error}") from error


def _of_coco(source: Path) -> dict[str, str]:
    """The cameras that COCO's images name, by file name."""
    if source.suffix.lower() != ".json":
        return {}
    images = json.loads(source.read_bytes())["images"]  # it was read before, and is sound
    return {
        Path(str(image["file_name"])).name: str(image[key])
        for image in images
        if isinstance(image, dict) and "file_name" in image
        for key in CAMERA[::-1]
        if image.get(key)
    }
