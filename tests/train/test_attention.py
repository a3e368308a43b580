"""The attention at a class and its tie is drawn to where the class is, and nothing else changes much."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geomagnifier.data.questions import GRANULARITY, Question
from geomagnifier.data.templates import Task
from geomagnifier.model import words as w
from geomagnifier.model.checkpoint import load_small
from geomagnifier.model.vlm import Memory
from geomagnifier.train import attention, lessons
from geomagnifier.train.crops import Crop, Piece
from geomagnifier.train.language import shown_to


def test_the_loss_is_the_logarithm_of_what_is_looked_at() -> None:
    a = torch.zeros(1, 2, 3, 4)
    a[0, :, 1] = torch.tensor([0.5, 0.25, 0.25, 0.0])
    rows, where = torch.tensor([[0, 1]]), torch.tensor([[0.0, 1.0, 1.0, 0.0]])
    assert float(attention.looked_at([a, a], rows, where)) == pytest.approx(np.log(2), abs=1e-5)
    assert float(attention.looked_at([a], rows, torch.tensor([[1.0, 1.0, 1.0, 1.0]]))) == pytest.approx(0, abs=1e-5)
    nothing = attention.looked_at([a], torch.tensor([[0, 1], [0, 1]]), torch.tensor([[0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]))
    assert float(nothing) == pytest.approx(np.log(2), abs=1e-5), "a row with nothing to look at does not count"


def test_a_token_shows_a_class_from_a_quarter_of_its_area_on() -> None:
    crop = Crop(np.zeros((64, 64, 3), np.uint8), kinds=frozenset(("ship",)))
    corner = np.array([[0, 0], [16, 0], [16, 32], [0, 32]], np.float32)
    crop.pieces = [Piece("ship", np.array([0, 0, 16, 32], np.float32), [corner], 1.0)]
    where = attention.shown_in(crop, "ship", 2, 2)
    assert float(where[0, 0]) == 1 and float(where[1, 1]) == 0
    assert attention.shown_in(crop, "ship", 1, 1).item() == pytest.approx(0.5, abs=0.05)  # an eighth of the area


def test_rows_are_those_of_the_class_and_of_its_tie() -> None:
    words = w.Words(lessons.vocabulary([], 1))
    question = Question("", GRANULARITY[Task.SEGMENT], Task.SEGMENT, ("ship", "bridge"))
    made = lessons.lesson(words, [0], w.POINT, [lessons.pointing(question, {"ship": True, "bridge": False})])
    place = torch.zeros(4, 4)
    place[:2, :2] = 1
    seen = lessons.Seen(torch.zeros(352, 4, 4), {}, (), {"ship": place})
    for tokens, share in ((16, [1.0, 1.0]), (4, [1.0, 1.0])):
        rows, where = shown_to(made, [seen], Memory(torch.zeros(1, tokens, 8), torch.zeros(1, tokens, dtype=torch.bool)))
        assert rows.tolist() == [[0, 1], [0, 2], [0, 3], [0, 4]]
        assert where[:2].amax(1).tolist() == share and where[2:].sum() == 0
        assert where[0].sum() == (4 if tokens == 16 else 1)


def test_tuning_draws_the_attention_and_holds_the_states() -> None:
    model = load_small("small")
    generator = torch.Generator().manual_seed(0)
    crops = []
    for k in range(6):
        last, place = torch.randn(352, 6, 6, generator=generator), torch.zeros(6, 6)
        place[k, k] = 1
        crops.append(attention.Shown(last.half(), {"ship": place}, ("bridge",)))
    before = {name: value.clone() for name, value in model.network.text.state_dict().items()}
    told = list(attention.tune(model, crops, steps=40))
    assert told[-1][0] == 40 and told[-1][1]["look"] < told[0][1]["look"]
    changed = {name for name, value in model.network.text.state_dict().items() if not torch.equal(value, before[name])}
    assert changed and all(".image.query." in name or ".image.key." in name for name in changed)
    assert told[-1][1]["state"] < 0.1 and not any(p.requires_grad for p in model.network.text.parameters())
