"""The attention at a class and its tie is drawn to where the class is, and H to its objects.

No answer changes by the latter.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from geomagnifier.finetuning.crops import Crop, Piece
from geomagnifier.inference import resolution
from geomagnifier.models.registry import WEIGHTS, load_small
from geomagnifier.models.small import vocabulary as w
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Query
from geomagnifier_lab.networks.loading import heat_attention
from geomagnifier_lab.networks.text_decoder import Memory
from geomagnifier_lab.questions.questions import GRANULARITY, Question
from geomagnifier_lab.questions.templates import Task
from geomagnifier_lab.render.scene import draw_scene
from geomagnifier_lab.train import attention, heat_frames, text_samples
from geomagnifier_lab.train.text_decoder import shown_to
from geomagnifier_lab.train.torch_twin import torch_twin


def test_the_loss_is_the_logarithm_of_what_is_looked_at() -> None:
    a = torch.zeros(1, 2, 3, 4)
    a[0, :, 1] = torch.tensor([0.5, 0.25, 0.25, 0.0])
    rows, where = torch.tensor([[0, 1]]), torch.tensor([[0.0, 1.0, 1.0, 0.0]])
    assert float(attention.looked_at([a, a], rows, where)) == pytest.approx(np.log(2), abs=1e-5)
    assert float(
        attention.looked_at([a], rows, torch.tensor([[1.0, 1.0, 1.0, 1.0]]))
    ) == pytest.approx(0, abs=1e-5)
    nothing = attention.looked_at(
        [a],
        torch.tensor([[0, 1], [0, 1]]),
        torch.tensor([[0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]),
    )
    assert float(nothing) == pytest.approx(np.log(2), abs=1e-5), (
        "a row with nothing to look at does not count"
    )


def test_a_token_shows_a_class_from_a_quarter_of_its_area_on() -> None:
    crop = Crop(np.zeros((64, 64, 3), np.uint8), kinds=frozenset(("ship",)))
    corner = np.array([[0, 0], [16, 0], [16, 32], [0, 32]], np.float32)
    crop.pieces = [Piece("ship", np.array([0, 0, 16, 32], np.float32), [corner], 1.0)]
    where = attention.shown_in(crop, "ship", 2, 2)
    assert float(where[0, 0]) == 1 and float(where[1, 1]) == 0
    assert attention.shown_in(crop, "ship", 1, 1).item() == pytest.approx(
        0.5, abs=0.05
    )  # an eighth of the area


def test_rows_are_those_of_the_class_and_of_its_tie() -> None:
    words = w.Words(text_samples.vocabulary([], 1))
    question = Question("", GRANULARITY[Task.SEGMENT], Task.SEGMENT, ("ship", "bridge"))
    made = text_samples.lesson(
        words, [0], w.POINT, [text_samples.pointing(question, {"ship": True, "bridge": False})]
    )
    place = torch.zeros(4, 4)
    place[:2, :2] = 1
    seen = text_samples.CropFeatures(torch.zeros(352, 4, 4), {}, (), {"ship": place})
    for tokens, share in ((16, [1.0, 1.0]), (4, [1.0, 1.0])):
        rows, where = shown_to(
            made,
            [seen],
            Memory(torch.zeros(1, tokens, 8), torch.zeros(1, tokens, dtype=torch.bool)),
        )
        assert rows.tolist() == [[0, 1], [0, 2], [0, 3], [0, 4]]
        assert where[:2].amax(1).tolist() == share and where[2:].sum() == 0
        assert where[0].sum() == (4 if tokens == 16 else 1)


def test_the_loss_of_h_counts_objects_alike_and_only_where_the_class_is_labelled() -> None:
    where = torch.tensor([[0.5, 0.5, 0.0, 0.0]])
    everywhere, heat = torch.ones(1, 4), torch.tensor([[2.0, 2.0, 0.0, 4.0]])
    assert float(attention.heat_loss(heat, where, everywhere)) == pytest.approx(np.log(4), abs=1e-3)
    assert float(
        attention.heat_loss(heat, where, torch.tensor([[1.0, 1.0, 1.0, 0.0]]))
    ) == pytest.approx(np.log(2), abs=1e-3)
    uneven = torch.tensor([[3.0, 1.0, 0.0, 0.0]])
    assert attention.heat_loss(uneven, where, everywhere) > attention.heat_loss(
        where, where, everywhere
    )


def made_frame(kind: str, row: int, column: int, generator: torch.Generator) -> heat_frames.Frame:
    """A frame of noise with one object, whose token is marked in the features."""
    last, far = (
        torch.randn(352, 17, 32, generator=generator),
        torch.randn(352, 5, 8, generator=generator),
    )
    last[:40, row, column] += 6
    far[:40, row * 5 // 17, column * 8 // 32] += 6
    where = torch.zeros(17, 32)
    where[row, column] = 1
    return heat_frames.Frame(last.half(), far.half(), {kind: where}, {kind: torch.ones(17, 32)})


@pytest.mark.slow
def test_h_learns_to_point_and_the_decoder_stays_as_it_is(tmp_path: Path) -> None:
    model, generator = load_small("small"), torch.Generator().manual_seed(0)
    rng = np.random.default_rng(0)
    seen = [
        made_frame("ship", int(rng.integers(17)), int(rng.integers(32)), generator)
        for _ in range(8)
    ]
    before = {name: value.clone() for name, value in torch_twin(model).text.state_dict().items()}
    told = list(attention.tune(model, seen, tmp_path, steps=50))
    assert told[-1]["step"] == 50 and told[-1]["loss"] < told[0]["loss"]
    shutil.copytree(WEIGHTS, tmp_path / "model")
    attention.put(tmp_path, tmp_path / "model")
    learnt = load_small(tmp_path / "model")
    assert learnt.pointer is not learnt.views.writer
    own = heat_attention(tmp_path / "model")
    assert all(
        torch.equal(value, before[name])
        for name, value in torch_twin(model).text.state_dict().items()
    )
    assert not any(p.requires_grad for p in torch_twin(model).text.parameters())
    look = heat_frames.whole(seen[0], "ship")
    question = [model.encoder.encode("Segment every ship.")]
    old, new = (
        attention.heats(d, model, look.last[None], question, ["ship"])[0]
        for d in (torch_twin(model).text, own.within(torch_twin(learnt).text))
    )
    assert (new * look.where).sum() / new.sum() > (old * look.where).sum() / old.sum()


def test_the_learnt_h_is_that_of_the_search() -> None:
    model = load_small("small")
    with open_scene(draw_scene(31, 512, 384, "airport").pixels) as scene:
        view = scene.read(resolution.window_of(scene.info.box, 1, "wide"))
    heat = model.relevance(Query("Segment every airplane."), view)
    question = [model.encoder.encode("Segment every airplane.")]
    pointer = heat_attention(WEIGHTS).within(torch_twin(model).text)
    last = torch.from_numpy(model.views.see(view).last)
    learnt = attention.heats(pointer, model, last, question, ["airplane"])[0].detach()
    np.testing.assert_allclose(learnt.reshape(heat.shape) / learnt.max(), heat, atol=2e-3)
