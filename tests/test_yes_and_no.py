"""The first word of an answer to a question of yes and no.

It agrees with what is said and found, and with the labels of real pictures.
"""

from __future__ import annotations

import json
import os
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

import geomagnifier as gm
from geomagnifier.export.answer_json import to_json
from geomagnifier.language.chinese_answers import NOUNS, PLACES
from geomagnifier.language.scene_classes import AID
from geomagnifier_lab.render.scene import draw_scene

YES, NO = ("Yes,", "是", "有"), ("No,", "不", "没有")


@pytest.fixture(scope="module")
def model():
    return gm.load_model("small")


def said_yes(answer: gm.Answer) -> bool:
    """The first word, which is a yes or a no, and the value alike."""
    assert answer.text.startswith((*YES, *NO)), answer.text
    assert answer.value is answer.text.startswith(YES), answer.text
    assert to_json(answer)["value"] is answer.value
    return answer.text.startswith(YES)


def data(name: str) -> Path:
    root = Path(os.environ.get("GEOMAG_DATA", "")) / name
    if not os.environ.get("GEOMAG_DATA") or not root.is_dir():
        pytest.skip("GEOMAG_DATA is not set to the data sets")
    return root


@pytest.mark.parametrize(
    ("theme", "there", "gone"),
    [
        ("airport", "airplane", "ship"),
        ("tank farm", "storage tank", "tennis court"),
        ("harbour", "ship", "baseball diamond"),
    ],
)
def test_yes_and_no_agree_with_the_regions(model, theme, there, gone):
    with gm.open_scene(draw_scene(101, 640, 480, theme).pixels) as scene:
        for kind, right in ((there, True), (gone, False)):
            noun = NOUNS[kind][1]
            for question in (
                f"Is there a {kind}?",
                f"Are there any {kind}s in this picture?",
                f"{kind}s?",
                f"图中有{noun}吗",
                f"有没有{noun}？",
            ):
                answer = gm.ask(scene, question, model)
                assert answer.granularity is not gm.Granularity.IMAGE
                assert said_yes(answer) == bool(answer.regions) == right, answer.text
                assert {r.label for r in answer.regions} <= {kind}
        both = gm.ask(scene, f"Are there {there}s and {gone}s?", model)
        assert both.text.startswith("No, not all of them. There ") and both.text.endswith(
            f"There is no {gone} here."
        )
        assert both.regions and {r.label for r in both.regions} == {there}
        either = gm.ask(scene, f"Is there a {there} or a {gone}?", model)
        assert said_yes(either) and len(either.regions) == len(both.regions)
        assert gm.ask(scene, f"Are there no {there}s?", model).text.startswith("There ")
        assert said_yes(gm.ask(scene, "Are there any objects?", model))
        two = sorted({o.kind for o in draw_scene(101, 640, 480, theme).objects} - {there})
        if theme == "tank farm":
            assert "vehicle" in two and said_yes(
                gm.ask(scene, "Are there storage tanks and vehicles?", model)
            )


def test_a_part_of_the_scene_is_asked_about(model):
    drawn = draw_scene(101, 640, 480, "tank farm")
    pixels = drawn.pixels.copy()
    pixels[:, :320] = pixels[:8, :8].mean((0, 1))  # nothing is left of the left half
    with gm.open_scene(pixels) as scene:
        for question, right in (
            ("Are there storage tanks on the right?", True),
            ("Are there storage tanks on the left?", False),
            ("图中左侧有储罐吗", False),
        ):
            answer = gm.ask(scene, question, model)
            assert said_yes(answer) == bool(answer.regions) == right, answer.text
        assert answer.text == "没有，图中左侧没有储罐。"
        assert (
            gm.ask(scene, "Is there a storage tank in the upper left?", model).text
            == "No, there is no storage tank in the upper left."
        )


