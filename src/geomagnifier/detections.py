"""What was found as arrays, tables and files: the side of an answer that code reads.

Everything here is made from the regions of an answer, in their order. Libraries beside numpy are
loaded where they are asked for.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast, overload

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import OptionError
from geomagnifier.masks import MaskPatch, decode

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from PIL.Image import Image
    from supervision import Detections as Supervised

    from geomagnifier.results import Region
    from geomagnifier.types import SceneInfo

MOST_CELLS = 2_000_000_000
"""Pixels of all masks of an answer together, above which they are not made into one array (a byte
each).
"""


class Labels(tuple[tuple[str, float], ...]):
    """(name, probability) of each kind of place, best first: a tuple, empty but at image level.

    Compared with the name of a class it says which regions of its answer are of that class:
        `answer[answer.labels == "ship"]`.
    """

    classes: NDArray[np.str_] = np.array([], np.str_)

    def of(self, classes: Sequence[str]) -> Labels:
        """The same labels, of an answer whose regions are of some classes."""
        made = Labels(self)
        made.classes = np.array(classes, np.str_)
        return made

    @overload
    def __eq__(self, other: str) -> NDArray[np.bool_]: ...  # type: ignore[overload-overlap]
    @overload
    def __eq__(self, other: object) -> bool: ...
    def __eq__(self, other: object) -> bool | NDArray[np.bool_]:
        if isinstance(other, str):
            return np.asarray(self.classes == other, bool)
        return tuple.__eq__(self, other) if isinstance(other, tuple) else False

    @overload
    def __ne__(self, other: str) -> NDArray[np.bool_]: ...  # type: ignore[overload-overlap]
    @overload
    def __ne__(self, other: object) -> bool: ...
    def __ne__(self, other: object) -> bool | NDArray[np.bool_]:
        return ~(self == other) if isinstance(other, str) else not (self == other)

    __hash__ = tuple.__hash__


class Masks(Sequence[NDArray[np.bool_]]):
    """The masks of regions, (N, H, W) bool at scene size; each is decoded when it is asked for.

    `masks[3]` is (H, W), `masks[2:5]` and `masks[chosen]` are some of the masks,
    `np.asarray(masks)` is all of them as one array. A region without an outline has an empty mask.
    """

    dtype = np.dtype(bool)
    ndim = 3

    def __init__(self, outlines: Sequence[dict[str, Any] | None], size: tuple[int, int]) -> None:
        """outlines: COCO RLE of each region.  size: (H, W) of the scene."""
        self._outlines, self._size = tuple(outlines), size

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self._outlines), *self._size

    def __len__(self) -> int:
        return len(self._outlines)

    @overload
    def __getitem__(self, index: int) -> NDArray[np.bool_]: ...
    @overload
    def __getitem__(self, index: slice | NDArray[Any] | Sequence[Any]) -> Masks: ...
    def __getitem__(
        self, index: int | slice | NDArray[Any] | Sequence[Any]
    ) -> NDArray[np.bool_] | Masks:
        if isinstance(index, int | np.integer):
            outline = self._outlines[index]
            return (
                np.zeros(self._size, bool)
                if outline is None
                else np.ascontiguousarray(decode(outline))
            )
        return Masks([self._outlines[i] for i in np.arange(len(self))[index].tolist()], self._size)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of them as one array.

        Raises:
            OptionError: there are more than `MOST_CELLS` pixels.
        """
        count, height, width = self.shape
        if count * height * width > MOST_CELLS:
            raise OptionError(
                f"{count} masks of {width} x {height} px are {count * height * width / 1e9:.1f} GB"
                " as one array; take them one by one (answer.masks[i]), or their union"
                " (answer.mask, answer.read_mask(window))"
            )
        whole = np.zeros(self.shape, bool)
        for number in range(count):
            whole[number] = self[number]
        return whole if dtype is None else whole.astype(dtype, copy=False)

    def __repr__(self) -> str:
        return f"Masks(shape={self.shape}, dtype=bool)"


