"""Boxes and points in what a vision-language model writes, well and badly."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomagnifier.models.full.output_parser import MOST, Spoken, kind_of, read, score

SHOWN = (200, 100)  # width, height: px of a picture twice as wide as high
SHIP = ("ship", (0.1, 0.2, 0.3, 0.4), None)
PLANE = ("plane", (0.5, 0.6, 0.7, 0.8), None)
POINT = ("ship", None, (0.1, 0.2))
ONE = '{"bbox_2d": [20, 20, 60, 40], "label": "ship"}'
TWO = '{"bbox_2d": [100, 60, 140, 80], "label": "plane"}'
TAGGED = "<|object_ref_start|>ship<|object_ref_end|><|box_start|>(100,200),(300,400)<|box_end|>"


def plain(spoken):
    """Without spans, rounded."""
    return [
        (
            s.label,
            s.box and tuple(round(v, 6) for v in s.box),
            s.point and tuple(round(v, 6) for v in s.point),
        )
        for s in spoken
    ]


@pytest.mark.parametrize(
    ("scale", "text", "expected"),
    [
        # JSON as it should be
        ("pixels", f"```json\n[\n\t{ONE},\n\t{TWO}\n]\n```", [SHIP, PLANE]),
        ("pixels", f"[{ONE}, {TWO}]", [SHIP, PLANE]),
        ("pixels", f"Here they are: [{ONE}]. Anything else?", [SHIP]),
        ("pixels", ONE, [SHIP]),
        ("pixels", f'{{"objects": [{ONE}, {TWO}]}}', [SHIP, PLANE]),
        ("thousand", '[{"bbox_2d": [100, 200, 300, 400], "label": "ship"}]', [SHIP]),
        ("unit", '[{"bbox_2d": [0.1, 0.2, 0.3, 0.4], "label": "ship"}]', [SHIP]),
        ("pixels", '[{"label": "ship", "bbox_2d": [20, 20, 60, 40]}]', [SHIP]),
        # JSON as it should not be
        ("pixels", f"```json\n[{ONE}, {TWO[:-8]}", [SHIP]),
        ("pixels", f"[{ONE}, {TWO[:-1]}", [SHIP]),
        ("pixels", f"[{ONE}, {TWO[:25]}", [SHIP]),
        ("pixels", f'[{ONE}, {{"bbox_2d": [[100, 60, 140, 80], [1, 2, 3, 4], [', [SHIP]),
        ("pixels", f"[{ONE},", [SHIP]),
        ("pixels", f"[{ONE}, {TWO},]", [SHIP, PLANE]),
        ("pixels", '[{"bbox_2d": [20, 20, 60, 40,], "label": "ship",},]', [SHIP]),
        ("pixels", "[{'bbox_2d': [20, 20, 60, 40], 'label': 'ship'}]", [SHIP]),
        ("pixels", "[{bbox_2d: [20, 20, 60, 40], label: 'ship'}]", [SHIP]),
        ("pixels", f"{ONE}\n{TWO}", [SHIP, PLANE]),
        ("pixels", f"[{ONE[:-1]}, {TWO}]", [SHIP, PLANE]),
        ("pixels", '[{"bbox_2d": (20, 20, 60, 40), "label": "ship"}]', [SHIP]),
        ("pixels", '{"bbox_2d": [[20, 20], [60, 40]], "label": "ship"}', [SHIP]),
        (
            "pixels",
            '{"bbox_2d": [[20, 20, 60, 40], [100, 60, 140, 80]], "label": "ship"}',
            [SHIP, ("ship", *PLANE[1:])],
        ),
        ("pixels", '{"bbox_2d": [20, 20, 60, 40]}', [("", *SHIP[1:])]),
        ("pixels", '{"bbox_2d": [20, 20, 60, 40], "label": null}', [("", *SHIP[1:])]),
        ("pixels", '{"bbox_2d": [20, 20, 60, 40], "label": "a {b} c"}', [("", *SHIP[1:])]),
        # other keys, points
        *[
            ("pixels", f'{{"{key}": [20, 20, 60, 40], "label": "ship"}}', [SHIP])
            for key in ("bbox", "box_2d", "box")
        ],
        *[
            ("pixels", f'{{"{key}": [20, 20], "label": "ship"}}', [POINT])
            for key in ("point_2d", "point")
        ],
        (
            "pixels",
            '{"point_2d": [20, 20], "bbox_2d": [20, 20, 60, 40], "label": "ship"}',
            [POINT, SHIP],
        ),
        ("pixels", '{"sub_box": [20, 20, 60, 40], "label": "ship"}', []),
        ("thousand", '{"point_2d": [100, 200], "label": "ship"}', [POINT]),
        # labels
        (
            "pixels",
            ONE.replace("ship", 'the \\"Ever Given\\", aground'),
            [('the "Ever Given", aground', *SHIP[1:])],
        ),
        (
            "pixels",
            ONE.replace("ship", 'the "Ever Given" aground'),
            [('the "Ever Given" aground', *SHIP[1:])],
        ),
        ("pixels", ONE.replace("ship", "captain's  boat\\n"), [("captain's boat", *SHIP[1:])]),
        (
            "pixels",
            "{'bbox_2d': [20, 20, 60, 40], 'label': 'captain's boat'}",
            [("captain's boat", *SHIP[1:])],
        ),
        (
            "pixels",
            "{'bbox_2d': [20, 20, 60, 40], 'label': 'captain\\'s boat'}",
            [("captain's boat", *SHIP[1:])],
        ),
        ("pixels", ONE.replace("ship", "\\u8239"), [("船", *SHIP[1:])]),
        ("pixels", ONE.replace("ship", "\\ud800"), [("?", *SHIP[1:])]),
        # Qwen2-VL counts thousandths, whatever else is said
        *[(scale, TAGGED, [SHIP]) for scale in ("pixels", "thousand", "unit")],
        (
            "pixels",
            TAGGED + "<|box_start|>(500, 600), (700, 800)<|box_end|>",
            [SHIP, ("ship", *PLANE[1:])],
        ),
        (
            "thousand",
            TAGGED
            + TAGGED.replace("ship", "plane").replace("(100,200),(300,400)", "(500,600),(700,800)"),
            [SHIP, PLANE],
        ),
        ("thousand", "<|box_start|>(100,200),(300,400)<|box_end|>", [("", *SHIP[1:])]),
        (
            "thousand",
            "<|object_ref_start|>ship<|object_ref_end|><|box_start|>(100,200)<|box_end|>",
            [POINT],
        ),
        ("thousand", TAGGED[:-12], []),
        # LLaVA
        ("unit", "[0.1, 0.2, 0.3, 0.4]", [("", *SHIP[1:])]),
        (
            "unit",
            "A ship at [0.1,0.2,0.3,0.4]; a plane: [0.5, 0.6, .7, 8e-1].",
            [("", *SHIP[1:]), ("", *PLANE[1:])],
        ),
        ("unit", "[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.", [("", *SHIP[1:])]),
        ("thousand", "[100, 200, 300, 400]", [("", *SHIP[1:])]),
        # no box
        ("pixels", "", []),
        ("pixels", "There are no ships in the picture.", []),
        ("pixels", "[]", []),
        ("pixels", "```json\n[]\n```", []),
        ("unit", "In [1] and [2, 3] 4 of 5 (0.1, 0.2, 0.3, 0.4).", []),
        ("pixels", '{"bbox_2d": [20, 20, 60], "label": "ship"}', []),
        ("pixels", '{"bbox_2d": [20, 20, NaN, 40], "label": "ship"}', []),
        ("pixels", '{"bbox_2d": null, "label": "ship"}', []),
        ("pixels", '{"bbox_2d": [[], []], "label": "ship"}', []),
        # geometry
        ("pixels", '{"bbox_2d": [60, 40, 20, 20], "label": "ship"}', [SHIP]),
        (
            "pixels",
            '{"bbox_2d": [-5, 20, 999, 40.0], "label": "ship"}',
            [("ship", (0.0, 0.2, 1.0, 0.4), None)],
        ),
        ("pixels", '{"bbox_2d": [20, 20, 20, 40], "label": "ship"}', []),
        ("pixels", '{"bbox_2d": [300, 20, 400, 40], "label": "ship"}', []),
        ("pixels", '{"bbox_2d": [1e999, 20, 60, 40], "label": "ship"}', []),
        ("pixels", '{"point_2d": [1e999, 20], "label": "ship"}', []),
        ("pixels", '{"point_2d": [20, 101], "label": "ship"}', []),
        # loops
        ("pixels", f"[{', '.join([ONE, TWO, ONE, ONE, TWO])}]", [SHIP, PLANE]),
        ("pixels", f"[{ONE}, {ONE.replace('ship', 'boat')}]", [SHIP, ("boat", *SHIP[1:])]),
    ],
)
def test_reading(scale, text, expected):
    assert plain(read(text, scale, SHOWN)) == expected


def test_at_most_so_many():
    text = "".join(f'{{"bbox_2d": [0, 0, {i}, 50], "label": "ship"}}' for i in range(1, 1000))
    found = read(text, "thousand", SHOWN)
    assert len(found) == MOST and found[-1].box == (0, 0, MOST / 1000, 0.05)


def test_the_span_is_what_was_read():
    tagged = TAGGED.replace("ship", "boat")
    text = (
        f"Sure! [{ONE}, {TWO}] and {tagged} <|box_start|>(1,1),(5,5)<|box_end|> and [3, 4, 50, 60]."
    )
    spans = [text[slice(*s.span)] for s in read(text, "pixels", SHOWN)]
    assert spans == [ONE, TWO, tagged, "<|box_start|>(1,1),(5,5)<|box_end|>", "[3, 4, 50, 60]"]


BITS = [
    '{"bbox_2d": [',
    "{'label': '",
    '"label":"',
    "[1,2,3,4",
    "[[",
    "]",
    "}",
    "{",
    ",",
    "'",
    '"',
    "\\",
    "\n",
    " ",
    ":",
    "1e9",
    "-.5",
    "١",
]
BITS += [
    "<|box_start|>",
    "<|box_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "(1,2),(3,4)",
    "point",
    "box",
    "NaN",
    "\ud800",
    "\\u12",
]


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(st.text(), st.lists(st.sampled_from(BITS), max_size=40).map("".join)),
    st.sampled_from(["pixels", "thousand", "unit"]),
    st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
)
def test_any_text_will_do(text, scale, shown):
    for spoken in read(text, scale, shown):
        assert (spoken.box is None) != (spoken.point is None)
        assert all(0 <= v <= 1 for v in spoken.box or spoken.point)
        if spoken.box:
            assert spoken.box[0] < spoken.box[2] and spoken.box[1] < spoken.box[3]
        assert 0 <= spoken.span[0] < spoken.span[1] <= len(text)
        spoken.label.encode()


LONG = [
    *BITS,
    "1",
    '{"x\\"',
    "{'label':' ",
    "{'label':''' ",
    '{"box":[1',
    "[1,2,3,4 ,",
    "<",
    "[1,",
    "label:'",
    "{label:'",
    "box : ",
    ONE,
]
OPENINGS = ["", "{", "[1,2,3,4", "<|box_start|>", "<|object_ref_start|>", "{'label':'"]


def test_a_long_text_holds_what_a_short_one_does():
    """A pattern that tries all ways would not come to an end on these."""
    for opening in OPENINGS:
        for bit in LONG:
            few, many = (
                [
                    (spoken.label, spoken.box, spoken.point)
                    for spoken in read(opening + bit * number, "pixels", SHOWN)
                ]
                for number in (3, 40_000 // len(bit))
            )
            assert many == few, (opening, bit)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((2, 6), math.sqrt(0.5 * 0.08)),  # touches the second and the third token
        ((2, 4), 0.5),
        ((0, 9), (0.9 * 0.5 * 0.08) ** (1 / 3)),  # the one without characters does not count
        ((3, 3), 0.0),
        ((9, 12), 0.0),
        ((9, 14), 0.0),  # one of them impossible
    ],
)
def test_score(span, expected):
    offsets, probabilities = [(0, 2), (2, 5), (5, 5), (5, 9), (12, 14)], [0.9, 0.5, 0.01, 0.08, 0.0]
    assert score(span, offsets, probabilities) == pytest.approx(expected)


def test_score_of_nothing():
    assert score((0, 5), [], []) == 0.0


KINDS = ("ship", "harbor", "storage tank", "tennis court", "basketball court", "bus")


@pytest.mark.parametrize(
    ("label", "asked", "expected"),
    [
        ("ship", KINDS, "ship"),
        ("Ships", KINDS, "ship"),
        ("Storage-Tanks", KINDS, "storage tank"),
        ("storage_tank", KINDS, "storage tank"),
        ("buses", KINDS, "bus"),
        ("ship", ("boats", "ships"), "ships"),
        ("a large cargo ship", KINDS, "ship"),
        ("white storage tanks", KINDS, "storage tank"),
        ("tank", KINDS, "storage tank"),
        ("ship in the harbor", KINDS, "ship"),
        ("harbor with ships", KINDS, "harbor"),
        ("the tennis court", ("court", "tennis court"), "tennis court"),
        ("court", ("tennis court", "court"), "court"),
        ("court", KINDS, None),  # either of two
        ("shipyard", KINDS, None),
        ("elephant", KINDS, None),
        ("elephant", ("ship",), "ship"),
        ("", ("ship",), "ship"),
        ("", KINDS, None),
        ("ship", (), None),
    ],
)
def test_kind_of(label, asked, expected):
    assert kind_of(label, asked) == expected


def test_spoken_is_a_value():
    assert Spoken("ship", None, (0.5, 0.5), (0, 3)) == Spoken("ship", None, (0.5, 0.5), (0, 3))
