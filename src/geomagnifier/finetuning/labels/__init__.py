"""Readers of a user's own labels: COCO, YOLO, or outlines in a GIS file over GeoTIFFs."""

from __future__ import annotations

from pathlib import Path

from geomagnifier.errors import DataMissing, OptionError
from geomagnifier.finetuning.labels.base import FEWEST, Labels
from geomagnifier.raster.vector_layer import SUFFIXES


def read_labels(
    source: Path,
    pictures: Path | None = None,
    column: str | None = None,
    layer: str | None = None,
    fewest: int = FEWEST,
) -> Labels:
    """Read labels by the sort of their file.

    Records that cannot be used are skipped with a warning that gives each one's number and the
    reason.

    Args:
        source: COCO's .json; YOLO's data.yaml or the folder it is in; a GeoPackage, GeoJSON,
            Shapefile or FlatGeobuf of outlines.
        pictures: the folder of COCO's images, if it is not that of the file; the GeoTIFF, or folder
            of GeoTIFFs, of outlines.
        column: of outlines, the one that holds the class; without it all are of one class, named as
            the layer.
        layer: of a GeoPackage, the one that holds the outlines; needed where several hold polygons.
        fewest: labelled objects that a class needs, so that it can be trained on.

    Raises:
        DataMissing: a file is not there.
        DataCorrupt: a file is damaged or of another form, or none of its records can be used.
        OptionError: a file of a sort that is not read; an option that does not fit it.
    """
    if not source.exists():
        raise DataMissing(
            f"{source} does not exist; give a COCO .json, a YOLO data.yaml, or a GeoPackage of"
            " outlines"
        )
    suffix = source.suffix.lower()
    if suffix not in SUFFIXES and (column is not None or layer is not None):
        raise OptionError(
            f"--column and --layer are of outlines in a GIS file ({', '.join(SUFFIXES)}); {source}"
            " is another"
        )
    if source.is_dir() or suffix in (".yaml", ".yml"):
        from geomagnifier.finetuning.labels.yolo import read_yolo

        return read_yolo(source, fewest)
    if suffix == ".json":
        from geomagnifier.finetuning.labels.coco import read_coco

        return read_coco(source, pictures, fewest)
    if suffix in SUFFIXES:
        from geomagnifier.finetuning.labels.vector_labels import read_outlines

        if pictures is None:
            raise OptionError(
                f"{source} holds outlines; name their GeoTIFF, or a folder of GeoTIFFs:"
                " --pictures PATH"
            )
        return read_outlines(source, pictures, column, layer, fewest)
    raise OptionError(
        f"{source} is none of COCO (.json), YOLO (data.yaml) and outlines ({', '.join(SUFFIXES)})"
    )
