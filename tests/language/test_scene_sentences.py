"""What is said of a scene's class: by the likeliest class, and by yes and no."""

from __future__ import annotations

import pytest

from geomagnifier.language.mentions import Mention
from geomagnifier.language.scene_sentences import chosen, decided, named, phrase, renamed, reply
from geomagnifier.language.yes_no_question import YesNoQuestion

WIDER = {"residential": ("dense residential", "sparse residential")}
HOMES = (
    ("residential", 0.7),
    ("dense residential", 0.4),
    ("sparse residential", 0.3),
    ("harbor", 0.2),
)
HARBOR = (("harbor", 0.6), ("residential", 0.3), ("dense residential", 0.3), ("forest", 0.1))


def about(*scenes: str, form: str = "scene", exists: bool = False) -> YesNoQuestion:
    names = tuple(Mention(0, 1, scene, (scene,)) for scene in scenes)
    return YesNoQuestion(form, names, exists=exists)  # type: ignore[arg-type]


def test_a_scene_is_called_by_its_likeliest_class() -> None:
    assert named(HOMES, WIDER) == "dense residential"  # it lies in the wider class
    assert named((("residential", 0.5), ("harbor", 0.4), ("dense residential", 0.3)), WIDER) == (
        "residential"
    )
    assert named(HARBOR, WIDER) == "harbor"


def test_yes_and_no() -> None:
    assert decided(about("harbor"), HARBOR, WIDER) is True
    assert decided(about("forest"), HARBOR, WIDER) is False
    assert decided(about("volcano"), HARBOR, WIDER) is None
    assert reply(about("harbor"), HARBOR, WIDER, "en") == "Yes, this is a harbor."
    assert reply(about("forest"), HARBOR, WIDER, "en") == "No, this is a harbor."
    assert reply(about("forest", exists=True), HARBOR, WIDER, "en") == (
        "No, as a whole this is a harbor."
    )
    assert reply(about("harbor"), HARBOR, WIDER, "zh") == "是的，这是港口。"


def test_the_better_of_two() -> None:
    asked = about("forest", "harbor", form="choice")
    assert chosen(asked, HARBOR, WIDER) == "harbor" and chosen(about("harbor"), HARBOR, WIDER) is (
        None
    )
    assert reply(asked, HARBOR, WIDER, "en") == "This is a harbor."
    other = reply(about("forest", "dense residential", form="choice"), HARBOR, WIDER, "en")
    assert other == (
        "Of these, a dense residential area fits best; as a whole, the picture looks most like a"
        " harbor."
    )


def test_what_no_class_is_gets_neither_yes_nor_no() -> None:
    asked = YesNoQuestion("unknown", noun="volcano")
    text = reply(asked, HARBOR, WIDER, "en")
    assert text.startswith('There is no scene class "volcano" in this model; ')
    assert text.endswith("The scene classes are: dense residential, forest, harbor.")


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("this is a beach .", "This is a harbor."),
        ("a beach", "A harbor"),
        ("a beach with boats", ""),
        ("this is a volcano .", ""),
    ],
)
def test_the_decoders_class_gives_way(tokens: str, text: str) -> None:
    assert renamed(tokens.split(), "harbor", ["beach", "harbor"], "en") == text


def test_articles_of_scenes() -> None:
    assert [phrase(s) for s in ("industrial", "airport", "farmland", "beach")] == [
        "an industrial area",
        "an airport",
        "farmland",
        "a beach",
    ]
