"""Graphs of the image side and of the proposal network: `backbone.py`, `proposal_net.py`."""

from __future__ import annotations

from geomagnifier_lab.graphs.builder import Graph, add, convolve, linear
from geomagnifier_lab.networks.backbone import ENDS, HEAD, STAGES, STEM
from geomagnifier_lab.networks.proposal_net import DEPTH

LOW = "neck.lateral.0.weight"
"""Reads the trunk's features at H/4."""


def views(graph: Graph) -> None:
    """Views -> pyramid, the pixel decoder's features of each level, and features at H/32.

    f1 is not made: what the decoder reads of it is a linear map of what it is made of, see
    `inference_sessions.joined`. `finest` makes it where all of it is wanted.
    """
    ends = _trunk(graph, _pixels(graph), "trunk.", len(_blocks()))
    above = ""
    levels: list[str] = []
    for i in (3, 2, 1):
        x, wide = _spread(graph, i, ends[i], above)
        above = graph.op("Add", x, convolve(graph, wide, f"neck.mix.{i}"))
        levels.insert(0, above)
    _, wide = _spread(graph, 0, ends[0], above)
    graph.output("low", ends[0], "B", *_low(graph))
    graph.output("wide", graph.op("Transpose", wide, perm=[0, 2, 3, 1]), "B", "h1", "w1", 256)
    for n, level in enumerate(levels[:2], 2):
        graph.output(f"f{n}", level, "B", 256, f"h{n}", f"w{n}")
    finest = _doubled(graph, graph.op("Conv", levels[0], graph.weight("decoder.image.0.weight")))
    lateral = graph.op("Conv", ends[0], graph.weight("joined.lateral.weight"))
    finest = graph.op("Add", finest, lateral)
    finest = graph.op("Add", finest, convolve(graph, wide, "joined.mix"))
    images = [finest, *(convolve(graph, levels[n - 1], f"decoder.image.{n}") for n in (1, 2))]
    for n, image in enumerate(images, 1):
        graph.output(
            f"p{n}",
            graph.op("Transpose", image, perm=[0, 2, 3, 1]),
            *("B", f"h{n}", f"w{n}", 128),
        )
    graph.output("last", ends[3], "B", STAGES[-1][-1], "h", "w")


def finest(graph: Graph) -> None:
    """The trunk's features at H/4, what the neck's last convolution there reads, f2 -> f1."""
    low, f2, wide = finest_inputs(graph)
    x = graph.op("Add", _doubled(graph, f2), convolve(graph, low, "neck.lateral.0"))
    wide = graph.op("Transpose", wide, perm=[0, 3, 1, 2])
    made = graph.op("Add", x, convolve(graph, wide, "neck.mix.0"))
    graph.output("f1", made, "B", 256, "h1", "w1")


def finest_inputs(graph: Graph) -> tuple[str, str, str]:
    """What f1 is made of: low, f2 and wide, whose channels come last."""
    return (
        graph.input("low", "B", *_low(graph)),
        graph.input("f2", "B", 256, "h2", "w2"),
        graph.input("wide", "B", "h1", "w1", 256),
    )


def _low(graph: Graph) -> tuple[int, str, str]:
    """Channels and lengths of the trunk's features at H/4."""
    return graph.shapes[LOW][1], "h1", "w1"


def _spread(graph: Graph, i: int, end: str, above: str) -> tuple[str, str]:
    """A level of the neck before its last convolution, which reads the second value."""
    # what a convolution is added to comes before it: onnxruntime then adds it on the way
    doubled = _doubled(graph, above) if above else ""
    x = convolve(graph, end, f"neck.lateral.{i}")
    x = graph.op("Add", doubled, x) if above else x
    wide = convolve(
        graph,
        x,
        f"neck.spread.{i}",
        group=graph.shapes["neck.spread.0.weight"][0],
        pads=[1] * 4,
    )
    return x, graph.op("Relu", wide)


def glance(graph: Graph) -> None:
    """Thumbnails -> features at H/32, and one vector for each."""
    last = _trunk(graph, _pixels(graph), "trunk.", len(_blocks()))[3]
    head = _conv(graph, last, "trunk.head", 1, 1, True)
    graph.output("last", last, "B", STAGES[-1][-1], "h", "w")
    graph.output("pooled", graph.op("ReduceMean", head, graph.ints(2, 3), keepdims=0), "B", HEAD)


