"""Graphs of the pixel decoders, the box classifier and the box refiner."""

from __future__ import annotations

from typing import NamedTuple

from geomagnifier.models.small.maps import LEVELS, MAPS, QUARTERS, UNIT
from geomagnifier_lab.graphs.builder import Graph, add, linear, norm
from geomagnifier_lab.graphs.image_side import LOW, finest_inputs
from geomagnifier_lab.networks.box_classifier import GRID as CLASS_GRID
from geomagnifier_lab.networks.box_refiner import GRID, GROWN, SMALLEST, STRIDES
from geomagnifier_lab.networks.linear_decoder import SURE


def bend(graph: Graph) -> None:
    """States (Q, 256) -> the shift and the kernel that each puts into each level."""
    states = graph.input("states", "Q", "S")
    h = linear(
        graph, graph.op("Relu", linear(graph, states, "decoder.project.0")), "decoder.project.2"
    )
    h = graph.op("Mul", h, graph.weight("decoder.blend"))
    inner = graph.shapes["decoder.question.0.weight"][0]
    for n in range(LEVELS):
        kernel = linear(graph, h, f"decoder.kernel.{n}")
        kernel = graph.op("Reshape", kernel, graph.ints(-1, MAPS, inner))
        level = graph.op("Gather", graph.weight("decoder.level_weight"), graph.ints(n), axis=0)
        level = graph.op("Reshape", level, graph.ints(1, MAPS, 1))
        kernel = graph.op("Mul", graph.op("Mul", kernel, graph.number(inner**-0.5)), level)
        graph.output(f"shift{n + 1}", linear(graph, h, f"decoder.question.{n}"), "Q", inner)
        graph.output(f"kernel{n + 1}", kernel, "Q", MAPS, inner)


def draw(graph: Graph) -> None:
    """Features of one view, shifts and kernels of Q classes -> their maps."""
    total, size = "", ""
    for n in (1, 2, 3):
        g = _shifted(graph, n, graph.input(f"shift{n}", "Q", "I"), f"decoder.norm.{n - 1}")
        kernel = graph.input(f"kernel{n}", "Q", MAPS, "I")
        maps = _laid_out(
            graph, n, graph.op("Gelu", g), graph.op("Transpose", kernel, perm=[0, 2, 1])
        )
        if n == 1:
            total, size = maps, graph.op("Shape", maps, start=2)
        else:
            total = graph.op("Add", total, _widened(graph, maps, size))
    bias = graph.op("Unsqueeze", graph.input("bias", "R", MAPS), graph.ints(2, 3))
    parts = graph.ints(QUARTERS, 1, 4, 2)
    mask, centre, sides, offset = graph.ops("Split", 4, graph.op("Add", total, bias), parts, axis=1)
    fine = graph.op("DepthToSpace", mask, blocksize=2, mode="CRD")
    graph.output("mask", graph.op("Transpose", fine, perm=[1, 0, 2, 3]), 1, "Q", "H", "W")
    graph.output("centre", graph.op("Transpose", centre, perm=[1, 0, 2, 3]), 1, "Q", "h", "w")
    sides = graph.op("Exp", graph.op("Clip", sides, graph.number(-4.0), graph.number(4.0)))
    sides, offset = (graph.op("Mul", part, graph.number(UNIT)) for part in (sides, offset))
    graph.output("sides", graph.op("Unsqueeze", sides, graph.ints(0)), 1, "Q", 4, "h", "w")
    graph.output("offset", graph.op("Unsqueeze", offset, graph.ints(0)), 1, "Q", 2, "h", "w")


def presence(graph: Graph) -> None:
    """States, maps and features at H/32 of one view -> logits of the classes being there."""
    states = graph.input("states", "Q", "S")
    mask, centre = graph.input("mask", 1, "Q", "H", "W"), graph.input("centre", 1, "Q", "h", "w")
    last = graph.input("last", 1, 352, "r", "c")
    best = [_highest(graph, mask, k) for k in (64, 1024)]
    centres = _highest(graph, centre, 3)
    first = graph.op("Slice", centres, graph.ints(0), graph.ints(1), graph.ints(1))
    means = [graph.op("ReduceMean", part, graph.ints(1), keepdims=1) for part in (centres, *best)]
    context = linear(
        graph, graph.op("ReduceMean", last, graph.ints(2, 3), keepdims=0), "presence.image"
    )
    alike = graph.op("ReduceSum", graph.op("Mul", states, context), graph.ints(1), keepdims=1)
    alike = graph.op("Mul", alike, graph.number(graph.shapes["presence.image.weight"][0] ** -0.5))
    features = graph.op("Concat", first, *means, alike, axis=1)
    features = graph.op("Div", features, graph.number(4.0))
    hidden = graph.op("Relu", linear(graph, features, "presence.judge.0"))
    graph.output("presence", linear(graph, hidden, "presence.judge.2"), "Q", 1)


