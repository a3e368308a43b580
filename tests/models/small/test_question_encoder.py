"""Questions are encoded in English and Chinese, and no other language is guessed."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomagnifier.errors import GeomagWarning, ModelCorrupt, QuestionUnreadable
from geomagnifier.geometry import Box
from geomagnifier.models.registry import CHINESE, load_model
from geomagnifier.models.small.model import SmallModel
from geomagnifier.types import Granularity, Query, View, Window


@pytest.fixture
def model(model_folder: Path) -> SmallModel:
    return load_model(model_folder)


def view(key: str, width: int = 64, height: int = 48, seed: int = 0, valid: Any = None) -> View:
    box = Box(0, 0, width, height)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return View(pixels, Window(box, width, height, "whole", box), key, valid)


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


def test_a_question_of_5000_words_is_cut_with_a_warning(model: SmallModel) -> None:
    long = "Please find all the ships " * 1000
    with pytest.warns(GeomagWarning, match="512 tokens"):
        levels = model.granularity(Query(long))
    assert sum(levels.values()) == pytest.approx(1, abs=1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # said once
        reply = model.answer(Query(long), Granularity.REGION, [view("long")])
    assert reply.asked == ("ship",) and len(reply.views) == 1
