"""Graphs of the sentence encoder, the text decoder, the selector and the translator of Chinese.

Tables of words stand outside: rows of words and of places are looked up before, and scores of words
are made behind, so that one graph serves vocabularies of any size.
"""

from __future__ import annotations

from geomagnifier.models.small.selector import NUMBERS
from geomagnifier.models.small.text_writer import PLACE
from geomagnifier_lab.graphs.builder import (
    Graph,
    add,
    attention,
    encoder_layer,
    feed,
    join_heads,
    linear,
    norm,
    split_heads,
    weigh,
)
from geomagnifier_lab.networks.text_encoder import HEADS, LAYERS, WIDTH

TEXT_LAYERS, TEXT_HEADS, TEXT_WIDTH = 4, 8, 256
"""Of the text decoder."""
SELECTOR_LAYERS, SELECTOR_HEADS = 3, 4
CHINESE_LAYERS, CHINESE_HEADS = 3, 4


def sentence(graph: Graph) -> None:
    """Rows of words with their places (B, T, 384) -> states of the tokens, sentence vectors."""
    x = graph.input("words", "B", "T", WIDTH)
    hidden = graph.input("hidden", "B", 1, 1, "T")
    there = graph.input("there", "B", "T", 1)
    x = norm(graph, x, "norm", 1e-12)
    for i in range(LAYERS):
        name = f"layers.layers.{i}"
        looked = attention(graph, x, x, f"{name}.self_attn", HEADS, hidden)
        x = norm(graph, add(graph, x, looked), f"{name}.norm1", 1e-12)
        fed = feed(graph, x, f"{name}.linear1", f"{name}.linear2")
        x = norm(graph, add(graph, x, fed), f"{name}.norm2", 1e-12)
    graph.output("states", x, "B", "T", WIDTH)
    mean = graph.op(
        "Div",
        graph.op("ReduceSum", graph.op("Mul", x, there), graph.ints(1), keepdims=0),
        graph.op("ReduceSum", there, graph.ints(1), keepdims=0),
    )
    length = graph.op("Max", graph.op("ReduceL2", mean, graph.ints(1)), graph.number(1e-12))
    graph.output("pooled", graph.op("Div", mean, length), "B", WIDTH)


def image_tokens(graph: Graph) -> None:
    """Features at H/32 as a list (B, n, 352), and where each lies (n, 4) -> image tokens."""
    image = linear(graph, graph.input("features", "B", "N", 352), "text.image")
    place = graph.input("places", "N", 4)
    place = feed(graph, place, "text.image_place.0", "text.image_place.2")
    tokens = norm(graph, graph.op("Add", image, place), "text.image_norm")
    graph.output("tokens", tokens, "B", "N", TEXT_WIDTH)


def instance_tokens(graph: Graph) -> None:
    """Rows of the words of classes (B, N, 256), and numbers of objects -> instance tokens."""
    words, places = (
        graph.input("words", "B", "N", TEXT_WIDTH),
        graph.input("places", "B", "N", PLACE),
    )
    fed = feed(graph, places, "text.instance.0", "text.instance.2")
    tokens = norm(graph, graph.op("Add", words, fed), "text.instance_norm")
    graph.output("tokens", tokens, "B", "N", TEXT_WIDTH)


def question(graph: Graph) -> None:
    """The question and the memory -> keys and values that an answer is written after."""
    x = linear(graph, graph.input("states", "B", "T", WIDTH), "text.question")
    x = graph.op("Add", x, graph.input("places", "T", TEXT_WIDTH))
    hidden = graph.input("hidden", "B", 1, 1, "T")
    memory = graph.input("memory", "M", "S", TEXT_WIDTH)
    absent = graph.input("absent", "M", 1, 1, "S")
    past, looked = [], []
    for i in range(TEXT_LAYERS):
        name = f"text.layers.{i}"
        looked.append(_keys(graph, memory, f"{name}.image"))
        normed = norm(graph, x, f"{name}.norms.0")
        past.append(_keys(graph, normed, f"{name}.itself"))
        if i == TEXT_LAYERS - 1:
            break  # nothing that is made of the question's last states is read
        x = add(graph, x, _attend(graph, normed, past[i], f"{name}.itself", hidden))
        normed = norm(graph, x, f"{name}.norms.1")
        x = add(graph, x, _attend(graph, normed, looked[i], f"{name}.image", absent))
        x = add(graph, x, _fed(graph, x, name))
    for what, pairs, rows, length in (("past", past, "B", "T"), ("memory", looked, "M", "S")):
        for n, part in enumerate(("keys", "values")):
            stacked = _stacked(graph, [pair[n] for pair in pairs])
            graph.output(f"{what}_{part}", stacked, TEXT_LAYERS, rows, TEXT_HEADS, length, 32)