def linear_masks(graph: Graph) -> None:
    """States (Q, 256) and the pyramid of one view -> mask logits of the linear decoder."""
    states = graph.input("states", "Q", "S")
    h = linear(graph, graph.op("Relu", linear(graph, states, "project.0")), "project.2")
    total, size = "", ""
    for n in (1, 2, 3):
        level = graph.input(f"f{n}", 1, 256, f"h{n}", f"w{n}")
        image = graph.op(
            "Conv",
            level,
            graph.weight(f"image.{n - 1}.weight"),
            graph.weight(f"image.{n - 1}.bias"),
        )
        image = graph.op("Transpose", image, perm=[0, 2, 3, 1])
        shift = graph.op("Unsqueeze", linear(graph, h, f"question.{n - 1}"), graph.ints(1, 2))
        g = norm(graph, graph.op("Add", image, shift), f"norm.{n - 1}")
        mask = graph.op("Sigmoid", linear(graph, g, f"second.{n - 1}"))
        mask = graph.op("Transpose", mask, perm=[0, 3, 1, 2])
        weight = graph.op("Gather", graph.weight("level"), graph.ints(n - 1), axis=0)
        if n == 1:
            size = graph.op("Shape", mask, start=2)
        else:
            mask = _widened(graph, mask, size)
        part = graph.op("Mul", mask, weight)
        total = graph.op("Add", total, part) if total else part
    held = graph.op("Clip", total, graph.number(SURE), graph.number(1 - SURE))
    fine = graph.op("DepthToSpace", held, blocksize=2, mode="CRD")
    odds = graph.op("Div", fine, graph.op("Sub", graph.number(1.0), fine))
    logits = graph.op("Transpose", graph.op("Log", odds), perm=[1, 0, 2, 3])
    graph.output("mask", logits, 1, "Q", "H", "W")


def box_features(graph: Graph) -> None:
    """f2, f3 of one view and boxes (N, 4) -> the box classifier's last hidden layer."""
    f2, f3 = (graph.input(f"f{n}", 1, 256, f"h{n}", f"w{n}") for n in (2, 3))
    low, high = graph.ops("Split", 2, graph.input("boxes", "N", 4), axis=1, num_outputs=2)
    middle = graph.op("Div", graph.op("Add", low, high), graph.number(2.0))
    half = graph.op("Div", graph.op("Sub", high, low), graph.number(2.0))
    size = graph.op("Log", graph.op("Max", half, graph.number(1.0)))
    pooled = [
        graph.op(
            "ReduceMean",
            _sampled(graph, level, middle, side, stride, CLASS_GRID),
            graph.ints(1),
            keepdims=0,
        )
        for level, side, stride in (
            (f2, _times(graph, half, 2), 8),
            (f3, _times(graph, half, 2), 16),
            (f3, _times(graph, half, 4), 16),
        )
    ]
    x = graph.op("Concat", *pooled, graph.op("Div", size, graph.number(4.0)), axis=1)
    described = graph.op("Relu", linear(graph, x, "box_classifier.layers.0"))
    graph.output("described", described, "N", 256)


def finest_samples(graph: Graph) -> None:
    """What f1 is made of, and boxes (N, 4) -> samples of f1 on the refiner's grid.

    Samples are taken before the convolutions, which are linear: they have few rows then.
    """
    low, f2, wide = finest_inputs(graph)
    middle, side, _ = _seen_by_refiner(graph, graph.input("boxes", "N", 4))
    height, width = _lengths(graph, low)
    cells = _grid(graph, height, width, middle, side, STRIDES[0], GRID)
    parts = [_looked_up(graph, _as_rows(graph, f2), _lengths(graph, f2)[1], cells, by=2.0)]
    for rows, name, inputs in (
        (_as_rows(graph, low), "lateral", graph.shapes[LOW][1]),
        (graph.op("Reshape", wide, graph.ints(-1, 256)), "mix", 256),
    ):
        weight = graph.op("Reshape", graph.weight(f"neck.{name}.0.weight"), graph.ints(256, inputs))
        weight = graph.op("Transpose", weight, perm=[1, 0])
        samples = _looked_up(graph, rows, width, cells)
        parts += [graph.op("MatMul", samples, weight), graph.weight(f"neck.{name}.0.bias")]
    graph.output("samples", add(graph, *parts), "N", GRID**2, 256)