class Detections:
    """The regions of an answer as arrays, tables and files.

    All arrays are read only, in the order of `regions`.
    """

    text: str
    scene: SceneInfo
    regions: tuple[Region, ...]
    patches: tuple[MaskPatch, ...] | None
    complete: bool

    def __len__(self) -> int:
        """How many regions there are.

        An answer counts as true all the same: one without regions says something, too.
        """
        return len(self.regions)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Region]:
        return iter(self.regions)

    @cached_property
    def boxes(self) -> NDArray[np.float32]:
        """(N, 4) x0, y0, x1, y1, scene px, half-open."""
        return _fixed(np.array([region.box for region in self.regions], np.float32).reshape(-1, 4))

    @cached_property
    def scores(self) -> NDArray[np.float32]:
        """(N,) 0 to 1."""
        return _fixed(np.array([region.score for region in self.regions], np.float32))

    @cached_property
    def classes(self) -> NDArray[np.str_]:
        """(N,) names of classes. `labels` are of the scene as a whole, at image level."""
        return _fixed(np.array([region.label for region in self.regions], np.str_))

    @cached_property
    def corners(self) -> NDArray[np.float32]:
        """(N, 4, 2) corners of the oriented boxes, scene px, clockwise on the screen.

        Narrowest round each mask, else the upright box.
        """
        from geomagnifier.export.oriented_boxes import corners

        return _fixed(corners(self.regions).astype(np.float32))

    @cached_property
    def headings(self) -> NDArray[np.float32]:
        """(N,) directions of their longer sides, degrees clockwise from north, 0 to 180.

        NaN for a region without a mask.

        Of a scene without a place the picture's top stands for north.
        """
        from geomagnifier.export.oriented_boxes import headings

        return _fixed(headings(self.regions, self.scene).astype(np.float32))

    @property
    def masks(self) -> Masks | None:
        """(N, H, W) bool at scene size, each decoded when it is asked for.

        None where nothing was segmented.
        """
        if self.patches is None:
            return None
        return Masks(
            [region.segmentation for region in self.regions], (self.scene.height, self.scene.width)
        )

    def __getitem__(self, keep: NDArray[np.bool_] | Sequence[bool]) -> Self:
        """An answer with some of the regions: `answer[answer.scores > 0.5]`.

        Its text says how many were kept, as what was said of all of them does not hold for some;
        for the same reason it has no value, and its regions have no phrases. The mask is that of
        the regions that are left. Where all are kept, the answer is the same.

        Args:
            keep: (N,) bool.

        Raises:
            OptionError: it is something else.
        """
        chosen = np.asarray(keep)
        if chosen.shape != (len(self.regions),) or (chosen.dtype != bool and chosen.size):
            raise OptionError(
                f"answer[...] takes one True or False for each of its {len(self.regions)} regions,"
                " such as answer.scores > 0.5 or answer.classes == 'ship'; single regions are"
                " answer.regions[i]"
            )
        if chosen.all():
            return self
        from geomagnifier.inference.answer_mask import (
            assemble_chosen,  # a stage above, loaded for this alone
        )

        regions = tuple(
            replace(region, phrase="")
            for region, kept in zip(self.regions, chosen.tolist(), strict=True)
            if kept
        )
        text = _kept(
            self.text, [region.label for region in regions], len(self.regions), self.complete
        )
        patches = None if self.patches is None else assemble_chosen(regions)
        return cast(
            Self,
            replace(
                cast(Any, self),
                text=text,
                regions=regions,
                patches=patches,
                value=None,
                unit=None,
                understood="",
            ),
        )

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A GeoJSON FeatureCollection.

        Longitude and latitude, or what its members `coordinates` and `note` say where that is not
        known.
        """
        from geomagnifier.export.features import collection

        return collection(cast(Any, self))

    def to_geodataframe(self) -> GeoDataFrame:
        """A GeoDataFrame of geopandas, a row for each region, in the scene's CRS.

        Columns are those of regions.gpkg, and x0, y0, x1, y1, the box in scene px. A scene without
        a CRS gives a table without one, and a warning that says what its coordinates are;
        `frame.attrs` says it, too.

        Raises:
            LibraryMissing: geopandas is not installed.
        """
        from geomagnifier.export.features import frame

        return frame(cast(Any, self))

    def to_coco(
        self,
        image_id: int | str,
        categories: Mapping[str, int] | Sequence[Mapping[str, Any]],
        first_id: int = 1,
        oriented: bool = False,
    ) -> list[dict[str, Any]]:
        """COCO's annotations, with scores: bbox (x, y, width, height), area, category_id.

        The outline as run lengths where there is one.

        Args:
            image_id: the picture's id.
            categories: those of a COCO file, [{"id": 1, "name": "ship"}, ...], or {"ship": 1, ...}.
                "Storage_Tank" and "storage-tank" are "storage tank".
            first_id: of the annotations; those that follow count on.
            oriented: the four corners of the oriented box in place of the outline, bbox and area
                being its own, and `heading` (degrees clockwise from north, None for a region
                without a mask).

        Raises:
            OptionError: a class of the answer is none of the categories, or two categories have one
                name.
        """
        from geomagnifier.export.features import coco

        return coco(cast(Any, self), image_id, categories, first_id, oriented)

    def to_dota(self) -> str:
        """The oriented boxes as DOTA's text: x1 y1 x2 y2 x3 y3 x4 y4 class 0, a line each.

        Blanks of a class become "-".
        """
        from geomagnifier.export.oriented_boxes import dota

        return dota(cast(Any, self))

    def to_yolo_obb(self, classes: Sequence[str]) -> str:
        """The oriented boxes as YOLO's text.

        The class's number and four corners as shares of width and height, a line each.

        Args:
            classes: names by number; "Storage_Tank" and "storage-tank" are "storage tank".

        Raises:
            OptionError: a class of the answer is not among `classes`.
        """
        from geomagnifier.export.features import yolo_obb

        return yolo_obb(cast(Any, self), classes)

    def to_supervision(self, classes: Sequence[str] | None = None) -> Supervised:
        """`Detections` of the library supervision.

        Boxes, scores, masks where there are any, and data["class_name"].

        Args:
            classes: names by class_id; None for those of this answer in alphabetical order.

        Raises:
            LibraryMissing: supervision is not installed.
            OptionError: a class of the answer is not among `classes`, or the masks do not fit into
                memory together.
        """
        from geomagnifier.export.features import supervised

        return supervised(cast(Any, self), classes)

    def plot(self, words: bool = True) -> Image:
        """The answer as a PIL image.

        What was found over the scene, and under it the legend and the text.

        Args:
            words: False for the picture alone.
        """
        from geomagnifier.export.overlay import picture, sheet

        return sheet(cast(Any, self)) if words else picture(cast(Any, self))

    def save(
        self, path: str | os.PathLike[str], *, crs: str | None = None, oriented: bool = False
    ) -> Path:
        """Write one file, of the kind that its suffix says; it appears whole or not at all.

        Args:
            path: .json (everything), .geojson, .gpkg or .parquet (regions), .tif (the mask, a COG),
                .png or .jpg (a picture). Its folder is made where needed. `gm.write` writes all of
                them.
            crs: of .geojson and .gpkg, such as "EPSG:3857", in place of longitude and latitude and
                of the scene's CRS.
            oriented: regions as their oriented boxes, with the field `heading_deg`, in place of
                their outlines (.geojson, .gpkg).

        Raises:
            OptionError: another suffix, a mask of an answer without one, or a CRS that its regions
                cannot be brought to.
            LibraryMissing: .parquet without geopandas and pyarrow.
            OutputError: it cannot be written.
        """
        from geomagnifier.export.write import save

        return save(cast(Any, self), path, crs, oriented)


def _fixed(values: NDArray[Any]) -> NDArray[Any]:
    values.setflags(write=False)
    return values


def _kept(before: str, labels: Sequence[str], of: int, complete: bool) -> str:
    """What is said of an answer that only some regions were kept of, in its language."""
    each = Counter(labels).most_common()
    if any("\u4e00" <= letter <= "\u9fff" for letter in before):
        counts = "、".join(f"{label} {number}" for label, number in each)
        rest = "" if complete else "并非所有部分都已查看。"
        return f"保留了 {of} 个区域中的 {len(labels)} 个{f'（{counts}）' if counts else ''}。{rest}"
    counts = ", ".join(f"{label} {number}" for label, number in each)
    rest = "" if complete else " Part of the area was not searched."
    return (
        f"{len(labels) or 'None'} of {of} regions {'was' if len(labels) == 1 else 'were'}"
        f" kept{f' ({counts})' if counts else ''}.{rest}"
    )
