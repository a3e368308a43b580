"""Writes the graphs of the small model's networks, and the list of the weights that each needs.

    python -m geomagnifier_lab.graphs.write        after a change of a network

The graphs lie beside the code that runs them: `geomagnifier/models/small/graphs/`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from geomagnifier.atomic import Staging
from geomagnifier.models.registry import (
    ATTENTION,
    CHINESE,
    CLOSER,
    FILES,
    LINEAR,
    REFINER,
    SCALE,
    WEIGHTS,
)
from geomagnifier.models.small.inference_sessions import GRAPHS, LIST, folded_shapes
from geomagnifier_lab.graphs import image_side, language, pixel_maps
from geomagnifier_lab.graphs.builder import Graph

SMALL, SENTENCE, _, SCOUT = FILES
MADE: dict[str, tuple[str, Callable[[Graph], None]]] = {
    "views": (SMALL, image_side.views),
    "finest": (SMALL, image_side.finest),
    "finest_samples": (SMALL, pixel_maps.finest_samples),
    "glance": (SMALL, image_side.glance),
    "eyes": (SMALL, image_side.eyes),
    "bend": (SMALL, pixel_maps.bend),
    "draw": (SMALL, pixel_maps.draw),
    "presence": (SMALL, pixel_maps.presence),
    "box_features": (SMALL, pixel_maps.box_features),
    "image_tokens": (SMALL, language.image_tokens),
    "instance_tokens": (SMALL, language.instance_tokens),
    "question": (SMALL, language.question),
    "answer": (SMALL, language.answer),
    "answer_slopes": (SMALL, language.answer_slopes),
    "selector": (SMALL, language.selector),
    "sentence": (SENTENCE, language.sentence),
    "scout": (SCOUT, image_side.scout),
    "chinese_letters": (CHINESE, language.chinese_letters),
    "chinese_words": (CHINESE, language.chinese_words),
    "box_refiner": (REFINER, pixel_maps.box_refiner),
    "linear_masks": (LINEAR, pixel_maps.linear_masks),
}
"""By graph, the file of its weights, and what makes it."""


SIZED: dict[str, dict[str, tuple[int | str, ...]]] = {
    SMALL: {
        "states.weight": ("states", 256),
        "box_classifier.layers.3.weight": ("boxes", 256),
        "box_classifier.layers.3.bias": ("boxes",),
        "scenes.weight": ("scenes", 1280),
        "scenes.bias": ("scenes",),
        "mentioned.weight": ("objects", 1280),
        "mentioned.bias": ("objects",),
        "text.words.weight": ("words", 256),
        "text.bias": ("words",),
        "text.scene.weight": (256, "scenes"),
    },
    SCOUT: {"heat.weight": ("kinds", 64, 1, 1), "heat.bias": ("kinds",)},
    CHINESE: {"letter.weight": ("letters", 128), "word.weight": ("words", 128)},
}
"""Tensors whose lengths are numbers of classes or words, and these by name. No graph has them."""


def shapes_of(path: Path) -> dict[str, Sequence[int]]:
    """Shapes of the tensors of a safetensors file."""
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        return {
            key: file.get_slice(key).get_shape()
            for key in file.keys()  # noqa: SIM118
            if not key.endswith(SCALE)
        }


def make(
    name: str, shapes: Mapping[str, Sequence[int]]
) -> tuple[bytes, dict[str, tuple[int, ...]]]:
    """One graph, and the weights that it needs.

    Args:
        name: of the graph.
        shapes: of the tensors of its file.
    """
    graph = Graph(folded_shapes(shapes))
    MADE[name][1](graph)
    return graph.model(), graph.used


def main(folder: Path = GRAPHS) -> None:
    """Write all graphs into a folder."""
    needs = {}
    with Staging(folder) as staging:
        for name, (file, _) in MADE.items():
            made, needs[name] = make(name, shapes_of(WEIGHTS / file))
            staging.path(f"{name}.onnx").write_bytes(made)
        files = {
            file: {**shapes_of(WEIGHTS / file), **SIZED.get(file, {})}
            for file in (SMALL, SENTENCE, SCOUT, CHINESE, REFINER, CLOSER, ATTENTION, LINEAR)
        }
        listed = json.dumps({"graphs": needs, "files": files}) + "\n"
        staging.path(LIST).write_text(listed, encoding="utf-8")


if __name__ == "__main__":
    main()