def eyes(graph: Graph) -> None:
    """What heads of custom classes read of a pyramid; their convolutions are inputs."""
    for n in (1, 2, 3):
        level = graph.input(f"f{n}", "B", 256, f"h{n}", f"w{n}")
        weight, bias = graph.input(f"weight{n}", "I", 256, 1, 1), graph.input(f"bias{n}", "I")
        image = graph.op("Conv", level, weight, bias)
        graph.output(
            f"p{n}",
            graph.op("Transpose", image, perm=[0, 2, 3, 1]),
            *("B", f"h{n}", f"w{n}", "I"),
        )


def scout(graph: Graph) -> None:
    """A view -> features at H/4, of which each class's map is a linear map, and its scale."""
    ends = _trunk(graph, _pixels(graph), "", DEPTH)
    y = ""
    for i in (2, 1, 0):
        here = convolve(graph, ends[i], f"lateral.{i}")
        y = graph.op("Add", here, _doubled(graph, y)) if y else here
    for i, size in enumerate((5, 1, 5, 1)):
        y = _conv(graph, y, f"mix.{i}", 1, graph.shapes["mix.0.weight"][0] if size > 1 else 1, True)
    graph.output("features", y, "B", 64, "h", "w")
    pooled = graph.op("ReduceMean", ends[2], graph.ints(2, 3), keepdims=0)
    shrink = linear(graph, graph.op("Relu", linear(graph, pooled, "shrink.0")), "shrink.2")
    graph.output("shrink", shrink, "B", 1)


def _pixels(graph: Graph) -> str:
    """uint8 (B, H, W, 3) -> (B, 3, H, W) in [-1, 1], as `backbone.normalise`."""
    pixels = graph.input("pixels", "B", "H", "W", 3, of="uint8")
    x = graph.op("Cast", graph.op("Transpose", pixels, perm=[0, 3, 1, 2]), to=1)
    return graph.op("Div", graph.op("Sub", x, graph.number(127.0)), graph.number(128.0))


def _trunk(graph: Graph, x: str, name: str, depth: int) -> list[str]:
    """The first blocks of the trunk -> features at strides 4, 8, 16, 32."""
    x, ends = _conv(graph, x, f"{name}stem", 2, 1, True), []
    for i, (expansion, stride, inputs, outputs) in enumerate(_blocks()[:depth]):
        block, wide = f"{name}blocks.{i}", inputs * expansion
        y = _conv(graph, x, f"{block}.expand", 1, 1, True) if expansion > 1 else x
        y = _conv(graph, y, f"{block}.depthwise", stride, wide, True)
        y = _conv(graph, y, f"{block}.project", 1, 1, False)
        x = add(graph, x, y) if stride == 1 and inputs == outputs else y
        if i in ENDS:
            ends.append(x)
    return ends


def _blocks() -> list[tuple[int, int, int, int]]:
    """Expansion, stride, input and output channels of the trunk's blocks."""
    blocks, inputs = [], STEM
    for count, expansion, _, stride, outputs in STAGES:
        for i in range(count):
            blocks.append((expansion, stride if i == 0 else 1, inputs, outputs))
            inputs = outputs
    return blocks


def _conv(graph: Graph, x: str, name: str, stride: int, groups: int, relu: bool) -> str:
    """`backbone.ConvNorm`, folded: SAME padding as TensorFlow has it."""
    y = convolve(graph, x, name, strides=[stride] * 2, group=groups, auto_pad="SAME_UPPER")
    return graph.op("Clip", y, graph.number(0.0), graph.number(6.0)) if relu else y


def _doubled(graph: Graph, x: str) -> str:
    """Rows and columns twice: the levels nest, as views are padded to multiples of 32 px."""
    scales = graph.op(
        "Concat",
        *(graph.op("Unsqueeze", graph.number(s), graph.ints(0)) for s in (1.0, 1.0, 2.0, 2.0)),
        axis=0,
    )
    return graph.op(
        "Resize",
        x,
        "",
        scales,
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