def box_refiner(graph: Graph) -> None:
    """Samples of f1, f2 and f3, boxes (N, 4), the state of their class -> better boxes, their fit.

    The samples are those of `finest_samples`.
    """
    samples = graph.input("samples", "N", GRID**2, 256)
    levels = [graph.input(f"f{n}", 1, 256, f"h{n}", f"w{n}") for n in (2, 3)]
    boxes, state = graph.input("boxes", "N", 4), graph.input("state", 1, 256)
    middle, side, size = _seen_by_refiner(graph, boxes)
    rows = [
        samples,
        *(
            _sampled(graph, level, middle, side, stride, GRID)
            for level, stride in zip(levels, STRIDES[1:], strict=True)
        ),
    ]
    seen = [graph.op("Relu", linear(graph, row, f"reduce.{n}")) for n, row in enumerate(rows)]
    flat = graph.op("Flatten", graph.op("Concat", *seen, axis=2), axis=1)
    length = graph.op("Log", graph.op("Max", size, graph.number(1.0)))
    length = graph.op("Div", length, graph.number(4.0))
    x = graph.op("Relu", add(graph, linear(graph, flat, "see"), linear(graph, length, "size")))
    scale = graph.op("Add", linear(graph, state, "scale"), graph.number(1.0))
    x = add(graph, graph.op("Mul", x, scale), linear(graph, state, "shift"))
    x = graph.op("Relu", linear(graph, graph.op("Relu", x), "mix.2"))
    reach = graph.op("Max", graph.op("Concat", size, size, axis=1), graph.number(4.0))
    moved = add(graph, boxes, graph.op("Mul", linear(graph, x, "edges"), reach))
    low, high = graph.ops("Split", 2, moved, axis=1, num_outputs=2)
    high = graph.op("Max", high, graph.op("Add", low, graph.number(1.0)))
    graph.output("moved", graph.op("Concat", low, high, axis=1), "N", 4)
    graph.output("fit", linear(graph, x, "fit"), "N", 1)


def _seen_by_refiner(graph: Graph, boxes: str) -> tuple[str, str, str]:
    """Middles and sides of the grids over boxes (N, 4), and the boxes' sizes, (N, 2) each."""
    low, high = graph.ops("Split", 2, boxes, axis=1, num_outputs=2)
    size = graph.op("Sub", high, low)
    middle = graph.op("Div", graph.op("Add", low, high), graph.number(2.0))
    side = graph.op("Max", _times(graph, size, GROWN), graph.number(SMALLEST))
    return middle, side, size


def _times(graph: Graph, x: str, factor: float) -> str:
    return graph.op("Mul", x, graph.number(factor))


def _shifted(graph: Graph, n: int, shift: str, name: str) -> str:
    """LayerNorm of a level's features with each class's shift, (Q, h, w, I)."""
    image = graph.input(f"p{n}", 1, f"h{n}", f"w{n}", "I")
    return norm(graph, graph.op("Add", image, graph.op("Unsqueeze", shift, graph.ints(1, 2))), name)


def _laid_out(graph: Graph, n: int, g: str, kernel: str) -> str:
    """(Q, h, w, I) and (Q, I, maps) -> (Q, maps, h, w)."""
    rows = graph.op(
        "Reshape", g, graph.ints(0, -1, graph.shapes[f"decoder.norm.{n - 1}.weight"][0])
    )
    maps = graph.op("Transpose", graph.op("MatMul", rows, kernel), perm=[0, 2, 1])
    shape = graph.op("Concat", graph.ints(0, MAPS), graph.op("Shape", g, start=1, end=3), axis=0)
    return graph.op("Reshape", maps, shape)


def _widened(graph: Graph, maps: str, size: str) -> str:
    """Maps of a coarser level at the size of the finest one, bilinear."""
    sizes = graph.op("Concat", graph.op("Shape", maps, end=2), size, axis=0)
    return graph.op(
        "Resize", maps, "", "", sizes, mode="linear", coordinate_transformation_mode="half_pixel"
    )