def answer(graph: Graph) -> None:
    """Words to be written after what is in the cache -> normed states, and the new cache."""
    x, hidden, absent, past, looked = _answer_inputs(graph)
    kept = []
    for i in range(TEXT_LAYERS):
        name = f"text.layers.{i}"
        normed = norm(graph, x, f"{name}.norms.0")
        fresh = _keys(graph, normed, f"{name}.itself")
        keys = [
            graph.op("Concat", old, new, axis=2) for old, new in zip(past[i], fresh, strict=True)
        ]
        kept.append(keys)
        x = add(graph, x, _attend(graph, normed, keys, f"{name}.itself", hidden))
        normed = norm(graph, x, f"{name}.norms.1")
        x = add(graph, x, _attend(graph, normed, looked[i], f"{name}.image", absent))
        x = add(graph, x, _fed(graph, x, name))
    graph.output("states", norm(graph, x, "text.norm"), "B", "A", TEXT_WIDTH)
    for n, part in enumerate(("keys", "values")):
        stacked = _stacked(graph, [pair[n] for pair in kept])
        graph.output(f"past_{part}_after", stacked, TEXT_LAYERS, "B", TEXT_HEADS, "T+A", 32)


def answer_slopes(graph: Graph) -> None:
    """The cross-attention A of words to be written, and the gradient of L by it (PSC's map).

    `slope` is the gradient of L by the normed states of `answer`. The layers are gone through
    backwards by hand: autograd's derivatives, written as operators.
    """
    x, hidden, absent, past, looked = _answer_inputs(graph)
    slope = graph.input("slope", "B", "A", TEXT_WIDTH)
    layers = []
    for i in range(TEXT_LAYERS):
        name = f"text.layers.{i}"
        begin, normed = x, norm(graph, x, f"{name}.norms.0")
        keys = [
            graph.op("Concat", old, new, axis=2)
            for old, new in zip(past[i], _keys(graph, normed, f"{name}.itself"), strict=True)
        ]
        query = _query(graph, normed, f"{name}.itself")
        within = weigh(graph, query, keys[0], hidden, 32)
        middle = add(graph, x, _out(graph, within, keys[1], f"{name}.itself"))
        asks = _query(graph, norm(graph, middle, f"{name}.norms.1"), f"{name}.image")
        looks = weigh(graph, asks, looked[i][0], absent, 32)
        end = add(graph, middle, _out(graph, looks, looked[i][1], f"{name}.image"))
        x = add(graph, end, _fed(graph, end, name))
        layers.append((begin, keys, query, within, middle, looks, end))
    slope = _norm_back(graph, slope, x, "text.norm")
    maps: list[str] = []
    slopes: list[str] = []
    for i in reversed(range(TEXT_LAYERS)):
        begin, keys, query, within, middle, looks, end = layers[i]
        name = f"text.layers.{i}"
        slope = add(graph, slope, _feed_back(graph, slope, end, name))
        by_value = _out_back(graph, slope, f"{name}.image")
        by_looks = graph.op("MatMul", by_value, _turned(graph, looked[i][1]))
        maps.insert(0, looks)
        slopes.insert(0, by_looks)
        if not i:
            break  # what the first layer was given is not asked for
        by_query = graph.op("MatMul", _softmax_back(graph, by_looks, looks), looked[i][0])
        by_normed = _linear_back(graph, _merged(graph, by_query), f"{name}.image.query")
        slope = add(graph, slope, _norm_back(graph, by_normed, middle, f"{name}.norms.1"))
        by_value = _out_back(graph, slope, f"{name}.itself")
        by_within = graph.op("MatMul", by_value, _turned(graph, keys[1]))
        by_logits = _softmax_back(graph, by_within, within)
        by_normed = add(
            graph,
            _linear_back(
                graph,
                _merged(graph, graph.op("MatMul", by_logits, keys[0])),
                f"{name}.itself.query",
            ),
            _linear_back(graph, _fresh(graph, by_logits, query, begin), f"{name}.itself.key"),
            _linear_back(
                graph, _fresh(graph, within, by_value, begin, scaled=False), f"{name}.itself.value"
            ),
        )
        slope = add(graph, slope, _norm_back(graph, by_normed, begin, f"{name}.norms.0"))
    for what, values in (("maps", maps), ("slopes", slopes)):
        graph.output(what, _stacked(graph, values), TEXT_LAYERS, "B", TEXT_HEADS, "A", "S")


