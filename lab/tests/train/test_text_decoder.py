"""Lessons of the language side on made-up features.

What is read and written, and that a run goes on where it stopped.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from geomagnifier.finetuning.crops import Crop, Piece
from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.small import text_generation
from geomagnifier.models.small import vocabulary as w
from geomagnifier_lab.datasets.sample import SceneSample
from geomagnifier_lab.networks.text_decoder import TextDecoder
from geomagnifier_lab.questions.questions import Question
from geomagnifier_lab.questions.templates import GRANULARITY, Task
from geomagnifier_lab.train import text_samples
from geomagnifier_lab.train.batches import NAMES, OBJECTS, Batches
from geomagnifier_lab.train.text_dataset import Settings, TextDataset
from geomagnifier_lab.train.text_decoder import (
    losses_of,
    memory_of,
    train_language,
    with_instances,
)

SETTINGS = Settings(steps=4, captions=4, points=4, says=4, validate=2, warmup=1)


def asked(drawn: list[Question]) -> text_samples.EncodedQuestions:
    generator = torch.Generator().manual_seed(1)
    states = torch.randn(len(drawn), 32, 384, generator=generator).half()
    return text_samples.EncodedQuestions(
        drawn, states, torch.arange(32)[None].expand(len(drawn), -1) > 9
    )


@pytest.fixture(scope="module")
def course() -> TextDataset:
    """One made-up picture of each scene, crops with a few kinds; nothing is read from disk."""
    samples = [
        SceneSample(Path(f"{name}.png"), (name,), (f"this is a {name} near the water .",))
        for name in SCENES
    ]
    n, generator = len(samples), torch.Generator().manual_seed(2)
    made = [
        torch.randn(n, *shape, generator=generator).half()
        for shape in ((352, 4, 4), (1280,), (len(SCENES),))
    ]
    pictures = text_samples.Pictures(samples, *made, np.arange(n))
    crops = []
    for k in range(8):
        crop = Crop(np.zeros((64, 64, 3), np.uint8), kinds=frozenset(OBJECTS))
        crop.pieces = [
            Piece(OBJECTS[(k + i) % 10], np.array([8 * i, 8, 8 * i + 8, 20], np.float32), [], 1.0)
            for i in range(3)
        ]
        where = {piece.kind: torch.rand(4, 4, generator=generator).half() for piece in crop.pieces}
        last = torch.randn(352, 4, 4, generator=generator).half()
        crops.append(
            text_samples.CropFeatures(
                last, text_samples.present(crop), text_samples.things_of(crop), where
            )
        )
    words = w.Words(text_samples.vocabulary(samples, 1))
    near, far = (
        text_samples.near_questions(0, "train", 60),
        text_samples.far_questions(0, "train", 120),
    )
    return TextDataset(pictures, crops, asked(far), asked(near), words, SETTINGS)


def test_a_lesson_is_read_shifted_and_what_cannot_be_told_is_not_asked(course: TextDataset) -> None:
    question = Question(
        "", GRANULARITY[Task.SEGMENT], Task.SEGMENT, ("ship", "bridge"), landmarks=("road",)
    )
    present: dict[str, bool | None] = {"ship": True, "bridge": False, "road": None}
    made = text_samples.lesson(
        course.words, [0], w.POINT, [text_samples.pointing(question, present)]
    )
    read = [course.words.tokens[t] for t in made.tokens[0].tolist()]
    assert read == ["<point>", "<ship>", "[SEG]", "<bridge>", "[SEG]", "<by>", "<road>", "[BOX]"]
    labels = [
        course.words.tokens[t] if t != text_samples.IGNORED else "" for t in made.labels[0].tolist()
    ]
    assert labels == ["<ship>", "[SEG]", "<bridge>", "<none>", "<by>", "<road>", "", "<end>"]
    assert [NAMES[k] if k >= 0 else "" for k in made.kinds[0].tolist()] == [
        "",
        "",
        "ship",
        "",
        "bridge",
        "",
        "",
        "road",
    ]


def test_what_is_on_a_crop() -> None:
    crop = Crop(np.zeros((100, 100, 3), np.uint8), kinds=frozenset(("ship", "bridge", "vehicle")))
    crop.pieces = [
        Piece("ship", np.array([10, 20, 30, 60], np.float32), [], 1.0),
        Piece("vehicle", np.array([0, 0, 4, 4], np.float32), [], 0.1),
    ]
    present = text_samples.present(crop)
    assert (
        present["ship"],
        present["bridge"],
        present["vehicle"],
        present["harbor"],
        present["water"],
    ) == (True, False, None, None, None)
    assert present["car"] is None and present["boat"] is None
    crop.pieces.append(Piece("car", np.array([40, 40, 60, 50], np.float32), [], 1.0))
    assert (
        text_samples.present(crop)["car"] is True and text_samples.present(crop)["vehicle"] is True
    )
    crop.pieces.pop()
    (thing,) = text_samples.things_of(crop)
    assert thing.kind == "ship" and thing.box == pytest.approx((0.1, 0.2, 0.3, 0.6))


def test_instance_tokens_name_what_was_looked_for_in_vain(course: TextDataset) -> None:
    things = [(t.kind, t.score, t.box) for t in course.crops[0].things * 20]
    kinds, places = text_generation.instances(course.words, things, ["road"], True)
    assert len(kinds) == len(places) == 32
    assert [course.words.tokens[k] for k in kinds[-2:]] == ["<road>", "<unknown>"] and places[
        -1
    ] == [0.0] * 5


def test_questions_of_every_sort_are_learnt_from() -> None:
    near = text_samples.near_questions(1, "train", 1500)
    several = [q for q in near if len(q.kinds) > 1]
    assert (
        len(several) > 150
        and any("?" in q.kinds for q in several)
        and sum(q.place for q in near) > 50
    )
    assert {q.task for q in near} >= {
        Task.CLASSIFY_BOX,
        Task.COUNT,
        Task.EXISTS,
        Task.OUTLINE,
        Task.DESCRIBE_SEGMENT,
    }
    assert sum(bool(q.landmarks) for q in near) > 50 and not any(
        q.granularity == "image" for q in near
    )


def test_padded_instances_are_not_seen(course: TextDataset) -> None:
    torch.manual_seed(0)
    decoder = TextDecoder(len(course.words), len(SCENES))
    memory = memory_of(decoder, course.crops[:2], np.random.default_rng(0))
    joined = with_instances(decoder, memory, [([3], [[1.0] * 5]), ([3, 4, 5], [[1.0] * 5] * 3)])
    assert joined.absent[:, -3:].tolist() == [[False, True, True], [False, False, False]]


def test_losses_are_finite_and_reach_all_parts(course: TextDataset) -> None:
    torch.manual_seed(0)
    decoder = TextDecoder(len(course.words), len(SCENES))
    losses = losses_of(decoder, course, torch.randn(len(NAMES), 256), np.random.default_rng(3))
    assert set(losses) == {"caption", "point", "state", "say", "look"} and all(
        bool(torch.isfinite(v)) for v in losses.values()
    )
    torch.stack(list(losses.values())).sum().backward()
    without = [name for name, p in decoder.named_parameters() if p.grad is None]
    assert without == []


@pytest.mark.slow
def test_a_run_goes_on_where_it_stopped(course: TextDataset, tmp_path: Path) -> None:
    targets = torch.randn(len(NAMES), 256)
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    rows = list(train_language(course, course, targets, tmp_path / "whole", SETTINGS))
    assert [row["step"] for row in rows] == [2, 4, 4] and all(
        np.isfinite(v) for v in rows[-1].values()
    )
    first = train_language(course, course, targets, tmp_path / "parts", SETTINGS)
    next(first)
    first.close()
    list(train_language(course, course, targets, tmp_path / "parts", replace(SETTINGS)))
    whole, parts = (
        torch.load(tmp_path / n / "language.pt", weights_only=True) for n in ("whole", "parts")
    )
    assert parts["step"] == 4
    assert all(
        torch.allclose(whole["network"][k], parts["network"][k], atol=1e-5)
        for k in whole["network"]
    )


def test_batches_need_their_data() -> None:
    with pytest.raises((OSError, ValueError)):
        Batches(Path("nowhere"))