def test_a_scene_that_was_drawn(model):
    with gm.open_scene(draw_scene(101, 640, 480, "tank farm").pixels) as scene:
        for question in ("Is this a storage tank area?", "这是储罐区吗？"):
            assert said_yes(gm.ask(scene, question, model))
        for question in ("Is this a forest?", "Would you say this is a park?", "是不是森林"):
            answer = gm.ask(scene, question, model)
            assert not said_yes(answer) and (
                "storage tank area" in answer.text or "储罐区" in answer.text
            )
        choice = gm.ask(scene, "Is this a storage tank area or a beach?", model)
        assert choice.text == "This is a storage tank area."
        assert (
            gm.ask(scene, "City or countryside?", model).text
            == "City: this is a storage tank area."
        )
        other = gm.ask(scene, "Is it a beach or a forest?", model).text
        assert other.startswith("Of these, ") and other.endswith(
            "looks most like a storage tank area."
        )
        for question, words in (
            ("Is this a volcano?", 'no scene class "volcano"'),
            ("Is it cloudy?", "cannot answer that with yes or no"),
            ("这是火山吗", "没有“火山”"),
        ):
            refused = gm.ask(scene, question, model)
            assert (
                words in refused.text
                and not refused.text.startswith((*YES, *NO))
                and refused.value is None
            )
        for question, words in (
            ("how many r there", "names nothing to look for"),
            ("有多少个？", "没有说要找什么"),
        ):
            nothing = gm.ask(scene, question, model)
            assert words in nothing.text and not nothing.regions


def test_the_class_said_is_the_class_of_the_labels(model):
    for theme in ("airport", "harbour", "sports ground"):
        with gm.open_scene(draw_scene(7, 400, 400, theme).pixels) as scene:
            answer = gm.ask(scene, "What kind of place is this?", model)
            best = next(
                name for name, _ in answer.labels if name not in ("residential", "river or lake")
            )
            assert best in answer.text.lower()
            assert PLACES[best] in gm.ask(scene, "这是什么地方？", model).text


def test_scenes_of_real_pictures(model):
    """Twenty-nine classes of AID, in both languages: the picture's own class and another."""
    root, rng, by = data("aid"), random.Random(5), defaultdict(list)
    for row in map(json.loads, (root / "captions.jsonl").read_text().splitlines()):
        if row["split"] == "val":
            by[row["class"]].append(row["image"])
    right, total = {"en": 0, "zh": 0}, 0
    for name in sorted(by):
        (own,) = AID[name]
        (other,) = AID[
            rng.choice([n for n in sorted(by) if AID[n] != AID[name] and "esidential" not in n])
        ]
        with gm.open_scene(root / "images" / rng.choice(by[name])) as scene:
            for asked in (own, other):
                english, chinese = (
                    gm.ask(scene, f"Does this look like a {asked}?", model),
                    gm.ask(scene, f"这里是{PLACES[asked]}吗？", model),
                )
                assert said_yes(english) == said_yes(chinese)
                right["en"] += said_yes(english) == (asked == own)
                right["zh"] += said_yes(chinese) == (asked == own)
                total += 1
    assert total >= 58 and min(right.values()) >= 0.9 * total


def test_things_in_real_pictures(model):
    """A class of NWPU VHR-10 that is there and one that is not, in both languages."""
    root, rng = data("vhr10"), random.Random(1)
    coco = json.loads((root / "instances_val.json").read_text())
    names = {c["id"]: c["name"].replace("_", " ") for c in coco["categories"]}
    right = []
    for image in rng.sample(coco["images"], 5):
        there = {
            names[a["category_id"]] for a in coco["annotations"] if a["image_id"] == image["id"]
        }
        with gm.open_scene(root / "images" / image["file_name"]) as scene:
            for kind in (sorted(there)[0], rng.choice(sorted({*names.values()} - there))):
                for question in (
                    f"Is there a {kind}?",
                    f"Can you see any {kind}s?",
                    f"图中有{NOUNS[kind][1]}吗",
                ):
                    answer = gm.ask(scene, question, model)
                    assert said_yes(answer) == bool(answer.regions)
                    right.append(said_yes(answer) == (kind in there))
    assert len(right) == 30 and np.mean(right) >= 0.9