def selector(graph: Graph) -> None:
    """See `selector.Selector`."""
    states = graph.input("states", "B", "T", WIDTH)
    hidden, there = graph.input("hidden", "B", 1, 1, "T"), graph.input("there", "B", "T", 1)
    places = graph.input("places", "T", 128)
    things = feed(
        graph,
        graph.input("things", "B", "N", NUMBERS),
        "selector.instance.0",
        "selector.instance.2",
    )
    kinds = linear(graph, graph.input("kinds", "B", "N", WIDTH), "selector.kind")
    types = graph.weight("selector.types")
    first, second = (graph.op("Gather", types, graph.ints(n), axis=0) for n in (0, 1))
    words = add(graph, linear(graph, states, "selector.question"), places, first)
    read = encoder_layer(graph, words, "selector.reading.layers.0", SELECTOR_HEADS, hidden)
    mean = graph.op(
        "Div",
        graph.op("ReduceSum", graph.op("Mul", read, there), graph.ints(1), keepdims=0),
        graph.op("ReduceSum", there, graph.ints(1), keepdims=0),
    )
    graph.output("chooses", linear(graph, mean, "selector.chooses"), "B", 1)
    x = graph.op("Concat", words, add(graph, things, kinds, second), axis=1)
    count = graph.op("Shape", things, start=1, end=2)
    zeros = graph.op(
        "Expand",
        graph.number(0.0),
        graph.op("Concat", graph.op("Shape", hidden, end=3), count, axis=0),
    )
    all_hidden = graph.op("Concat", hidden, zeros, axis=3)
    for i in range(SELECTOR_LAYERS):
        x = encoder_layer(graph, x, f"selector.layers.layers.{i}", SELECTOR_HEADS, all_hidden)
    behind = graph.op(
        "Slice", x, graph.op("Shape", states, start=1, end=2), graph.ints(10**6), graph.ints(1)
    )
    meant = linear(graph, norm(graph, behind, "selector.norm"), "selector.meant")
    graph.output("meant", meant, "B", "N", 1)


def chinese_letters(graph: Graph) -> None:
    """Rows of characters with their places (1, T, 128) -> memory of the translator."""
    x = graph.input("letters", "B", "T", 128)
    for i in range(CHINESE_LAYERS):
        x = encoder_layer(graph, x, f"encoder.layers.{i}", CHINESE_HEADS, None)
    graph.output("memory", norm(graph, x, "encoder.norm"), "B", "T", 128)


def chinese_words(graph: Graph) -> None:
    """Rows of the words so far with their places, and the memory -> states of the next words."""
    x, memory = graph.input("words", "B", "W", 128), graph.input("memory", "B", "T", 128)
    hidden = graph.input("hidden", "W", "W")
    name = "decoder.layers.0"
    normed = norm(graph, x, f"{name}.norm1")
    x = add(graph, x, attention(graph, normed, normed, f"{name}.self_attn", CHINESE_HEADS, hidden))
    normed = norm(graph, x, f"{name}.norm2")
    x = add(
        graph, x, attention(graph, normed, memory, f"{name}.multihead_attn", CHINESE_HEADS, None)
    )
    fed = feed(graph, norm(graph, x, f"{name}.norm3"), f"{name}.linear1", f"{name}.linear2")
    graph.output("states", norm(graph, add(graph, x, fed), "decoder.norm"), "B", "W", 128)


Keys = list[str]
"""Keys and values (B, heads, T, width / heads)."""


def _answer_inputs(graph: Graph) -> tuple[str, str, str, list[Keys], list[Keys]]:
    x = graph.input("words", "B", "A", TEXT_WIDTH)
    hidden = graph.input("hidden", "B", 1, "A", "T+A")
    absent = graph.input("absent", "M", 1, 1, "S")
    pairs = [
        [
            graph.input(f"{what}_{part}", TEXT_LAYERS, rows, TEXT_HEADS, length, 32)
            for part in ("keys", "values")
        ]
        for what, rows, length in (("past", "B", "T"), ("memory", "M", "S"))
    ]
    past, looked = (
        [
            [
                graph.op("Squeeze", graph.op("Gather", both, graph.ints(i), axis=0), graph.ints(0))
                for both in pair
            ]
            for i in range(TEXT_LAYERS)
        ]
        for pair in pairs
    )
    return x, hidden, absent, past, looked


