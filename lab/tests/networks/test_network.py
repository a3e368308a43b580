"""The small network: parts of the language side, and two spaces that are one."""

from __future__ import annotations

import torch

from geomagnifier_lab.networks.network import LANGUAGE
from random_small import CARD, random_network


def test_what_the_network_knows_is_on_its_card() -> None:
    network = random_network()
    kinds, objects, scenes = (len(CARD[name]) for name in ("kinds", "objects", "scenes"))
    assert network.states.weight.shape == (kinds + 1, 256)  # and things never taught
    assert (network.scenes.out_features, network.mentioned.out_features) == (scenes, objects)
    names = [name for name, _ in network.named_parameters()]
    for part in LANGUAGE:
        assert any(name.startswith(part) for name in names), part
    assert not any(
        name.startswith(("trunk.", "decoder.")) and name.startswith(LANGUAGE) for name in names
    )


def test_sentences_and_pictures_have_unit_length_in_one_space() -> None:
    network = random_network()
    vectors = torch.randn(3, 384, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        sentences = network.embed_sentence(vectors)
        pictures = network.embed_picture(torch.ones(2, network.picture.in_features))
        bias = network.sentence.bias
    assert sentences.shape == (3, 384) and pictures.shape == (2, 384)
    for made in (sentences, pictures):
        assert torch.allclose(made.norm(dim=1), torch.ones(len(made)), atol=1e-5)
    # before training a sentence keeps its direction
    expected = torch.nn.functional.normalize(vectors + bias, dim=1)
    assert torch.allclose(sentences, expected, atol=1e-5)