def _highest(graph: Graph, maps: str, most: int) -> str:
    """The highest cells of maps (1, Q, h, w), best first, (Q, k <= most)."""
    flat = graph.op("Flatten", graph.op("Squeeze", maps, graph.ints(0)), axis=1)
    k = graph.op("Min", graph.op("Shape", flat, start=1), graph.ints(most))
    return graph.ops("TopK", 2, flat, k, axis=1)[0]


class _Grid(NamedTuple):
    """The cells around samples on grids over N boxes, (N, grid, 1) down and (N, 1, grid) across."""

    rows: tuple[str, str]
    """Of the cells above and below a sample."""
    columns: tuple[str, str]
    """Of those to its left and right."""
    down: str
    """How far it lies from the first row to the second, 0..1."""
    across: str
    """From the first column to the second."""


def _sampled(graph: Graph, level: str, middle: str, side: str, stride: int, grid: int) -> str:
    """Bilinear samples on a grid over boxes, (N, grid * grid, C).

    `middle` and `side` are (N, 2) px; what lies beyond the edge is that of the edge.
    """
    height, width = _lengths(graph, level)
    cells = _grid(graph, height, width, middle, side, stride, grid)
    return _looked_up(graph, _as_rows(graph, level), width, cells)


def _lengths(graph: Graph, level: str) -> list[str]:
    """Height and width of a level, in cells."""
    size = graph.op("Cast", graph.op("Shape", level, start=2), to=1)
    return graph.ops("Split", 2, size, axis=0, num_outputs=2)


def _as_rows(graph: Graph, level: str) -> str:
    """(1, C, h, w) -> (h * w, C): a cell's values lie side by side, and are looked up at once.

    GridSample takes them one by one, and twenty times as long.
    """
    channels = graph.op("Shape", level, start=1, end=2)
    shape = graph.op("Concat", graph.ints(-1), channels, axis=0)
    return graph.op("Reshape", graph.op("Transpose", level, perm=[0, 2, 3, 1]), shape)


def _grid(
    graph: Graph, height: str, width: str, middle: str, side: str, stride: int, grid: int
) -> _Grid:
    """Where a grid over each box lies in a level."""
    steps = graph.op(
        "Concat",
        *(
            graph.op("Unsqueeze", graph.number((i + 0.5) / grid - 0.5), graph.ints(0))
            for i in range(grid)
        ),
        axis=0,
    )
    ends: list[tuple[str, str]] = []
    shares: list[str] = []
    for axis, cells, spread in ((1, height, 2), (0, width, 1)):
        of = [
            graph.op("Slice", v, graph.ints(axis), graph.ints(axis + 1), graph.ints(1))
            for v in (middle, side)
        ]
        place = graph.op("Add", of[0], graph.op("Mul", of[1], steps))  # (N, grid) px
        place = graph.op("Div", place, graph.number(float(stride)))
        place = graph.op("Max", graph.op("Sub", place, graph.number(0.5)), graph.number(0.0))
        last = graph.op("Sub", cells, graph.number(1.0))
        place = graph.op("Unsqueeze", graph.op("Min", place, last), graph.ints(spread))
        first = graph.op("Floor", place)
        shares.append(graph.op("Sub", place, first))
        ends.append((first, graph.op("Min", graph.op("Add", first, graph.number(1.0)), last)))
    return _Grid(ends[0], ends[1], shares[0], shares[1])


def _looked_up(graph: Graph, rows: str, width: str, cells: _Grid, by: float = 1.0) -> str:
    """Samples (N, grid * grid, C) of a level given as rows.

    `cells` are those of a level `by` times as fine, of which each block has one value.
    """

    def index(row: str, column: str) -> str:
        if by != 1.0:
            row, column = (
                graph.op("Floor", graph.op("Div", part, graph.number(by))) for part in (row, column)
            )
        return graph.op("Cast", graph.op("Add", graph.op("Mul", row, width), column), to=7)

    across = graph.op("Unsqueeze", cells.across, graph.ints(3))
    lines = []
    for row in cells.rows:
        left, right = (
            graph.op("Gather", rows, index(row, column), axis=0) for column in cells.columns
        )
        moved = graph.op("Mul", graph.op("Sub", right, left), across)
        lines.append(graph.op("Add", left, moved))
    down = graph.op("Unsqueeze", cells.down, graph.ints(3))
    moved = graph.op("Mul", graph.op("Sub", lines[1], lines[0]), down)
    channels = graph.op("Shape", rows, start=1)
    shape = graph.op("Concat", graph.ints(0, -1), channels, axis=0)
    return graph.op("Reshape", graph.op("Add", lines[0], moved), shape)