def _keys(graph: Graph, x: str, name: str) -> Keys:
    parts = linear(graph, x, f"{name}.key", bias=False), linear(graph, x, f"{name}.value")
    return [split_heads(graph, part, TEXT_HEADS) for part in parts]


def _query(graph: Graph, normed: str, name: str) -> str:
    return split_heads(graph, linear(graph, normed, f"{name}.query"), TEXT_HEADS)


def _out(graph: Graph, weights: str, values: str, name: str) -> str:
    return linear(graph, join_heads(graph, graph.op("MatMul", weights, values)), f"{name}.out")


def _attend(graph: Graph, normed: str, keys: Keys, name: str, hidden: str) -> str:
    weights = weigh(graph, _query(graph, normed, name), keys[0], hidden, TEXT_WIDTH // TEXT_HEADS)
    return _out(graph, weights, keys[1], name)


def _fed(graph: Graph, x: str, name: str) -> str:
    return feed(graph, norm(graph, x, f"{name}.norms.2"), f"{name}.feed.0", f"{name}.feed.3")


def _stacked(graph: Graph, values: list[str]) -> str:
    return graph.op(
        "Concat", *(graph.op("Unsqueeze", value, graph.ints(0)) for value in values), axis=0
    )


def _turned(graph: Graph, x: str) -> str:
    return graph.op("Transpose", x, perm=[0, 1, 3, 2])


def _merged(graph: Graph, x: str) -> str:
    """Heads joined, of the gradient by queries: they were scaled."""
    return graph.op("Mul", join_heads(graph, x), graph.number((TEXT_WIDTH // TEXT_HEADS) ** -0.5))


def _linear_back(graph: Graph, slope: str, name: str) -> str:
    return graph.op("MatMul", slope, graph.weight(f"{name}.weight"))


def _out_back(graph: Graph, slope: str, name: str) -> str:
    """Gradient by what the output layer of an attention is given, by heads."""
    return split_heads(graph, _linear_back(graph, slope, f"{name}.out"), TEXT_HEADS)


def _softmax_back(graph: Graph, slope: str, weights: str) -> str:
    mean = graph.op("ReduceSum", graph.op("Mul", slope, weights), graph.ints(-1), keepdims=1)
    return graph.op("Mul", weights, graph.op("Sub", slope, mean))


def _fresh(graph: Graph, rows: str, times: str, fresh: str, scaled: bool = True) -> str:
    """Gradient by the keys or values of the words that are written, of all that are attended to."""
    last = graph.op("Neg", graph.op("Shape", fresh, start=1, end=2))
    own = graph.op("Slice", rows, last, graph.ints(10**6), graph.ints(3))
    by_keys = graph.op("MatMul", _turned(graph, own), times)
    return _merged(graph, by_keys) if scaled else join_heads(graph, by_keys)


def _norm_back(graph: Graph, slope: str, x: str, name: str) -> str:
    """Gradient by what a LayerNorm is given."""
    axis = graph.ints(-1)
    away = graph.op("Sub", x, graph.op("ReduceMean", x, axis))
    variance = graph.op("ReduceMean", graph.op("Mul", away, away), axis)
    spread = graph.op("Sqrt", graph.op("Add", variance, graph.number(1e-5)))
    unit = graph.op("Div", away, spread)
    slope = graph.op("Mul", slope, graph.weight(f"{name}.weight"))
    along = graph.op("Mul", unit, graph.op("ReduceMean", graph.op("Mul", slope, unit), axis))
    level = graph.op("ReduceMean", slope, axis)
    return graph.op("Div", graph.op("Sub", graph.op("Sub", slope, level), along), spread)


def _feed_back(graph: Graph, slope: str, x: str, name: str) -> str:
    """Gradient by what the feed-forward part is given."""
    inner = linear(graph, norm(graph, x, f"{name}.norms.2"), f"{name}.feed.0")
    half = graph.number(0.5)
    shape = graph.op("Erf", graph.op("Mul", inner, graph.number(2**-0.5)))
    below = graph.op("Mul", graph.op("Add", shape, graph.number(1.0)), half)
    square = graph.op("Mul", graph.op("Mul", inner, inner), graph.number(-0.5))
    density = graph.op("Mul", graph.op("Exp", square), graph.number(0.3989422804014327))
    gelu = add(graph, below, graph.op("Mul", inner, density))
    by_inner = graph.op("Mul", _linear_back(graph, slope, f"{name}.feed.3"), gelu)
    return _norm_back(graph, _linear_back(graph, by_inner, f"{name}.feed.0"), x, f"{name}.norms.2")
