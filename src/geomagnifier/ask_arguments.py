"""The arguments of `ask`, checked without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box
from geomagnifier.inference.cropping import CROPPING, POLICIES
from geomagnifier.raster.aoi import scene_area
from geomagnifier.raster.box_input import scene_box
from geomagnifier.types import Query, SceneInfo
from geomagnifier.units import amount
from geomagnifier.variants import Variant

if TYPE_CHECKING:
    pass


def checked(
    scene: SceneInfo,
    question: str,
    box: Box | tuple[float, float, float, float] | None = None,
    search: str = "adaptive",
    budget: float | str | None = None,
    recall: float | None = None,
    min_score: float | None = None,
    max_memory: float | str | None = None,
    box_crs: str | None = None,
    variant: str | None = None,
    aoi: object = None,
    aoi_crs: str | None = None,
) -> tuple[Query, tuple[str, float] | None, float | None]:
    """The arguments of `ask`, checked without a model.

    Args:
        scene: its size and CRS.
        question: as of `ask`.
        box: as of `ask`.
        search: as of `ask`.
        budget: as of `ask`.
        recall: as of `ask`.
        min_score: as of `ask`.
        max_memory: as of `ask`.
        box_crs: as of `ask`.
        variant: as of `ask`.
        aoi: as of `ask`.
        aoi_crs: as of `ask`.

    Returns:
        the query, its box cut to the scene; the budget as ("pixels" or "seconds", how many); the
        memory in bytes.

    Raises:
        The errors of `ask`.
    """
    spent = None if budget is None else amount(budget, "pixels", ("pixels", "seconds"))
    memory = None if max_memory is None else amount(max_memory, "bytes", ("bytes",))[1]
    form = Variant.of(variant)
    if variant is not None and search not in CROPPING:
        raise OptionError(
            f"variant {variant!r} is a variant of search='paper', but search is {search!r}"
        )
    limit = checked_box(scene, box, search, recall, min_score, box_crs)
    if aoi is None and aoi_crs is not None:
        raise OptionError(
            f"aoi_crs {aoi_crs!r} is the CRS of an area of interest; give the area as well: aoi"
        )
    if aoi is not None and limit is not None:
        raise OptionError("aoi and box cannot be combined; give one of them")
    area = None if aoi is None else scene_area(aoi, scene, aoi_crs)
    return Query(question, limit, min_score, recall, form, area=area), spent, memory


def checked_box(
    scene: SceneInfo,
    box: Box | tuple[float, float, float, float] | None,
    policy: str,
    recall: float | None,
    min_score: float | None,
    box_crs: str | None = None,
) -> Box | None:
    """The box cut to the scene; the options beside it are checked as well.

    Args:
        scene: its size and CRS.
        box: as of `ask`.
        policy: the search of `ask`.
        recall: as of `ask`.
        min_score: as of `ask`.
        box_crs: as of `ask`.

    Raises:
        OptionError: an unknown search, or a number out of its range.
        BoxError: the box lies outside the scene.
    """
    if policy not in POLICIES:
        raise OptionError(f"search {policy!r} is not known; choose one of {', '.join(POLICIES)}")
    if recall is not None and not 0 < recall < 1:
        raise OptionError(f"recall is a share between 0 and 1, such as 0.95, not {recall}")
    if recall is not None and min_score is not None:
        raise OptionError("recall and min_score both set the score threshold; give one of them")
    if min_score is not None and not 0 <= min_score <= 1:
        raise OptionError(f"min_score lies between 0 and 1, not {min_score}")
    if box is None and box_crs is not None:
        raise OptionError(f"box_crs {box_crs!r} is the CRS of a box; give the box as well")
    return None if box is None else scene_box(box, scene, box_crs)
