"""geomagnifier: ask satellite and aerial images questions.

Get text, boxes and masks that land on the map.

    import geomagnifier as gm

    answer = gm.ask("harbour.tif", "Segment every ship.")
    answer.boxes, answer.scores, answer.classes  # (N, 4), (N,), (N,)
    gm.write(answer, "out/")

Names load on first use, so that importing the package, and `geomag --help`, cost nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geomagnifier import _moved

if TYPE_CHECKING:
    from geomagnifier.errors import GeomagError, GeomagWarning
    from geomagnifier.export.write import write
    from geomagnifier.geometry import Box
    from geomagnifier.many_scenes import ask_many
    from geomagnifier.model_protocol import Model
    from geomagnifier.models.registry import load_detector, load_model
    from geomagnifier.pipeline import ask, embed
    from geomagnifier.point_prompt import segment_at
    from geomagnifier.raster.scene import Scene, open_scene
    from geomagnifier.results import Answer, Region, Trace
    from geomagnifier.types import Granularity

__version__ = "1.0.0rc1"
_moved.install()

_HOME = {
    "Answer": "results",
    "Box": "geometry",
    "GeomagError": "errors",
    "GeomagWarning": "errors",
    "Granularity": "types",
    "Model": "model_protocol",
    "Region": "results",
    "Scene": "raster.scene",
    "Trace": "results",
    "ask": "pipeline",
    "ask_many": "many_scenes",
    "embed": "pipeline",
    "load_detector": "models.registry",
    "load_model": "models.registry",
    "open_scene": "raster.scene",
    "segment_at": "point_prompt",
    "write": "export.write",
}

__all__ = [
    "Answer",
    "Box",
    "GeomagError",
    "GeomagWarning",
    "Granularity",
    "Model",
    "Region",
    "Scene",
    "Trace",
    "ask",
    "ask_many",
    "embed",
    "load_detector",
    "load_model",
    "open_scene",
    "segment_at",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'geomagnifier' has no attribute {name!r}")
    return getattr(import_module(f"geomagnifier.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted((*__all__, "__version__"))
