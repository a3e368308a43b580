"""A writer of ONNX graphs, and the layers that several networks have in common.

Graphs hold no weights: a weight is an initializer with a name and a shape, whose numbers are handed
over when a session is made. Its name is that of the tensor in the safetensors file, with `FLIPPED`
behind it where the tensor is wanted transposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 20, 10
FLIPPED = "^T"
TYPES = {"float": TensorProto.FLOAT, "uint8": TensorProto.UINT8}
Dim = int | str


class Graph:
    """A graph in the making. Values are their names.

    Args:
        shapes: of the tensors of the networks, by name.
    """

    def __init__(self, shapes: Mapping[str, Sequence[int]]) -> None:
        self.shapes = shapes
        self.used: dict[str, tuple[int, ...]] = {}
        """Weights that the graph needs, by name, and their shapes."""
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._named: dict[str, str] = {}

    def input(self, name: str, *dims: Dim, of: str = "float") -> str:
        """An input of the graph.

        Args:
            name: of the input.
            dims: lengths, or names of lengths that may differ.
            of: type of the numbers, see `TYPES`.
        """
        self._inputs.append(helper.make_tensor_value_info(name, TYPES[of], dims))
        return name

    def output(self, name: str, value: str, *dims: Dim) -> None:
        """An output of the graph.

        Args:
            name: of the output.
            value: what it gives.
            dims: lengths, or names of lengths that may differ.
        """
        self._named[value] = name
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, dims))

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """The first output of an operator.

        Args:
            kind: name of the operator.
            inputs: values.
            attributes: of the operator.
        """
        return self.ops(kind, 1, *inputs, **attributes)[0]

    def ops(self, kind: str, count: int, *inputs: str, **attributes: Any) -> list[str]:
        """All outputs of an operator.

        Args:
            kind: name of the operator.
            count: of its outputs.
            inputs: values.
            attributes: of the operator.
        """
        made = [f"{kind}_{len(self._nodes)}_{i}" for i in range(count)]
        self._nodes.append(helper.make_node(kind, inputs, made, **attributes))
        return made

    def weight(self, name: str, flipped: bool = False) -> str:
        """A tensor of the networks.

        Args:
            name: in the safetensors file.
            flipped: it is wanted transposed.
        """
        shape = tuple(self.shapes[name])
        name, shape = (name + FLIPPED, shape[::-1]) if flipped else (name, shape)
        self.used[name] = shape
        return name

    def ints(self, *numbers: int) -> str:
        """A constant list of whole numbers."""
        return self._constant(np.array(numbers, np.int64))

    def number(self, number: float) -> str:
        """A constant number."""
        return self._constant(np.array(number, np.float32))

    def model(self) -> bytes:
        """The graph as a file has it."""
        for node in self._nodes:  # a copy to name a result would take as long as some layers
            for values in (node.input, node.output):
                values[:] = [self._named.get(value, value) for value in values]
        weights = []
        for name, shape in self.used.items():
            weight = TensorProto(
                name=name,
                data_type=TensorProto.FLOAT,
                dims=shape,
                data_location=TensorProto.EXTERNAL,
            )
            place = weight.external_data.add()
            place.key, place.value = "location", "handed-over"
            weights.append(weight)
        graph = helper.make_graph(
            self._nodes, "graph", self._inputs, self._outputs, [*weights, *self._constants.values()]
        )
        opset = [helper.make_opsetid("", OPSET)]
        made = helper.make_model(graph, opset_imports=opset, ir_version=IR)
        return bytes(made.SerializeToString())

    def _constant(self, numbers: np.ndarray) -> str:
        key = (str(numbers.dtype), numbers.shape, numbers.tobytes())
        if key not in self._constants:
            name = f"constant_{len(self._constants)}"
            self._constants[key] = numpy_helper.from_array(numbers, name)
        return self._constants[key].name


def add(graph: Graph, *values: str) -> str:
    """The sum of several values."""
    total, *rest = values
    for value in rest:
        total = graph.op("Add", total, value)
    return total


def linear(graph: Graph, x: str, name: str, bias: bool = True) -> str:
    """`torch.nn.Linear`.

    Args:
        graph: gets it.
        x: (..., inputs).
        name: of the layer.
        bias: whether it has one.
    """
    y = graph.op("MatMul", x, graph.weight(f"{name}.weight", flipped=True))
    return graph.op("Add", y, graph.weight(f"{name}.bias")) if bias else y


def norm(graph: Graph, x: str, name: str, epsilon: float = 1e-5) -> str:
    """`torch.nn.LayerNorm` of the last dimension.

    Args:
        graph: gets it.
        x: (..., width).
        name: of the layer.
        epsilon: of the layer.
    """
    weights = graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")
    return graph.op("LayerNormalization", x, *weights, axis=-1, epsilon=epsilon)


def convolve(graph: Graph, x: str, name: str, **attributes: Any) -> str:
    """`torch.nn.Conv2d`.

    Args:
        graph: gets it.
        x: (B, C, H, W).
        name: of the layer.
        attributes: of the operator Conv.
    """
    weights = graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")
    return graph.op("Conv", x, *weights, **attributes)


def split_heads(graph: Graph, x: str, heads: int) -> str:
    """(B, T, width) -> (B, heads, T, width / heads).

    Args:
        graph: gets it.
        x: the value.
        heads: how many.
    """
    return graph.op(
        "Transpose", graph.op("Reshape", x, graph.ints(0, 0, heads, -1)), perm=[0, 2, 1, 3]
    )


def join_heads(graph: Graph, x: str) -> str:
    """(B, heads, T, width / heads) -> (B, T, width).

    Args:
        graph: gets it.
        x: the value.
    """
    return graph.op("Reshape", graph.op("Transpose", x, perm=[0, 2, 1, 3]), graph.ints(0, 0, -1))


def weigh(graph: Graph, query: str, keys: str, hidden: str | None, size: int) -> str:
    """Attention weights (B, heads, T, S).

    Args:
        graph: gets them.
        query: (B, heads, T, size).
        keys: (B, heads, S, size).
        hidden: what is added to the logits, 0 or minus infinity; None for nothing.
        size: of a head.
    """
    turned = graph.op("Transpose", keys, perm=[0, 1, 3, 2])
    scaled = graph.op("Mul", query, graph.number(size**-0.5))
    logits = graph.op("MatMul", scaled, turned)
    return graph.op(
        "Softmax", logits if hidden is None else graph.op("Add", logits, hidden), axis=-1
    )


def attention(graph: Graph, x: str, source: str, name: str, heads: int, hidden: str | None) -> str:
    """`torch.nn.MultiheadAttention`.

    Args:
        graph: gets it.
        x: (B, T, width), what asks.
        source: (B, S, width), what is looked at.
        name: of the layer.
        heads: how many.
        hidden: what is added to the logits, 0 or minus infinity; None for nothing.
    """
    width = graph.shapes[f"{name}.out_proj.weight"][0]
    weight, bias = (
        graph.weight(f"{name}.in_proj_weight", True),
        graph.weight(f"{name}.in_proj_bias"),
    )
    if x == source:
        both = graph.op("Add", graph.op("MatMul", x, weight), bias)
        query, key, value = graph.ops("Split", 3, both, axis=-1, num_outputs=3)
    else:
        sizes = graph.ints(width, 2 * width)
        first, rest = graph.ops("Split", 2, weight, sizes, axis=1)
        first_bias, rest_bias = graph.ops("Split", 2, bias, sizes, axis=0)
        query = graph.op("Add", graph.op("MatMul", x, first), first_bias)
        both = graph.op("Add", graph.op("MatMul", source, rest), rest_bias)
        key, value = graph.ops("Split", 2, both, axis=-1, num_outputs=2)
    q, k, v = (split_heads(graph, part, heads) for part in (query, key, value))
    weights = weigh(graph, q, k, hidden, width // heads)
    return linear(graph, join_heads(graph, graph.op("MatMul", weights, v)), f"{name}.out_proj")


def feed(graph: Graph, x: str, first: str, second: str) -> str:
    """Two linear layers with a GELU between them.

    Args:
        graph: gets them.
        x: (..., width).
        first: name of the first layer.
        second: name of the second one.
    """
    return linear(graph, graph.op("Gelu", linear(graph, x, first)), second)


def encoder_layer(graph: Graph, x: str, name: str, heads: int, hidden: str | None) -> str:
    """`torch.nn.TransformerEncoderLayer` with GELU and norms before its parts.

    Args:
        graph: gets it.
        x: (B, T, width).
        name: of the layer.
        heads: how many.
        hidden: what is added to the logits, 0 or minus infinity; None for nothing.
    """
    normed = norm(graph, x, f"{name}.norm1")
    x = graph.op("Add", x, attention(graph, normed, normed, f"{name}.self_attn", heads, hidden))
    normed = norm(graph, x, f"{name}.norm2")
    return graph.op("Add", x, feed(graph, normed, f"{name}.linear1", f"{name}.linear2"))
