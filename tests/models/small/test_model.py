"""The small model behind the protocol, with random weights.

Scripts, long questions, and what is kept of a view.
"""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from geomagnifier.errors import GeomagWarning, ModelCorrupt, QuestionUnreadable
from geomagnifier.geometry import Box
from geomagnifier.models.registry import CHINESE, WEIGHTS, load_model
from geomagnifier.models.small import model as small
from geomagnifier.models.small.answer_text import counted
from geomagnifier.models.small.backbone import pad
from geomagnifier.models.small.cells import crop, shrink, visible
from geomagnifier.models.small.instances import combine
from geomagnifier.models.small.model import SmallModel
from geomagnifier.results import ModelOutput, Region
from geomagnifier.types import Granularity, Query, SceneInfo, View, Window
from random_small import favour


@pytest.fixture
def model(model_folder: Path) -> SmallModel:
    return load_model(model_folder)


def view(key: str, width: int = 64, height: int = 48, seed: int = 0, valid: Any = None) -> View:
    box = Box(0, 0, width, height)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return View(pixels, Window(box, width, height, "whole", box), key, valid)


def count_trunk(model: SmallModel, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """A list that grows by the shape of every picture that goes through the trunk."""
    calls: list[tuple[int, ...]] = []
    forward = model.network.trunk.forward

    def counted(x: torch.Tensor) -> list[torch.Tensor]:
        calls.append(tuple(x.shape))
        return forward(x)

    monkeypatch.setattr(model.network.trunk, "forward", counted)
    return calls


def equal(a: ModelOutput, b: ModelOutput) -> bool:
    same = a.asked == b.asked and a.unknown == b.unknown and len(a.views) == len(b.views)
    for x, y in zip(a.views, b.views, strict=True):
        same &= [(f.label, f.score, f.view_box, f.origin) for f in x.found] == [
            (f.label, f.score, f.view_box, f.origin) for f in y.found
        ]
        same &= all(
            np.array_equal(f.cells, g.cells)
            for f, g in zip(x.found, y.found, strict=True)
            if f.cells is not None and g.cells is not None
        )
        same &= all(
            (c.score, c.label) == (d.score, d.label)
            for c, d in zip(x.covers, y.covers, strict=True)
        )
        same &= all(
            np.array_equal(c.probability, d.probability)
            for c, d in zip(x.covers, y.covers, strict=True)
        )
    return same


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("أين السفن؟", "Arabic"),
        ("Сегментируй все корабли", "Russian"),
        ("船はどこですか", "Japanese"),
        ("Où sont les navires ?", "French"),
    ],
)
def test_other_languages_are_refused(text: str, name: str, model: SmallModel) -> None:
    with pytest.raises(QuestionUnreadable, match=f"{name};.*English and Chinese"):
        model.granularity(Query(text))
    with pytest.raises(QuestionUnreadable):
        model.embed(text)


def test_chinese_needs_its_reader(model: SmallModel, model_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelCorrupt, match=r"lacks chinese.safetensors.*ask in English"):
        model.granularity(Query("最大的船旁边那一排里从左数的第二艘"))
    folder = shutil.copytree(model_folder, tmp_path / "model")
    (folder / CHINESE).write_bytes(b"no tensors")
    damaged = load_model(folder)
    assert damaged.granularity(Query("Find all ships."))  # English goes on
    with pytest.raises(ModelCorrupt, match=r"chinese.safetensors is damaged"):
        damaged.granularity(Query("最大的船旁边那一排里从左数的第二艘"))


