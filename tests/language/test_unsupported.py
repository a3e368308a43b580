"""What cannot be answered is refused in words; what can be is not refused.

Wordings: tests/phrasings/refused.tsv and supported.txt.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

import geomagnifier as gm
from geomagnifier.errors import GeomagWarning
from geomagnifier.language.unsupported import refusal, unchecked
from geomagnifier.model_protocol import Model
from geomagnifier.raster.scene import Scene
from geomagnifier_lab.questions import chinese, questions
from geomagnifier_lab.render.scene import draw_scene

PHRASINGS = Path(__file__).parents[1] / "phrasings"
FAMILIES = {
    "limit": "The condition .* was not understood|没有看懂条件",
    "measure": "No number can be given|无法给出",
    "total": "Averages and sums|平均值或总和",
    "comparison": "A comparison|这样的比较",
    "negation": "What is not wanted|排除条件",
    "heading": "Headings and orientations|没有看懂朝向",
    "time": "Time and change|时间和变化",
    "name": "Species, models, names|品种、型号",
    "colour": "Materials and textures|材质或纹理",
    "cause": "Reasons, owners and states|原因、归属和状态",
}
CASES = Path(os.environ.get("GEOMAG_DATA", "nowhere")).parent / "measure" / "cases"
CHINESE = re.compile("[\u4e00-\u9fff]")


def lines(name: str) -> list[str]:
    return (PHRASINGS / name).read_text("utf-8").splitlines()


REFUSED = [
    (family, question) for family, question in (line.split("\t") for line in lines("refused.tsv"))
]


@pytest.mark.parametrize(("family", "question"), REFUSED)
def test_what_cannot_be_answered_is_refused_by_its_name_and_in_its_language(
    family: str, question: str
) -> None:
    said = refusal(question)
    assert said is not None
    assert re.search(FAMILIES[family], said)
    assert bool(CHINESE.search(said)) == bool(CHINESE.search(question))


@pytest.mark.parametrize("question", lines("supported.txt"))
def test_what_can_be_answered_is_not_refused(question: str) -> None:
    assert (refusal(question), unchecked(question)) == (None, None)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is in this box?", "in this box"),
        ("How many ships are inside the red rectangle?", "inside the red rectangle"),
        ("Segment the ships in the box I drew.", "in the box"),
        ("Find the ships in the marked area.", "marked area"),
        ("What does this box show?", "this box"),
        ("这个框里是什么？", "这个框"),
        ("方框内有几架飞机？", "方框内"),
        ("所选区域里有船吗？", "所选区域"),
        ("Name the object inside [200, 310, 260, 380].", "[200, 310, 260, 380]"),
        ("What is at (300, 200)?", "(300, 200)"),
        ("[40,60,120,160]里有几艘船？", "[40,60,120,160]"),
    ],
)
def test_a_box_that_is_not_given_is_asked_for(question: str, words: str) -> None:
    said = refusal(question, boxed=False)
    assert said is not None and "--box" in said
    assert words in said
    assert refusal(question) is None


@pytest.mark.parametrize(
    "question",
    [
        *lines("supported.txt"),
        "Give the bounding box of the largest ship.",
        "Draw a box around every ship.",
        "用方框标出所有飞机",
        "找出所有飞机的边界框",
    ],
)
def test_boxes_to_be_drawn_are_no_box_to_be_given(question: str) -> None:
    if not re.search(r"(in|inside|within) (this|the) box|框[内里中]|\[\d", question):
        assert refusal(question, boxed=False) is None


def test_there_are_many_wordings_of_both() -> None:
    assert len(REFUSED) >= 150 and len(lines("supported.txt")) >= 150
    assert {family for family, _ in REFUSED} == set(FAMILIES)


def test_wordings_that_were_written_for_other_tests_are_not_refused() -> None:
    asked = [line.split("\t")[1] for line in lines("english.tsv")] + [
        json.loads(line)["text"] for line in lines("chinese.jsonl")
    ]
    asked += [text for line in lines("follow_ups.tsv") for text in line.split("\t")[:2]]
    assert [question for question in asked if refusal(question)] == []
    assert [question for question in asked if unchecked(question)] == [
        "Detect the white plane below the runway and return its box."
    ]


def test_questions_that_the_model_was_trained_on_are_not_refused() -> None:
    rng = np.random.default_rng(0)
    asked = {questions.draw(rng).text for _ in range(400)} | {
        chinese.draw(rng).chinese for _ in range(400)
    }
    refused = {question for question in asked if refusal(question)}
    measures = {
        question for question in refused if re.search("面积|覆盖率|占.*(百分之|比例)", question)
    }  # a mask was their answer
    assert {
        question for question in refused - measures if "other than the largest" not in question
    } == set()


@pytest.mark.skipif(not CASES.is_dir(), reason="GEOMAG_DATA has no shared cases beside it")
def test_shared_cases_that_are_not_composed_are_not_refused() -> None:
    rows = [
        (path.stem, json.loads(line))
        for path in sorted(CASES.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    asked = [row["question"] for name, row in rows if not name.startswith("questions")]
    asked += [
        line.split("\t")[1] for line in (CASES / "granularity.tsv").read_text("utf-8").splitlines()
    ]
    assert [question for question in dict.fromkeys(asked) if refusal(question) is not None] == []


@pytest.mark.parametrize(
    ("question", "words", "narrows"),
    [
        ("Find the red ships.", "red", True),
        ("How many black cars are on the road?", "black", True),
        ("Which roofs are blue?", "blue", True),
        ("buildings with a blue roof", "blue", True),
        ("Find wooden bridges", "wooden", True),
        ("How many empty tennis courts are there?", "empty", True),
        ("Find the damaged buildings", "damaged", True),
        ("the red ones", "red", True),
        ("Segment The gray stadium.", "gray", True),
        ("the ship next to the white building", "white", False),
        ("Locate the vehicle on the grey road.", "grey", False),
        ("The tennis court is marked with clear lines and surrounded by a red area.", "red", False),
        (
            "The basketball court is on the right of the huge orange baseball field.",
            "orange",
            False,
        ),
        ("白色的船", "白色的", True),
        ("有多少辆黑色的车？", "黑色的", True),
        ("红色屋顶的房子", "红色", True),
        ("受损的房屋", "受损的", True),
        ("绿色操场旁边的车", "绿色", False),
        ("离红色建筑最近的船", "红色", False),
    ],
)
def test_a_property_that_is_not_checked(question: str, words: str, narrows: bool) -> None:
    claim = unchecked(question)
    assert refusal(question) is None
    assert claim is not None and (claim.words, claim.narrows) == (words, narrows)
    assert claim.withholds(2) == narrows and not claim.withholds(1)
    assert (
        words in claim.note(1)
        and words in claim.note(2)
        and (claim.note(1) != claim.note(2)) == narrows
    )


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("Is this ship moving?", "Yes, there is one ship.", "There is one ship."),
        ("Are there damaged ships?", "Yes, there are 3 ships.", "There are 3 ships."),
        ("有空的飞机吗？", "有，图中有六架飞机。", "图中有六架飞机。"),
        ("Is there a ship near the red roof?", "Yes, there is one.", "Yes, there is one."),
    ],
)
def test_what_nothing_checked_is_not_confirmed(question: str, text: str, told: str) -> None:
    claim = unchecked(question)
    assert claim is not None and claim.unconfirmed(text) == told


@pytest.mark.parametrize(
    "question",
    ["Mark the ships in red.", "Paint the roads blue", "用红色标出船", "What is in the red box?"],
)
def test_a_colour_to_draw_in_is_no_property(question: str) -> None:
    assert unchecked(question) is None and refusal(question) is None


def test_names_of_classes_are_no_reason_to_refuse() -> None:
    assert refusal("Find every new building.") and unchecked("Find every blue tarp.")
    classes = ("new building", "Blue tarp", "ship")
    assert (
        refusal("Find every new building.", classes) is None
        and unchecked("Find every blue tarp.", classes) is None
    )
    assert refusal("Find new buildings longer than 30 m.", classes) is not None


@pytest.mark.parametrize(
    "text",
    [
        "more " * 20_000,
        "1," * 50_000,
        "in" + " " * 90_000 + "x",
        "not " * 25_000,
        "比" * 50_000,
        "is the " * 9000,
    ],
)
def test_long_questions_are_read_too(text: str) -> None:
    assert unchecked(text) is None and refusal(text) == refusal(text[:2000])


# With the real model


@pytest.fixture(scope="module")
def model() -> Model:
    return gm.load_model("small")


@pytest.fixture(scope="module")
def scene() -> object:
    with gm.open_scene(draw_scene(101, 256, 192, "airport").pixels) as opened:
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "Segment the airplanes taller than 30 m.",
        "Are there more airplanes than dogs?",
        "What percentage of the airplanes was built by 2010?",
        "Find everything except the rusty airplanes.",
        "How many floors does the building have?",
        "最高的楼有多高？",
        "飞机是什么材质的？",
    ],
)
def test_a_refused_question_has_words_and_nothing_else(
    question: str, model: Model, scene: Scene
) -> None:
    answer = gm.ask(scene, question, model)
    assert answer.text == refusal(question)
    assert (answer.question, answer.regions, answer.labels, answer.mask, answer.complete) == (
        question,
        (),
        (),
        None,
        True,
    )
    assert (answer.value, answer.unit, answer.understood) == (None, None, "")
    assert (answer.trace.pixels_processed, answer.trace.views) == (0, ()) and answer.preview.shape[
        2
    ] == 3
    assert set(answer.granularity_probabilities) == {"image", "region", "pixel"}


def test_objects_are_withheld_where_a_property_would_choose_among_them(
    model: Model, scene: Scene
) -> None:
    plain, empty = (
        gm.ask(scene, f"Segment the {words}.", model) for words in ("airplanes", "empty airplanes")
    )
    assert len(plain.regions) > 1 and (
        empty.regions,
        empty.mask is not None and empty.mask.any(),
    ) == ((), False)
    assert (
        'Which of them are "empty" cannot be checked' in empty.text
        and "mask covers" not in empty.text
    )
    one = gm.ask(scene, "Find the largest empty airplane.", model)
    assert len(one.regions) == 1 and 'The property "empty" was not checked' in one.text
    beside = gm.ask(scene, "Find the airplanes near the damaged building.", model)
    assert beside.regions and 'The property "damaged" was not checked' in beside.text
    asked = gm.ask(scene, "空着的飞机", model)
    assert not asked.regions and "空着" in asked.text and "无法判断" in asked.text


def test_ground_pixels_outside_of_the_trained_range_are_warned_of(model: Model) -> None:
    pixels = draw_scene(101, 128, 96, "airport").pixels

    def warned(metres: float, question: str) -> list[str]:
        place = (metres, 0, 500_000, 0, -metres, 5_000_000)
        with (
            gm.open_scene(pixels, crs="EPSG:32633", transform=place) as scene,
            warnings.catch_warnings(record=True) as told,
        ):
            warnings.simplefilter("always", GeomagWarning)
            gm.ask(scene, question, model)
        return [str(warning.message) for warning in told]

    assert (
        warned(0.5, "Find the vehicles.")
        == []
        == warned(4.0, "Segment the vegetation.")
        == warned(0.15, "Find the airplanes.")
    )
    [coarse] = warned(5.0, "Find the vehicles and the airplanes.")
    assert "are 5 m; the model was trained on 0.3 to 2 m" in coarse and coarse.endswith(
        "cannot be seen: vehicle"
    )
    [land] = warned(30.0, "Segment the vegetation.")
    assert "30 m" in land and "cannot be seen" not in land
    assert len(warned(0.05, "Segment the vegetation.")) == 1
