"""Convert regions to GeoJSON features, geopandas, COCO annotations and supervision."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geomagnifier.errors import GeomagWarning, LibraryMissing, OptionError, install
from geomagnifier.export import oriented_boxes, vectors
from geomagnifier.masks import area
from geomagnifier.raster import shapes
from geomagnifier.results import Answer

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from supervision import Detections

CORNERS = ("x0", "y0", "x1", "y1")


def collection(answer: Answer) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection, with coordinates as in regions.geojson."""
    import shapely

    found = shapes.geometries(answer.regions)
    places, head = shapes.longitude_latitude(found, answer.scene), dict[str, Any]()
    if places is None:
        places, head = list(shapes.to_crs(found, answer.scene)), vectors.elsewhere(answer.scene)
    attributes = shapes.properties(answer, answer.regions, found)
    features = [
        {
            "type": "Feature",
            "geometry": None if place is None else shapely.geometry.mapping(place),
            "properties": properties,
        }
        for place, properties in zip(places, attributes, strict=True)
    ]
    return {"type": "FeatureCollection", **head, "features": features}


def frame(answer: Answer) -> GeoDataFrame:
    """Return a GeoDataFrame in the scene's CRS.

    Raises:
        LibraryMissing: geopandas is not installed.
    """
    try:
        import geopandas
    except ImportError as error:
        raise LibraryMissing(
            f"a GeoDataFrame needs the extra geo; install it: {install('geo')} ({error})"
        ) from error
    scene, found = answer.scene, shapes.geometries(answer.regions)
    rows = shapes.properties(answer, answer.regions, found)
    columns: dict[str, Any] = {
        name: np.array([row[name] for row in rows], object if name in vectors.TEXTS else np.float64)
        for name in vectors.FIELDS
    }
    columns |= dict(
        zip(
            CORNERS,
            np.array([region.box for region in answer.regions], np.float64).reshape(-1, 4).T,
            strict=True,
        )
    )
    crs = scene.crs if scene.transform is not None else None
    made = geopandas.GeoDataFrame(columns, geometry=shapes.to_crs(found, scene), crs=crs)
    if crs is None:
        head = vectors.elsewhere(scene)
        made.attrs.update(head)
        warnings.warn(f"{scene.name}: {head['note']}", GeomagWarning, stacklevel=3)
    return made


def coco(
    answer: Answer,
    image_id: int | str,
    categories: Mapping[str, int] | Sequence[Mapping[str, Any]],
    first_id: int = 1,
    turned: bool = False,
) -> list[dict[str, Any]]:
    """Return COCO annotations with scores.

    Args:
        answer: whose regions they are.
        image_id: COCO's id of the image.
        categories: class -> id, or the `categories` of a COCO file.
        first_id: id of the first annotation; the others follow.
        turned: whether boxes and outlines are those of the oriented boxes.

    Raises:
        OptionError: a class is not among the categories, or two categories have one name.
    """
    ids = _category_ids(categories)
    _check_known(answer, ids, "categories")
    made = []
    boxes = oriented_boxes.corners(answer.regions) if turned else None
    headings = oriented_boxes.headings(answer.regions, answer.scene).tolist() if turned else []
    for number, region in enumerate(answer.regions, first_id):
        x0, y0, x1, y1 = map(float, region.box)
        outline = region.segmentation
        if boxes is not None:
            points = boxes[number - first_id]
            (x0, y0), (x1, y1) = points.min(0).tolist(), points.max(0).tolist()
        one: dict[str, Any] = {
            "id": number,
            "image_id": image_id,
            "category_id": ids[_plain(region.label)],
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "area": (x1 - x0) * (y1 - y0) if outline is None else area(outline),
            "iscrowd": 0,
            "score": float(region.score),
        }
        if boxes is not None:
            sides = np.linalg.norm(np.diff(points[:3], axis=0), axis=1)
            heading = headings[number - first_id]
            one |= {
                "segmentation": [points.ravel().tolist()],
                "area": float(sides.prod()),
                "heading": heading if heading == heading else None,
            }
        elif outline is not None:
            one["segmentation"] = outline
        made.append(one)
    return made


def yolo_obb(answer: Answer, classes: Sequence[str]) -> str:
    """Return YOLO's text of oriented boxes.

    Args:
        answer: whose regions they are.
        classes: names by class number, from 0.

    Raises:
        OptionError: a class is not among them, or two have one name.
    """
    ids = _numbered(enumerate(classes))
    _check_known(answer, ids, "classes")
    return oriented_boxes.yolo(
        answer, {region.label: ids[_plain(region.label)] for region in answer.regions}
    )


def supervised(answer: Answer, classes: Sequence[str] | None = None) -> Detections:
    """Return `Detections` of supervision.

    Args:
        answer: whose regions they are.
        classes: names by class number, from 0; None for those of the answer, sorted.

    Raises:
        OptionError: a class is not among them, or two have one name.
        LibraryMissing: supervision is not installed.
    """
    ids = _numbered(enumerate(sorted(set(answer.classes.tolist())) if classes is None else classes))
    _check_known(answer, ids, "classes")
    masks = None if answer.masks is None else np.asarray(answer.masks)
    try:
        from supervision import Detections
    except ImportError as error:
        raise LibraryMissing(
            f"to_supervision needs the extra supervision; install it: {install('supervision')}"
            f" ({error})"
        ) from error
    return Detections(
        xyxy=answer.boxes.copy(),
        mask=masks,
        confidence=answer.scores.copy(),
        class_id=np.array([ids[_plain(region.label)] for region in answer.regions], int),
        data={"class_name": answer.classes.copy()},
    )


def _plain(name: str) -> str:
    """Normalise a class name for comparison: "Storage_Tank" becomes "storage tank"."""
    return " ".join(name.replace("_", " ").replace("-", " ").lower().split())


def _category_ids(categories: Mapping[str, int] | Sequence[Mapping[str, Any]]) -> dict[str, int]:
    if isinstance(categories, Mapping):
        return _numbered((number, name) for name, number in categories.items())
    try:
        return _numbered((record["id"], record["name"]) for record in categories)
    except (KeyError, TypeError, AttributeError):
        raise OptionError(
            'categories are [{"id": 1, "name": "ship"}, ...] as in a COCO file, or {"ship": 1, ...}'
        ) from None


def _numbered(named: Iterable[tuple[int, str]]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for number, name in named:
        if ids.setdefault(_plain(name), number) != number:
            raise OptionError(
                f"two classes are named {_plain(name)!r} (case, blanks, '_' and '-' do not count);"
                " give each its own name"
            )
    return ids


def _check_known(answer: Answer, ids: Mapping[str, int], what: str) -> None:
    if missing := sorted(
        {region.label for region in answer.regions if _plain(region.label) not in ids}
    ):
        raise OptionError(
            f"{', '.join(map(repr, missing))} of the answer is not among the {what}"
            f" ({', '.join(ids) or 'there are none'}); add it, or leave such regions out:"
            f" answer[answer.classes != {missing[0]!r}]"
        )
