"""Runs the networks' graphs by onnxruntime.

Graphs (`graphs/*.onnx`) are made by the lab and hold no weights: which tensors each needs, and of
which shapes, says `graphs/weights.json`. Numbers are handed over when a session is made: there is
one copy of the weights on the disk. Sessions are made when they are first used, and may be used by
several threads at a time.
"""

from __future__ import annotations

import functools
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.errors import ModelCorrupt
from geomagnifier.types import Floats

GRAPHS = Path(__file__).parent / "graphs"
LIST = "weights.json"
FLIPPED = "^T"
"""Ends the name of a weight that a graph wants transposed."""
EPSILON = 1e-3
"""Of the image side's normalisations."""
IMAGE = "decoder.image.0.weight"
"""What the pixel decoder reads the finest level with."""


class Sessions:
    """The graphs of one set of weights.

    Args:
        weights: float32 tensors by name, folded by `folded`.
    """

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self.weights = weights
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def run(self, graph: str, **inputs: Any) -> Sequence[Floats]:
        """Outputs of a graph.

        Args:
            graph: its name.
            inputs: arrays by name.

        Raises:
            ModelCorrupt: the weights are of another network.
        """
        session = self._made.get(graph) or self._make(graph)
        outputs: Sequence[Floats] = session.run(None, inputs)
        return outputs

    def _make(self, graph: str) -> Any:
        import onnxruntime

        with self._lock:
            if graph in self._made:
                return self._made[graph]
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads()
            # idle threads of one session would take the cores of another
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            options.enable_cpu_mem_arena = False
            options.log_severity_level = 3
            needs = needed()[graph]
            given = [self._given(name, tuple(shape)) for name, shape in needs.items()]
            options.add_external_initializers([*needs], given)
            made = self._made[graph] = onnxruntime.InferenceSession(
                (GRAPHS / f"{graph}.onnx").read_bytes(), options, ["CPUExecutionProvider"]
            )
            return made

    def _given(self, name: str, shape: tuple[int, ...]) -> Any:
        """A weight as onnxruntime takes it, which reads it where it is."""
        import onnxruntime

        tensor = self.weights.get(name.removesuffix(FLIPPED))
        if tensor is not None and name.endswith(FLIPPED):
            tensor = tensor.T
        if tensor is None or tensor.shape != shape:
            raise ModelCorrupt(
                f"the weights belong to another network: {name} is"
                f" {'missing' if tensor is None else tensor.shape} and should be {shape}"
            )
        return onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(tensor, np.float32))


def needed() -> dict[str, dict[str, list[int]]]:
    """By graph, names and shapes of the weights that it needs."""
    needs: dict[str, dict[str, list[int]]] = _listed()["graphs"]
    return needs


def shapes_of(file: str) -> dict[str, list[int | str]]:
    """Shapes of the tensors of a file of weights, by name.

    Where a length is a number of classes or words, it has a name.
    """
    shapes: dict[str, list[int | str]] = _listed()["files"][file]
    return shapes


@functools.cache
def _listed() -> Any:
    return json.loads((GRAPHS / LIST).read_text("utf-8"))


def threads() -> int:
    """Threads that a session works with: what OMP_NUM_THREADS says, else one a core."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdigit() and int(told):
        return int(told)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def engine() -> str:
    """What runs the networks, for people."""
    import onnxruntime

    count = threads()
    return f"onnxruntime {onnxruntime.__version__}, {count} thread{'' if count == 1 else 's'}"


def folded(weights: Mapping[str, Floats]) -> dict[str, Floats]:
    """Weights with every normalisation folded into its convolution, and `joined` ones.

    Args:
        weights: by name, those of a convolution as NAME.weight, NAME.scale, NAME.shift, NAME.mean
            and NAME.variance.
    """
    out = dict(weights)
    for name in [key.removesuffix(".variance") for key in weights if key.endswith(".variance")]:
        scale, shift, mean, variance = (
            out.pop(f"{name}.{part}") for part in ("scale", "shift", "mean", "variance")
        )
        scale = scale / np.sqrt(variance + np.float32(EPSILON))
        out[f"{name}.weight"] = out[f"{name}.weight"] * scale[:, None, None, None]
        out[f"{name}.bias"] = shift - mean * scale
    return out | (joined(out) if IMAGE in out else {})


def joined(weights: Mapping[str, Floats]) -> dict[str, Floats]:
    """What the pixel decoder reads of the finest level, without making that level.

    f1 = lateral(low) + doubled(f2) + mix(wide), and the decoder reads p1 = image(f1), half as many
    channels. All of these are linear in each cell: p1 = image lateral (low) + doubled(image(f2)) +
    image mix (wide) is the same for half the multiplications.

    Args:
        weights: of the neck and the pixel decoder.
    """
    names = ("decoder.image.0", "neck.mix.0", "neck.lateral.0")
    image, mix, lateral = (weights[f"{name}.weight"][:, :, 0, 0] for name in names)
    biases = weights["neck.mix.0.bias"] + weights["neck.lateral.0.bias"]
    return {
        "joined.mix.weight": (image @ mix)[:, :, None, None],
        "joined.mix.bias": image @ biases + weights["decoder.image.0.bias"],
        "joined.lateral.weight": (image @ lateral)[:, :, None, None],
    }


def folded_shapes(shapes: Mapping[str, Sequence[int]]) -> dict[str, Sequence[int]]:
    """Shapes of what `folded` makes of weights of these shapes."""
    out = dict(shapes)
    for name in [key.removesuffix(".variance") for key in shapes if key.endswith(".variance")]:
        out[f"{name}.bias"] = out.pop(f"{name}.shift")
        for part in ("scale", "mean", "variance"):
            del out[f"{name}.{part}"]
    if IMAGE in out:
        rows = out[IMAGE][0]
        out["joined.mix.weight"] = [rows, *out["neck.mix.0.weight"][1:]]
        out["joined.mix.bias"] = [rows]
        out["joined.lateral.weight"] = [rows, *out["neck.lateral.0.weight"][1:]]
    return out
