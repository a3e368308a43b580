"""Every graph computes what the network in torch does, with the package's weights."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from geomagnifier.models import registry
from geomagnifier.models.networks.loading import fill
from geomagnifier.models.networks.pixel_decoder import Pyramid
from geomagnifier.models.small import word_pieces
from geomagnifier.models.small.inference_sessions import Sessions, folded
from geomagnifier.models.small.zh_en_translator import END, START
from geomagnifier.types import Floats
from geomagnifier_lab.networks import attention_by_autograd, box_refiner, loading, text_encoder
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.box_refiner import BoxRefiner
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.networks.text_decoder import Memory
from geomagnifier_lab.networks.translator_net import TranslatorNet

HIDDEN = np.float32(-np.inf)


@functools.cache
def tensors(file: str) -> dict[str, Floats]:
    return registry.read(registry.WEIGHTS / file)[1]


@functools.cache
def sessions(file: str) -> Sessions:
    return Sessions(folded(tensors(file)))


@functools.cache
def network() -> SmallNetwork:
    """The networks in torch, which gradients may go through."""
    with torch.inference_mode(False):
        return loading.small_network(registry.WEIGHTS)


SMALL, SENTENCE, _, SCOUT = registry.FILES


def near(made: Floats, right: torch.Tensor, most: float = 2e-4) -> bool:
    """Whether two arrays differ by little, of the largest number in them."""
    wanted = right.detach().float().numpy()
    assert made.shape == wanted.shape
    return float(np.abs(made - wanted).max()) <= most * max(1.0, float(np.abs(wanted).max()))


def pixels(*shape: int) -> np.ndarray:
    """Coloured blocks and noise."""
    chance = np.random.default_rng(3)
    noise = chance.integers(0, 60, (*shape, 3))
    noise[..., : shape[-2] // 2, : shape[-1] // 3, :] += 120
    return noise.astype(np.uint8)


@functools.cache
def seen() -> dict[str, torch.Tensor]:
    """What torch makes of a view of 96 x 128 px."""
    with torch.inference_mode():
        ends = network().trunk(normalise(torch.from_numpy(pixels(1, 96, 128))))
        pyramid = network().neck(ends)
        prepared = network().decoder.prepare(pyramid)
        tokens = network().text.see(ends[3])
    levels = {f"f{n}": f for n, f in enumerate(pyramid, 1)}
    levels |= {f"p{n}": p for n, p in enumerate(prepared, 1)}
    neck = network().neck
    x = neck.lateral[0](ends[0]) + F.interpolate(pyramid.f2, scale_factor=2.0)
    wide = neck.spread[0](x).relu().permute(0, 2, 3, 1)
    return levels | {"low": ends[0], "wide": wide, "last": ends[3], "tokens": tokens}


def given(*names: str) -> dict[str, Floats]:
    return {name: seen()[name].contiguous().numpy() for name in names}


def states(count: int) -> torch.Tensor:
    return torch.tensor(tensors(SMALL)["states.weight"][:count])


def test_views():
    made = sessions(SMALL).run("views", pixels=pixels(1, 96, 128))
    names = ("low", "wide", "f2", "f3", "p1", "p2", "p3", "last")
    assert [
        name for name, value in zip(names, made, strict=True) if not near(value, seen()[name])
    ] == []


def test_the_finest_level():
    (made,) = sessions(SMALL).run("finest", **given("low", "wide", "f2"))
    assert near(made, seen()["f1"])


def test_thumbnails_of_odd_sizes():
    picture = pixels(4, 75, 90)
    with torch.inference_mode():
        last = network().trunk(normalise(torch.from_numpy(picture)))[3]
        pooled = network().trunk.pooled(last)
    made = sessions(SMALL).run("glance", pixels=picture)
    assert near(made[0], last)
    assert near(made[1], pooled)


def test_maps_and_presence():
    asked = states(3)
    run = sessions(SMALL).run
    bent = run("bend", states=asked.numpy())
    names = [f"{part}{n}" for n in (1, 2, 3) for part in ("shift", "kernel")]
    bias = tensors(SMALL)["decoder.bias"][None]
    drawn = run("draw", **dict(zip(names, bent, strict=True)), bias=bias, **given("p1", "p2", "p3"))
    with torch.inference_mode():
        maps = network().decoder(asked[None], [seen()[f"p{n}"] for n in (1, 2, 3)])
        there = network().presence(asked[None], maps, seen()["last"])
    assert [near(a, b) for a, b in zip(drawn, maps, strict=True)] == [True] * 4
    made = run("presence", states=asked.numpy(), mask=drawn[0], centre=drawn[1], **given("last"))[0]
    assert near(made[:, 0], there[0])


def test_heads_of_custom_classes_see():
    inputs = given("f1", "f2", "f3")
    for n, image in enumerate(network().decoder.image, 1):
        inputs |= {f"weight{n}": image.weight.numpy(), f"bias{n}": image.bias.numpy()}
    made = sessions(SMALL).run("eyes", **inputs)
    assert all(near(a, seen()[f"p{n}"]) for n, a in enumerate(made, 1))


def boxes() -> torch.Tensor:
    return torch.tensor(
        [[3.0, 4.0, 30.0, 20.0], [-5.0, 60.0, 9.0, 99.0], [50.5, 40.0, 51.0, 127.0]]
    )


def test_boxes_are_named():
    with torch.inference_mode():
        pyramid = Pyramid(*(seen()[f"f{n}"] for n in (1, 2, 3)))
        described = network().box_classifier.describe(pyramid, boxes())
    made = sessions(SMALL).run("box_features", boxes=boxes().numpy(), **given("f2", "f3"))
    assert near(made[0], described)


@pytest.mark.parametrize("file", [registry.REFINER, registry.CLOSER])
def test_boxes_are_corrected(file: str):
    refiner = fill(BoxRefiner(), registry.WEIGHTS / file)
    pyramid = tuple(seen()[f"f{n}"] for n in (1, 2, 3))
    right = box_refiner.refine(refiner, pyramid, boxes(), states(1)[0])
    asked = {"boxes": boxes().numpy()}
    (samples,) = sessions(SMALL).run("finest_samples", **asked, **given("low", "wide", "f2"))
    wanted = box_refiner.sample(seen()["f1"], boxes(), box_refiner.STRIDES[0])
    assert near(samples, wanted)
    made = sessions(file).run(
        "box_refiner", samples=samples, state=states(1).numpy(), **asked, **given("f2", "f3")
    )
    assert near(made[0], right.boxes)
    assert near(made[1][:, 0], right.fit)


def test_masks_of_the_linear_decoder():
    linear = loading.linear_decoder(registry.WEIGHTS)
    with torch.inference_mode():
        right = linear(states(2)[None], tuple(seen()[f"f{n}"] for n in (1, 2, 3)))
    made = sessions(registry.LINEAR).run(
        "linear_masks", states=states(2).numpy(), **given("f1", "f2", "f3")
    )
    assert near(made[0], right)


def test_proposals():
    picture = pixels(1, 96, 64)
    scout = loading.proposal_net(registry.WEIGHTS)
    with torch.inference_mode():
        sighting = scout(normalise(torch.from_numpy(picture)))
    features, shrink = sessions(SCOUT).run("scout", pixels=picture)
    own = tensors(SCOUT)
    heat = np.einsum("kc,bchw->bkhw", own["heat.weight"][:, :, 0, 0], features)
    assert near(heat + own["heat.bias"][:, None, None], sighting.heat)
    assert near(shrink[:, 0], sighting.shrink)


def encoded(*texts: str) -> tuple[text_encoder.Tokens, text_encoder.Encoded]:
    tokenizer = word_pieces.read(registry.WEIGHTS / "tokenizer.json")
    tokens = text_encoder.tokenize(tokenizer, texts)
    with torch.inference_mode():
        return tokens, loading.sentence_encoder(registry.WEIGHTS)(tokens)


def hidden(padding: torch.Tensor) -> Floats:
    return np.where(padding.numpy(), HIDDEN, np.float32(0))[:, None, None]


def test_sentences():
    tokens, right = encoded("Find all ships.", "Is there an airplane on the left of the harbor?")
    own, ids = tensors(SENTENCE), tokens.ids.numpy()
    words = own["words.weight"][ids] + own["positions.weight"][: ids.shape[1]] + own["kind"]
    there = (~tokens.padding.numpy())[:, :, None].astype(np.float32)
    made = sessions(SENTENCE).run(
        "sentence", words=words, hidden=hidden(tokens.padding), there=there
    )
    assert near(made[0] * there, right.states * torch.tensor(there))
    assert near(made[1], right.pooled)


def test_image_and_instance_tokens():
    own = tensors(SMALL)
    run = sessions(SMALL).run
    rows, columns = seen()["last"].shape[2:]
    y, x = np.mgrid[:rows, :columns]
    share = np.stack([(x + 0.5) / columns, (y + 0.5) / rows], 2).reshape(-1, 2) * 3.1416
    places = np.concatenate([np.sin(share), np.cos(share)], 1).astype(np.float32)
    features = given("last")["last"].reshape(1, 352, -1).transpose(0, 2, 1)
    assert near(run("image_tokens", features=features, places=places)[0], seen()["tokens"])
    kinds = torch.tensor([[20, 21]])
    numbers = torch.tensor([[[0.9, 0.5, 0.5, 0.1, 0.2], [0.0] * 5]])
    with torch.inference_mode():
        right = network().text.objects(kinds, numbers)
    words = own["text.words.weight"][kinds.numpy()]
    assert near(run("instance_tokens", words=words, places=numbers.numpy())[0], right)


def read(run: Sessions, texts: int) -> tuple[text_encoder.Encoded, Memory, dict[str, Floats]]:
    """A question read: encoded, its memory and what `question` gives."""
    asked = encoded("Find the ships beside the harbor.", "Where are planes?")[1]
    asked = text_encoder.Encoded(*(part[:texts] for part in asked))
    memory = Memory(seen()["tokens"], torch.zeros(seen()["tokens"].shape[:2], dtype=torch.bool))
    length = asked.states.shape[1]
    made = run.run(
        "question",
        states=asked.states.numpy(),
        places=run.weights["text.places"][:length],
        hidden=hidden(asked.padding),
        memory=memory.tokens.numpy(),
        absent=hidden(memory.absent),
    )
    names = ("past_keys", "past_values", "memory_keys", "memory_values")
    return asked, memory, dict(zip(names, made, strict=True))


def forced(run: Sessions, tokens: torch.Tensor, asked: text_encoder.Encoded) -> dict[str, Floats]:
    """Inputs of `answer` for tokens that are written first."""
    own, added = run.weights, tokens.shape[1]
    later = np.triu(np.full((added, added), HIDDEN), 1)
    earlier = np.broadcast_to(
        hidden(asked.padding), (len(tokens), 1, added, asked.padding.shape[1])
    )
    later = np.broadcast_to(later, (len(tokens), 1, added, added))
    return {
        "words": own["text.words.weight"][tokens.numpy()] + own["text.places"][32 : 32 + added],
        "hidden": np.concatenate([earlier, later], 3).astype(np.float32),
    }


@pytest.mark.parametrize("texts", [1, 2])
def test_answers_are_written(texts: int):
    decoder, run = network().text, sessions(SMALL)
    asked, memory, cache = read(run, texts)
    tokens = torch.tensor([[1, 20, 3, 6], [1, 22, 4, 6]])[:texts]
    absent = hidden(memory.absent)
    made = run.run("answer", **forced(run, tokens, asked), absent=absent, **cache)
    several = Memory(*(part.expand(texts, *part.shape[1:]) for part in memory))
    with torch.inference_mode():
        _, held = decoder.read(asked.states, asked.padding, several)
        right, held = decoder.write(tokens, held)
    assert near(made[0], right)
    assert near(made[1][2], held.past[2][0])
    # and go on from there, a token further
    fresh = torch.tensor([[25]] * texts)
    words = run.weights["text.words.weight"][fresh.numpy()] + run.weights["text.places"][36]
    shut = np.concatenate([hidden(asked.padding), np.zeros((texts, 1, 1, 5), np.float32)], 3)
    cache |= {"past_keys": made[1], "past_values": made[2]}
    made = run.run("answer", words=words, hidden=shut, absent=absent, **cache)
    with torch.inference_mode():
        right, _ = decoder.write(fresh, held)
    assert near(made[0], right)


def test_the_gradient_is_autograds():
    attention = loading.heat_attention(registry.WEIGHTS)
    pointer = attention.within(network().text)
    pointing = registry.pointers(tensors(registry.ATTENTION))
    run = Sessions({**sessions(SMALL).weights, **pointing})
    asked, memory, cache = read(run, 2)
    tokens = torch.tensor([[1, 20, 3, 6, 22, 4], [1, 22, 4, 6, 20, 3]])
    several = Memory(*(part.expand(2, *part.shape[1:]) for part in memory))
    maps, slopes = attention_by_autograd.attend(
        pointer, asked.states.clone(), asked.padding.clone(), several, tokens, [2, 5]
    )
    slope = np.zeros((2, 6, 256), np.float32)
    for at in (2, 5):
        slope[:, at - 1] = run.weights["text.words.weight"][tokens[:, at].numpy()]
    made = run.run(
        "answer_slopes",
        **forced(run, tokens, asked),
        slope=slope,
        absent=hidden(memory.absent),
        **cache,
    )
    assert max(float(s.abs().max()) for s in slopes) > 0.01
    assert near(made[0], torch.stack(maps), 1e-4)
    assert near(made[1], torch.stack(slopes), 1e-4)


def test_the_selector():
    chooser = network().selector
    asked = encoded("The two ships beside the harbor.", "All planes")[1]
    chance = torch.Generator().manual_seed(0)
    things = torch.rand(2, 5, 36, generator=chance)
    kinds = F.normalize(torch.rand(2, 5, 384, generator=chance), dim=2)
    with torch.inference_mode():
        meant, chooses = chooser(
            asked.states, asked.padding, things, kinds, torch.zeros(2, 5, dtype=torch.bool)
        )
    run = sessions(SMALL)
    made = dict(
        zip(
            ("chooses", "meant"),
            run.run(
                "selector",
                states=asked.states.numpy(),
                hidden=hidden(asked.padding),
                there=(~asked.padding.numpy())[:, :, None].astype(np.float32),
                places=run.weights["selector.places"][: asked.states.shape[1]],
                things=things.numpy(),
                kinds=kinds.numpy(),
            ),
            strict=True,
        )
    )
    assert near(made["meant"][:, :, 0], meant)
    assert near(made["chooses"][:, 0], chooses)


def test_chinese_is_read():
    card = registry.read_card(registry.WEIGHTS / registry.CHINESE)
    net = TranslatorNet(card["letters"], card["words"])
    translator = fill(net, registry.WEIGHTS / registry.CHINESE)
    letters = translator.numbers(["图中有多少艘船"])
    words = torch.tensor([[translator.word_number[START], 5, 6, translator.word_number[END]]])
    with torch.inference_mode():
        right = translator(letters, words)
    own, run = tensors(registry.CHINESE), sessions(registry.CHINESE)
    rows = own["letter.weight"][letters.numpy()] + own["letter_place"][: letters.shape[1]]
    memory = run.run("chinese_letters", letters=rows)[0]
    rows = own["word.weight"][words.numpy()] + own["word_place"][:4]
    later = np.triu(np.full((4, 4), HIDDEN), 1)
    made = run.run("chinese_words", words=rows, memory=memory, hidden=later)[0]
    assert near(made @ own["word.weight"].T, right)
