"""Training goes on from a model of fewer classes.

What it knew is unchanged, what is new begins as what is like it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from geomagnifier.errors import ModelCorrupt, ModelNotFound
from geomagnifier.finetuning.run_state import save
from geomagnifier.models import registry
from geomagnifier.models.networks.loading import tensors
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.train.batches import NAMES, OBJECTS
from geomagnifier_lab.train.loop import image_side
from geomagnifier_lab.train.warm_start import LIKE, OTHERS, warm_start
from geomagnifier_lab.train.wide import from_first_stage, from_model
from worded import worded_start


@pytest.fixture(scope="module")
def start():
    return worded_start()


def test_all_that_is_known_is_taken_bit_for_bit(start) -> None:
    network = image_side()
    warm_start(network, start.state, start.kinds, start.objects)
    own = network.state_dict()
    rows = ("states.weight", "box_classifier.layers.3.weight", "box_classifier.layers.3.bias")
    for name, tensor in start.state.items():
        if not name.startswith(OTHERS) and name not in rows:
            assert torch.equal(own[name], tensor), name
    for name, every, known in (
        (rows[0], NAMES, start.kinds),
        (rows[1], OBJECTS, start.objects),
        (rows[2], OBJECTS, start.objects),
    ):
        for i, kind in enumerate(known):
            assert torch.equal(own[name][every.index(kind)], start.state[name][i])
        assert torch.equal(own[name][-1], start.state[name][-1])


@torch.no_grad()
def test_known_classes_look_the_same_through_it(start) -> None:
    network = image_side().eval()
    warm_start(network, start.state, start.kinds, start.objects)
    card, state = tensors(registry.WEIGHTS / registry.FILES[0])
    shipped = SmallNetwork(
        len(card["kinds"]), len(card["objects"]), len(card["scenes"]), len(card["words"])
    ).eval()
    shipped.load_state_dict(state)
    pixels = torch.from_numpy(
        np.random.default_rng(0).integers(0, 255, (1, 64, 64, 3)).astype(np.uint8)
    )
    seen = []
    for of, names in ((shipped, card["kinds"]), (network, NAMES)):
        asked = of.states.weight[[names.index("ship"), names.index("water")]][None]
        seen.append(of.decoder(asked, of.decoder.prepare(of.neck(of.trunk(normalise(pixels))))))
    assert torch.equal(seen[0].mask, seen[1].mask) and torch.equal(seen[0].centre, seen[1].centre)


def test_new_classes_begin_as_like_ones_and_apart_from_each_other(start) -> None:
    network = image_side()
    warm_start(network, start.state, start.kinds, start.objects)
    new = [kind for kind in NAMES if kind not in start.kinds]
    assert set(LIKE) >= set(new) and len(new) == 12
    states = network.states.weight
    vehicle = states[NAMES.index("vehicle")]
    cars = states[[NAMES.index(kind) for kind in ("car", "van", "truck", "bus")]]
    assert (torch.cosine_similarity(cars, vehicle[None]) > 0.9).all()
    assert len({tuple(row.tolist()) for row in cars}) == 4
    again = image_side()
    warm_start(again, start.state, start.kinds, start.objects)
    assert torch.equal(again.states.weight, states)


def test_another_network_is_refused(start, tmp_path: Path) -> None:
    with pytest.raises(ModelCorrupt, match=r"neck\.mix\.0\.bias does not fit"):
        warm_start(
            image_side(),
            {k: v for k, v in start.state.items() if k != "neck.mix.0.bias"},
            start.kinds,
            start.objects,
        )
    with pytest.raises(ModelNotFound, match="use 'small' or a folder"):
        from_model(str(tmp_path / "nowhere"))
    with pytest.raises(ModelCorrupt, match=r"lacks small\.safetensors"):
        from_model(str(tmp_path))


def test_the_first_stage_gives_the_classes_that_it_was_taught(tmp_path: Path) -> None:
    network = image_side()
    save(tmp_path / "last.pt", {"average": network.state_dict()})
    start = from_first_stage(tmp_path / "last.pt")
    assert len(start.kinds) == 15 and len(start.objects) == 10
    for i, kind in enumerate(start.kinds):
        assert torch.equal(
            start.state["states.weight"][i], network.states.weight[NAMES.index(kind)]
        )
    assert len(start.state["box_classifier.layers.3.bias"]) == 11
    warm_start(image_side(), start.state, start.kinds, start.objects)