def test_chinese_is_answered_as_its_english_and_in_chinese(
    model_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(model_folder, tmp_path / "model")
    shutil.copyfile(WEIGHTS / CHINESE, folder / CHINESE)
    model, shown, info = load_model(folder), view("zh"), SceneInfo("zh", 64, 48, 3)
    english, chinese = Query("Segment all ships."), Query("分割所有船")
    assert model.granularity(english) == model.granularity(chinese)
    reply = model.answer(chinese, Granularity.PIXEL, [shown])
    assert equal(reply, model.answer(english, Granularity.PIXEL, [shown]))
    region = Region("ship", 0.9, (0.0, 0.0, 10.0, 10.0))
    said = model.say(chinese, Granularity.PIXEL, shown, reply, info, [region])
    assert (said.text, said.phrases, said.language) == (
        "图中左上方有一艘船。",
        {"ship": "一艘船"},
        "zh",
    )
    whole = model.answer(Query("这是什么地方"), Granularity.IMAGE, [shown])
    assert (
        model.say(Query("这是什么地方"), Granularity.IMAGE, shown, whole, info, []).language == "zh"
    )


def test_a_question_of_5000_words_is_cut_with_a_warning(model: SmallModel) -> None:
    long = "Please find all the ships " * 1000
    with pytest.warns(GeomagWarning, match="512 tokens"):
        levels = model.granularity(Query(long))
    assert sum(levels.values()) == pytest.approx(1, abs=1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # said once
        reply = model.answer(Query(long), Granularity.REGION, [view("long")])
    assert reply.asked == ("ship",) and len(reply.views) == 1


def test_features_are_computed_once_for_two_questions(
    model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, shown = count_trunk(model, monkeypatch), view("a", 65, 48)
    first = model.answer(Query("Find all ships."), Granularity.PIXEL, [shown])
    assert calls == [(1, 3, 64, 96)]  # padded to multiples of 32
    model.relevance(Query("Find all ships."), shown)
    model.answer(Query("Where is the large ship?"), Granularity.REGION, [shown])
    again = model.answer(Query("Find all ships."), Granularity.PIXEL, [shown])
    assert len(calls) == 1
    assert equal(first, again)
    model.answer(Query("Find all ships."), Granularity.PIXEL, [view("b", 65, 48, seed=1)])
    assert len(calls) == 2


def test_kept_features_say_what_fresh_ones_say(model: SmallModel, model_folder: Path) -> None:
    query = Query("Segment all ships.")
    model.answer(Query("How many ships?"), Granularity.REGION, [view("a")])
    kept = model.answer(query, Granularity.PIXEL, [view("a")])
    fresh = load_model(model_folder).answer(query, Granularity.PIXEL, [view("a")])
    assert equal(kept, fresh)
    assert not equal(kept, model.answer(query, Granularity.PIXEL, [view("other", seed=5)]))


def test_what_is_kept_has_a_limit_in_bytes(
    model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, query = count_trunk(model, monkeypatch), Query("Find all ships.")
    model.relevance(query, view("a"))
    one = model.views.bytes
    seen = model.views.see(view("a"))
    tensors = [*(seen.pyramid or ()), *seen.prepared, seen.last, *seen.memory]
    assert one == sum(
        tensor.untyped_storage().nbytes() for tensor in tensors
    )  # and no more than that is held by them
    model.remember(2.5 * one)
    for key in "bca":  # c pushes a out
        model.relevance(query, view(key))
    assert len(calls) == 4 and model.views.bytes == 2 * one
    model.relevance(query, view("c"))
    assert len(calls) == 4 and len(model.views) == 2
    large = view("large", 128, 128)
    model.relevance(query, large)
    model.relevance(query, large)  # larger than the limit, kept all the same while it is in use
    assert len(calls) == 5 and len(model.views) == 1
    model.remember(0)
    assert len(model.views) == 0
    model.remember(None)
    for key in "abc":
        model.relevance(query, view(key))
    assert model.views.bytes == 3 * one


def test_with_nothing_kept_views_are_still_looked_at_once_for_a_question(
    model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, query, three = (
        count_trunk(model, monkeypatch),
        Query("Segment all ships."),
        [view(key, seed=ord(key)) for key in "abc"],
    )
    usual = model.answer(query, Granularity.PIXEL, three)
    model.remember(0)
    again = model.answer(query, Granularity.PIXEL, three)
    assert [shape[0] for shape in calls] == [3, 3] and equal(usual, again)
    model.answer(query, Granularity.PIXEL, [view("d", seed=5)])
    assert len(model.views) == 1
    for seen in (
        model.views._kept.values()
    ):  # one of three looked at together holds no memory of the others
        assert seen.bytes == sum(
            t.untyped_storage().nbytes()
            for t in (*(seen.pyramid or ()), *seen.prepared, seen.last, *seen.memory)
        )


def test_relevance_is_a_probability_on_the_views_own_cells(model: SmallModel) -> None:
    heat = model.relevance(Query("Find all ships."), view("a", 65, 47), "mask")
    assert heat.shape == (24, 33) and heat.dtype == np.float32
    assert 0 <= heat.min() < heat.max() <= 1


def test_where_the_scene_has_no_data_is_no_mask(model: SmallModel) -> None:
    valid = np.ones((48, 64), bool)
    valid[:, 32:] = False
    (reply,) = model.answer(
        Query("Segment all ships."), Granularity.PIXEL, [view("v", valid=valid)]
    ).views
    assert (reply.covers[0].probability[:, 16:] == 0).all()
    assert (reply.covers[0].probability[:, :16] > 0).all()


def test_pictures_that_cannot_be_written_to_are_read(model: SmallModel) -> None:
    shown = view("read-only")
    shown.pixels.flags.writeable = False
    assert model.answer(Query("Find all ships."), Granularity.REGION, [shown]).asked == ("ship",)


def test_unknown_things_are_not_guessed(model: SmallModel) -> None:
    favour(model.network, "<unknown>")
    reply = model.answer(Query("Segment the elephants."), Granularity.PIXEL, [view("a"), view("b")])
    assert (
        reply.asked == ()
        and reply.unknown
        and len(reply.views) == 2
        and all(v.found == () == v.covers for v in reply.views)
    )
    assert model.relevance(Query("Segment the elephants."), view("a")).max() == 0


def test_everything_means_all_objects(model: SmallModel) -> None:
    favour(model.network, "<everything>")
    assert model.answer(Query("Find all objects."), Granularity.REGION, [view("a")]).asked == (
        "ship",
        "airplane",
    )


def test_everything_beside_land_cover_and_a_landmark(model: SmallModel) -> None:
    favour(model.network, "<everything>", "<water>", "<by>", "<ship>")
    query = Query("Segment all objects and the water by the ships.")
    reply = model.answer(query, Granularity.PIXEL, [view("a")])
    assert (reply.asked, reply.landmarks) == (("ship", "airplane", "water"), ())
    assert [c.label for c in reply.views[0].covers] == ["ship", "airplane", "water"]
    assert all(model.relevance(query, view("a"), by).max() > 0 for by in ("gradient", "mask"))


def test_an_answer_does_not_depend_on_what_was_asked_of_another_scene(model: SmallModel) -> None:
    favour(model.network, "<ship>")
    query = Query("Find them.")
    assert model.answer(query, Granularity.REGION, [view("one:a")]).asked == ("ship",)
    favour(model.network, "<airplane>")  # as if the second picture led to another reading
    assert model.answer(query, Granularity.REGION, [view("two:a", seed=1)]).asked == ("airplane",)
    assert model.answer(query, Granularity.REGION, [view("one:b", seed=2)]).asked == (
        "ship",
    )  # all views of a scene agree


def test_several_kinds_landmarks_and_a_place_in_one_question(model: SmallModel) -> None:
    favour(model.network, "<ship>", "<by>", "<water>", "<place>", "<unknown>")
    reply = model.answer(
        Query("Segment ships by the water, elephants, and say what place it is."),
        Granularity.PIXEL,
        [view("a")],
    )
    assert (reply.asked, reply.landmarks[0], reply.place, reply.unknown) == (
        ("ship",),
        "water",
        True,
        True,
    )
    assert [(c.label, c.separate) for c in reply.views[0].covers][:2] == [
        ("ship", True),
        ("water", False),
    ]


def test_a_given_box_is_named(model: SmallModel) -> None:
    favour(model.network, "<this>")
    reply = model.answer(Query("What is this?", Box(8, 8, 40, 30)), Granularity.REGION, [view("a")])
    (found,) = reply.views[0].found
    assert found.view_box == (8, 8, 40, 30) and found.label in ("ship", "airplane")
    assert 0.5 <= found.score <= 1  # of two kinds the likelier one
    assert reply.asked == (found.label,)


SCENE = SceneInfo("made", 64, 48, 3)


def region(kind: str, x: float, size: float = 8) -> Region:
    return Region(kind, 0.8, (x, 10, x + size, 10 + size))


def test_a_sentence_names_each_kind_that_was_found_and_no_other(model: SmallModel) -> None:
    favour(model.network, "<ship>")
    reply = ModelOutput(asked=("ship", "airplane"), views=())
    regions = [region("ship", 5), region("ship", 30)]
    said = model.say(
        Query("Find ships and airplanes."), Granularity.REGION, view("a"), reply, SCENE, regions
    )
    words = said.text.lower()
    assert said.phrases == {"ship": "two ships"} and words.count("two ships") == 1
    assert "no airplane" in words or "or airplane" in words or "airplane" not in words
    assert "<" not in words and "[" not in words


def test_a_caption_never_says_a_word_whose_gate_is_shut(model: SmallModel) -> None:
    favour(model.network, "near", "the")
    thumbnail = view("thumb", 100, 100)
    with torch.no_grad():
        for bias, said in ((9.0, True), (-9.0, False)):
            model.network.mentioned.weight.zero_()
            model.network.mentioned.bias.fill_(bias)
            text = model.say(
                Query("Describe this."), Granularity.IMAGE, thumbnail, ModelOutput(), SCENE, ()
            ).text
            assert ("near" in text.lower()) == said


def test_choosing_keeps_to_the_asked_kinds(model: SmallModel) -> None:
    regions = [region("ship", 5), region("water", 20), region("ship", 40)]
    with torch.no_grad():
        model.network.selector.chooses.weight.zero_()
        for bias, most in ((-9.0, 2), (9.0, 2)):
            model.network.selector.chooses.bias.fill_(bias)
            chosen = model.choose(Query("the largest ship"), SCENE, ("ship",), regions)
            assert set(chosen) <= {0, 2} and 1 <= len(chosen) <= most
            if bias < 0:
                assert chosen == (0, 2)
    assert model.choose(Query("the largest ship"), SCENE, ("ship",), regions[:2]) == (0,)
    assert model.choose(Query("the largest ship"), SCENE, ("ship",), ()) == ()


@pytest.mark.parametrize("by", ["gradient", "attention"])
@pytest.mark.parametrize("tokens", [("<ship>",), ("<ship>", "<by>", "<water>"), ("<everything>",)])
def test_heat_of_the_decoder_is_on_the_views_own_tokens(
    model: SmallModel, by: Any, tokens: tuple[str, ...]
) -> None:
    favour(model.network, *tokens)
    heat = model.relevance(Query("Find all ships."), view("a", 130, 65), by)
    assert heat.shape == (2, 4) and heat.dtype == np.float32
    assert 0 <= heat.min() <= heat.max() <= 1 + 1e-6


def test_min_score_lets_more_through(model: SmallModel) -> None:
    def count(lowest: float) -> int:
        return len(
            model.answer(Query("Find all ships.", None, lowest), Granularity.REGION, [view("a")])
            .views[0]
            .found
        )

    assert count(0.0) >= count(0.05) >= count(0.5) >= count(1.0) == 0
    assert count(0.0) > 0


def test_a_closed_gate_empties_mask_and_boxes(model: SmallModel) -> None:
    model.calibration["ship"] = small.Calibration(presence=1.1)
    (reply,) = model.answer(Query("Segment all ships."), Granularity.PIXEL, [view("a")]).views
    assert reply.found == () and (reply.covers[0].probability == 0).all()


def test_small_helpers() -> None:
    assert pad(np.ones((33, 64, 3), np.uint8)).shape == (64, 64, 3)
    assert pad(np.ones((32, 1, 3), np.uint8))[:, 1:].max() == 0
    assert crop(torch.arange(64.0).view(8, 8), view("a", 5, 3)).tolist() == [[0, 1, 2], [8, 9, 10]]
    assert [counted(kind, n) for kind in ("ship", "water") for n in (1, 2)] == [
        "ship",
        "ships",
        "area of water",
        "areas of water",
    ]
    assert (visible(4, 128), visible(4, 100), visible(4, 97), visible(2, 65)) == (4, 3, 3, 1)
    valid = np.zeros((3, 4), bool)
    valid[:1, :2] = True
    valid[2, 3] = True
    assert shrink(valid).tolist() == [[0.5, 0], [0, 0.5]]
    scores = combine(np.array([0.8, 0.8], np.float32), np.array([1.0, 0.25], np.float32), 1.0)
    assert scores.tolist() == pytest.approx([0.8, 0.4])
