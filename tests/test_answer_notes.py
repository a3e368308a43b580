"""The words and the windows of a search that was ended early.

Sentences side by side, and nothing looked at after the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fake import BLUE, FakeModel, paint
from geomagnifier.answer_notes import boxes_alone
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Answer, GeneratedText, ModelOutput, Region
from geomagnifier.types import Granularity, Query, SceneInfo, View

SHIPS, WATER = ((100, 100, 140, 160), (300, 20, 340, 60), (700, 400, 740, 440)), (520, 0, 768, 200)
NO_CLASS = {
    "en": 'There is no class for "people" in this model.',
    "zh": "这个模型没有“人”这一类别。",
}


class Telling(FakeModel):
    """It says in one language what it was not taught."""

    def __init__(self, language: str) -> None:
        super().__init__(256 * 256, 256, 0)
        self.language = language
        self.spec = replace(self.spec, chinese={"ship": "船", "water": "水"})

    def say(
        self,
        query: Query,
        granularity: Granularity,
        view: View,
        reply: ModelOutput,
        scene: SceneInfo,
        regions: Sequence[Region],
    ) -> GeneratedText:
        said = super().say(query, granularity, view, reply, scene, regions)
        return replace(said, text=NO_CLASS[self.language], language=self.language)


def half(question: str, model: FakeModel, water: bool = False) -> Answer:
    """Four windows of six are looked at, as one group, and the search is ended."""
    pixels = paint(768, 512, *SHIPS)
    if water:
        pixels[WATER[1] : WATER[3], WATER[0] : WATER[2]] = BLUE
    with open_scene(pixels) as scene:
        return ask(
            scene, question, model, search="exhaustive", progress=lambda done, known: done < 3
        )


def test_sentences_of_a_partial_answer_have_a_space_between_them_in_english_alone() -> None:
    english, chinese = Telling("en"), Telling("zh")
    assert (
        half("Find the people.", english).text
        == f"{NO_CLASS['en']} Only 67 % of the scene was searched."
    )
    assert half("Find the people.", chinese).text == f"{NO_CLASS['zh']}只查看了画面的67 %。"
    rest = "in the 67 % of the scene that was searched; the rest is unknown."
    assert half("Find every ship.", english).text == f"2 ships {rest} {NO_CLASS['en']}"
    assert (
        half("Find every ship.", chinese).text
        == f"在已查看的67 %画面中，有2 ships；其余部分未查看。{NO_CLASS['zh']}"
    )


def test_each_class_of_a_partial_answer_is_told_as_found_or_not() -> None:
    english, chinese, both = Telling("en"), Telling("zh"), "Find every ship and all water."
    rest = "in the 67 % of the scene that was searched; the rest is unknown."
    assert half(both, english).text == f"2 ships and no water {rest} {NO_CLASS['en']}"
    assert half(both, english, water=True).text == f"2 ships and 1 water {rest} {NO_CLASS['en']}"
    assert half(both, chinese).text.startswith("在已查看的67 %画面中，有2 ships，没有水；")


def test_windows_of_an_earlier_run_count_in_a_search_that_is_stopped_before_them(
    tmp_path: Path,
) -> None:
    """Four are looked at together in the first run.

    The second one ends after one of them, and has the others as well.
    """
    for search, level in (("exhaustive", "tile"), ("adaptive", "scout")):
        views = []
        for _ in range(2):
            with open_scene(paint(2048, 1536, *SHIPS)) as scene:
                model = FakeModel(256 * 256, 256, 0)
                answer = ask(
                    scene,
                    "Find every ship.",
                    model,
                    search=search,
                    journal=tmp_path / search,
                    progress=lambda done, known: False,
                )
            views.append({window for window in answer.trace.views if window.role == level})
            assert answer.stopped and len(views[-1]) == 4
        assert views[0] == views[1] and len(model.views) <= 2, "the first look alone"


def test_what_a_stopped_search_left_out_is_worth_what_its_heat_says() -> None:
    """A faint ship has 0.62; windows that no heat led to have 1.

    Empty ground of a window of the paper has 0.
    """
    pixels = paint(2048, 1536, *SHIPS)
    pixels[1200:1280, 1700:1760] = (200, 45, 45)
    worths = {}
    for search, most in (("exhaustive", 1), ("adaptive", 1), ("paper", 2)):
        with open_scene(pixels) as scene:
            model = FakeModel(256 * 256, 256, 0)
            answer = ask(
                scene,
                "Find every ship.",
                model,
                search=search,
                progress=lambda done, known, most=most: done < most,
            )
        worths[search] = sorted(
            (round(worth, 2) for _, worth in answer.trace.skipped), reverse=True
        )
    assert worths["exhaustive"] == [1.0] * 44 and worths["adaptive"] == [1.0, 1.0, 1.0, 0.62]
    assert worths["paper"] == [0.62] + [0.0] * 7


def test_boxes_without_outlines_are_told_once_for_each_class() -> None:
    box = (0.0, 0.0, 9.0, 9.0)
    outlined = Region("ship", 0.9, box, {"size": [9, 9], "counts": "0"})
    bare = [Region(label, 0.9, box) for label in ("ship", "car", "ship")]
    assert boxes_alone("So far.", [outlined], {}, "en") == "So far."
    told = boxes_alone("So far.", [outlined, *bare], {"ship": "船"}, "en")
    assert told.startswith('So far. Of "ship", "car" the model gives boxes, no outlines')
    assert boxes_alone("", bare, {"ship": "船"}, "zh").startswith("模型只给出船、car的框")
