"""The package `sahi` (Akyon et al., arXiv:2202.06934, MIT), slicing a scene for our model.

It is what people do today with a small detector. Its own defaults throughout: slices of 512 px
that overlap by 0.2, the whole image once more (shrunk to one view, as a detector shrinks it to its
input), boxes merged by GREEDYNMM at an IoS of 0.5, masks united as polygons. Each slice goes
straight to the model, which has read the question once; there is no sentence to write. It is in
the extra `peers` of geomagnifier-lab, version 0.12 or later.

The adapter keeps every region that the model returns (confidence threshold 0: the model has
thresholds of its own). Below 0.1 sahi 0.12 would merge by NMS at an IoU instead, so its way of
merging is named and forced.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from typing import Any

import numpy as np

from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box
from geomagnifier.inference import merge as assembly
from geomagnifier.inference import resolution
from geomagnifier.masks import decode_window
from geomagnifier.model_protocol import Model
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import ModelOutput, Region
from geomagnifier.types import Bytes, Granularity, Query, Window
from geomagnifier_lab.bench.score import Looked
from geomagnifier_lab.eval.boxes import Size, run_lengths

SAHI = "sahi"
SLICE, OVERLAP = 512, 0.2
MISSING = "the row of sahi needs sahi; install it: pip install 'sahi>=0.12'"


def has_sahi() -> bool:
    """Whether the package can be imported."""
    return importlib.util.find_spec(SAHI) is not None


def slice_by_sahi(scene: Scene, question: str, model: Model) -> Looked:
    """Answer a question about a scene with sahi's slices.

    Args:
        scene: is read whole, as sahi takes it.
        question: about all objects of a class, such as "Segment every ship."
        model: ours.

    Raises:
        OptionError: sahi is not installed.
    """
    if not has_sahi():
        raise OptionError(MISSING)
    from sahi.predict import get_sliced_prediction

    whole = scene.read(resolution.window_of(scene.info.box, 1.0, "whole"))
    looker = Looker(question, model, scene.key)
    result = get_sliced_prediction(
        whole.pixels,
        _adapter(looker),
        slice_height=SLICE,
        slice_width=SLICE,
        overlap_height_ratio=OVERLAP,
        overlap_width_ratio=OVERLAP,
        postprocess_type="GREEDYNMM",
        postprocess_match_metric="IOS",
        postprocess_match_threshold=0.5,
        force_postprocess_type=True,
        verbose=0,
    )
    regions, rings = [], []
    for found in result.object_prediction_list:
        x0, y0, x1, y1 = found.bbox.to_xyxy()
        regions.append(
            Region(
                found.category.name,
                float(found.score.value),
                (float(x0), float(y0), float(x1), float(y1)),
            )
        )
        rings += [
            np.asarray(ring, np.float32).reshape(-1, 2)
            for ring in (found.mask.segmentation if found.mask else ())
        ]
    mask = run_lengths(rings, Size(scene.info.height, scene.info.width))
    return Looked(
        tuple(regions),
        lambda window: decode_window(mask, window),
        looker.windows,
        looker.pixels,
        looker.flops,
    )


class Looker:
    """Our model as a detector: pixels in, regions out; it counts the pixels and FLOP it takes.

    Args:
        question: of every slice.
        model: ours.
        scene: key of the scene, so that the model reads the question once.
    """

    def __init__(self, question: str, model: Model, scene: str) -> None:
        self.query, self.model, self.scene = Query(question), model, scene
        levels = model.granularity(self.query)
        self.level: Granularity = max(levels, key=lambda g: levels[g])
        self.windows: tuple[Window, ...] = ()
        self.pixels, self.flops, self.seen = 0, 0.0, 0
        self.last: Window | None = None

    def __call__(self, pixels: Bytes) -> tuple[Region, ...]:
        """Regions of the classes asked for, px of the slice.

        A slice larger than one view is shrunk to it.

        Args:
            pixels: (h, w, 3) uint8, a slice or the whole.
        """
        with open_scene(pixels) as picture:
            info, spec = picture.info, self.model.spec
            fitting = max(1.0, (info.pixels / spec.view_pixels) ** 0.5)
            window = resolution.window_of(info.box, fitting, "slice" if fitting == 1 else "whole")
            view = replace(
                picture.read(window),
                key=f"{self.scene}:sahi{self.seen}:{window.width}x{window.height}",
            )
        reply: ModelOutput = self.model.answer(self.query, self.level, [view])
        self.last, self.seen = window, self.seen + 1
        self.pixels, self.flops = (
            self.pixels + window.width * window.height,
            self.flops + reply.flops,
        )
        parts = [assembly.part_of(window, said, info, self.level) for said in reply.views]
        found = assembly.assemble_regions(parts, info, self.level)
        return tuple(region for region in found if region.label in reply.asked)

    def placed(self, x: int, y: int) -> None:
        """Note where the slice seen last lies on the scene.

        Args:
            x: left edge of the slice, scene px.
            y: upper edge of the slice, scene px.
        """
        assert self.last is not None
        box = self.last.box
        there = Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)
        self.windows += (replace(self.last, box=there, core=there),)


def _adapter(looker: Looker) -> Any:
    """Wrap `looker` in the class that sahi expects of a model."""
    from sahi.models.base import DetectionModel
    from sahi.prediction import ObjectPrediction
    from sahi.utils.compatibility import fix_full_shape_list, fix_shift_amount_list

    kinds = looker.model.spec.kinds

    class Adapter(DetectionModel):  # type: ignore[misc]
        """See `sahi.models.base.DetectionModel`; nothing is loaded."""

        def load_model(self) -> None:
            """The model is there already."""
            self.model = looker

        def perform_inference(self, image: Bytes) -> None:
            """image: (h, w, 3) uint8."""
            self._original_predictions = looker(image)

        def _create_object_prediction_list_from_original_predictions(
            self,
            shift_amount_list: list[Any] | None = None,
            full_shape_list: list[Any] | None = None,
        ) -> None:
            (shift,), (full,) = (
                fix_shift_amount_list(shift_amount_list),
                fix_full_shape_list(full_shape_list) or [None],
            )  # slices come nested
            x, y = (int(v) for v in shift)
            looker.placed(x, y)
            self._object_prediction_list_per_image = [
                [
                    ObjectPrediction(
                        bbox=list(region.box),
                        category_id=kinds.index(region.label),
                        category_name=region.label,
                        segmentation=outlines(region) or None,
                        score=region.score,
                        shift_amount=[x, y],
                        full_shape=full,
                    )
                    for region in self._original_predictions
                ]
            ]

    return Adapter(device="cpu", confidence_threshold=0.0)


def outlines(region: Region) -> list[list[float]]:
    """Outer rings of a region as COCO writes polygons, [[x0, y0, x1, y1, ...], ...] px.

    COCO's polygons have no holes.
    """
    rings = []
    for ring in region.polygon:
        x, y = np.array(ring, np.float64).T
        if x @ np.roll(y, -1) - y @ np.roll(x, -1) > 0:  # clockwise on the screen
            rings.append([float(v) for point in ring for v in point])
    return rings
