"""segment_at(): the region under a point, of the class that the model sees there.

    point -> window round it -> ask("Segment everything.") -> the region whose mask holds the point
    a region cut by the window -> a window twice as wide, until the region ends in it
    nothing there -> the classes seen near it once more, each by itself; then the land cover

Objects come before land cover: a point on a ship is the ship, not the water round it.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from geomagnifier.default_model import default_model
from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box
from geomagnifier.inference import answer_mask
from geomagnifier.inference.scan_state import Progress
from geomagnifier.language import chinese_text, scene_classes
from geomagnifier.masks import area, decode_window
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster import extent
from geomagnifier.raster.box_input import scene_point
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import Answer, Region
from geomagnifier.types import Granularity, ModelSpec, SceneInfo

if TYPE_CHECKING:
    from PIL.Image import Image

SIDES = (512, 1024, 2048)
"""Sides of the windows round the point, scene px: the next one where the region is cut."""
AGAIN = 2
"""Most classes that are looked for again, each by itself."""
OBJECTS, COVER = "Segment everything.", "Segment the land cover."
"""What is asked where the question does not name a class."""


def segment_at(
    scene: Scene | str | os.PathLike[str] | NDArray[Any] | Image,
    point: tuple[float, float],
    model: Model | None = None,
    *,
    point_crs: str | None = None,
    question: str | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Segment what lies at a point.

    Of several regions that hold the point, the smallest is taken.

    Args:
        scene: as of `ask`.
        point: (x, y), scene px with y down.
        model: of `load_model`; None for the small model, which is loaded once.
        point_crs: what the point is given in, as `box_crs` of `ask`: "EPSG:4326" is longitude,
            latitude.
        question: names the classes that may lie there ("Segment every ship."); None for all classes
            of the model.
        progress: as of `ask`.

    Returns:
        An answer with one region; with none, and a text that says so, where the model sees nothing
        there.

    Raises:
        BoxError: the point lies outside the scene.
        OptionError: an unknown CRS, or a question that is not answered by masks.
        GeomagError: those of `ask`.

    Example:
        >>> import geomagnifier as gm
        >>> gm.segment_at("harbour.tif", (697, 540)).classes.tolist()  # doctest: +SKIP
        ['ship']
    """
    with nullcontext(scene) if isinstance(scene, Scene) else open_scene(scene) as opened:
        x, y = scene_point(point, opened.info, point_crs)
        used = model or default_model()
        cover = bool(used.spec.objects) and len(used.spec.objects) < len(used.spec.kinds)
        wanted = [question] if question is not None else [OBJECTS, COVER][: 1 + cover]
        while wanted:
            text = wanted.pop(0)
            answer, found = _grown(opened, x, y, text, used, question is None, progress)
            if found is not None or answer.stopped:
                break
            if text == OBJECTS and question is None:
                wanted = [f"Segment every {label}." for label in _near(answer)] + wanted
        return _said(answer, found, (x, y), question, used.spec)


def _grown(
    scene: Scene,
    x: float,
    y: float,
    question: str,
    model: Model,
    name_it: bool,
    progress: Progress | None,
) -> tuple[Answer, Region | None]:
    """The last answer, and the region at the point in the smallest window that it ends in."""
    best: tuple[Answer, Region] | None = None
    for side in SIDES:
        window = _window(x, y, side, scene.info)
        answer = ask(scene, question, model, box=window, box_crs="px", progress=progress)
        if answer.granularity is not Granularity.PIXEL and answer.regions:
            raise OptionError(
                f"{question!r} is not answered by masks, so that nothing can be found at a point;"
                " ask to segment something, such as 'Segment every ship.'"
            )
        region = _holding(answer.regions, x, y)
        if region is None:
            return best or (answer, None)
        best = answer, region
        if answer.stopped or not _cut(region, window, scene.info):
            return best
        if name_it:  # in the larger window only this class is looked for, which is quicker
            question = f"Segment every {region.label}."
    assert best is not None
    return best


def _near(answer: Answer) -> list[str]:
    """The classes seen near the point, the most frequent first, to be looked for once more.

    All classes at once are looked for at the scale of the smallest, which can miss a large object.
    """
    return [label for label, _ in Counter(r.label for r in answer.regions).most_common(AGAIN)]


def _window(x: float, y: float, side: int, scene: SceneInfo) -> Box:
    """A square round a point, moved into the scene where it reaches beyond."""
    width, height = min(side, scene.width), min(side, scene.height)
    left = min(max(0, int(x) - width // 2), scene.width - width)
    top = min(max(0, int(y) - height // 2), scene.height - height)
    return Box(left, top, left + width, top + height)


def _holding(regions: tuple[Region, ...], x: float, y: float) -> Region | None:
    """The smallest region whose mask holds the pixel at a point."""
    pixel = Box(int(x), int(y), int(x) + 1, int(y) + 1)
    here = [
        (area(region.segmentation), number)
        for number, region in enumerate(regions)
        if region.segmentation is not None and decode_window(region.segmentation, pixel).any()
    ]
    return regions[min(here)[1]] if here else None


def _cut(region: Region, window: Box, scene: SceneInfo) -> bool:
    """Whether a region reaches an edge of its window that is none of the scene."""
    x0, y0, x1, y1 = region.box
    return (
        (x0 < window.x0 + 1 and window.x0 > 0)
        or (y0 < window.y0 + 1 and window.y0 > 0)
        or (x1 > window.x1 - 1 and window.x1 < scene.width)
        or (y1 > window.y1 - 1 and window.y1 < scene.height)
    )


def _said(
    answer: Answer,
    region: Region | None,
    point: tuple[float, float],
    question: str | None,
    spec: ModelSpec,
) -> Answer:
    """The answer about the point alone."""
    zh = question is not None and chinese_text.chinese(question)
    at = f"({point[0]:.0f}, {point[1]:.0f}) px"
    if region is None:
        classes = ", ".join(dict.fromkeys(r.label for r in answer.regions))
        text = f"在 {at} 处没有看到模型所知的目标。" if zh else f"Nothing is seen at {at}."
        if classes and not zh:
            text += f" Near it there are: {classes}."
        return replace(answer, question=question or OBJECTS, text=text, regions=(), patches=())
    metres = extent.square_metres([region], answer.scene)
    pixels = area(region.segmentation) if region.segmentation is not None else 0
    size = f"{metres:,.0f} m2" if metres is not None and metres >= 1 else f"{pixels:,} px"
    separate = not spec.objects or region.label in spec.objects
    noun = scene_classes.article(region.label) if separate else region.label
    noun = spec.chinese.get(region.label, region.label) if zh else noun
    text = (
        f"在 {at} 处是{noun}（{size}）。"
        if zh
        else f"At {at} there is {noun} of {size} (score {region.score:.2f})."
    )
    window = _window(*point, SIDES[-1], answer.scene)
    if _cut(region, window, answer.scene):
        text += "它超出了所看的窗口。" if zh else " It is cut at the edge of the part looked at."
    one = replace(region, phrase=noun)
    return replace(
        answer,
        question=question or OBJECTS,
        text=text,
        regions=(one,),
        patches=answer_mask.assemble_chosen([one]),
        value=None,
    )
