"""The shapes of the paper, on tiny models with numbers and on the real sizes without."""

import numpy as np
import pytest
import torch
import transformers as hf
from test_vlm import picture

from geomagnifier.models.full import segmenter as sam2
from geomagnifier.models.full.checkpoint import begin
from geomagnifier.models.full.full_network import HEADS, FullNetwork
from geomagnifier.models.full.vlm import IGNORED, Turn, Vlm

BASE_PLUS = {
    "hidden_size": 112,
    "num_attention_heads": 2,
    "blocks_per_stage": [2, 3, 16, 3],
    "embed_dim_per_stage": [112, 224, 448, 896],
    "num_attention_heads_per_stage": [2, 4, 8, 16],
    "window_size_per_stage": [8, 4, 14, 7],
    "global_attention_blocks": [12, 16, 20],
    "window_positional_embedding_background_size": [14, 14],
}


def batch_of(network, turns, ties=True):
    """A batch as training makes it: every [SEG] of an answer drawn on the first picture."""
    inputs = network.vlm.encode(turns)
    side = sam2.side(network.segmenter)
    rows, columns = (inputs["labels"] == network.vlm.tie("[SEG]")).nonzero(as_tuple=True)
    at = torch.stack([rows, columns], 1) if ties else torch.zeros(0, 2, dtype=torch.long)
    told = network.language_tokenizer(
        [turn.question for turn in turns], padding=True, return_tensors="pt"
    )
    pixels = torch.from_numpy(np.stack([turn.views[0].pixels for turn in turns])) if ties else None
    return {f"vlm.{key}": value for key, value in inputs.items()} | {
        "ties": at,
        "pictures": (
            sam2.normalise(pixels, side) if pixels is not None else torch.zeros(0, 3, side, side)
        ),
        "picture_of": at[:, 0],
        "question.input_ids": told["input_ids"],
        "question.attention_mask": told["attention_mask"],
    }


@pytest.fixture
def network(hub, family):
    return begin(str(hub / family), str(hub / "sam2"), str(hub / "bert")).eval()


def test_one_pass_gives_everything_in_the_papers_shapes(network):
    turns = [
        Turn([picture()], "Segment ships and harbors.", "ship: [SEG]; harbor: [SEG]"),
        Turn([picture(seed=1)], "Segment airplanes.", "airplane: [NONE]"),
    ]
    out = network(batch_of(network, turns))
    said = int((network.vlm.encode(turns)["labels"] != IGNORED).sum())
    assert out["logits"].shape[0] == len(out["answers"]) == said
    side = sam2.side(network.segmenter)
    assert out["mask"].shape == (2, side // 2, side // 2)
    assert out["centre"].shape == (2, side // 4, side // 4)
    assert out["sides"].shape == out["offset"].shape[:1] + (4, side // 4, side // 4)
    assert out["granularity"].shape == (2, 3)
    sizes = [
        (layer.in_features, layer.out_features)
        for layer in network.granularity.layers
        if isinstance(layer, torch.nn.Linear)
    ]
    assert sizes == [(48, 256), (256, 128), (128, 3)]
    mlp = [
        (layer.in_features, layer.out_features)
        for layer in network.decoder.project
        if isinstance(layer, torch.nn.Linear)
    ]
    assert mlp == [(network.vlm.width, 256), (256, 256)]
    prepared = network.decoder.prepare(
        sam2.features(network.segmenter, torch.zeros(1, 3, side, side))
    )
    assert [tuple(g.shape[1:]) for g in prepared] == [
        (side // s, side // s, 256) for s in (4, 8, 16)
    ]


def test_without_anything_to_draw_every_parameter_still_has_a_gradient(network):
    out = network(
        batch_of(network, [Turn([picture()], "What is this?", "This is a harbor.")], ties=False)
    )
    assert out["mask"].shape[0] == out["sides"].shape[0] == 0
    total = (
        out["logits"].sum()
        + out["granularity"].sum()
        + sum(out[key].sum() for key in ("mask", "centre", "sides", "offset"))
    )
    total.backward()
    heads = {name: p for name, p in network.named_parameters() if name.startswith(HEADS)}
    assert all(p.grad is not None for p in heads.values())
    assert all(not p.grad.any() for name, p in heads.items() if name.startswith("decoder."))


def meta_network(config):
    """A network of the real sizes on the meta device: shapes without numbers."""
    bert = hf.BertConfig()
    segmenter = hf.Sam2Config(
        vision_config=hf.Sam2VisionConfig(
            backbone_config=hf.Sam2HieraDetConfig(**BASE_PLUS),
            backbone_channel_list=[896, 448, 224, 112],
        )
    )
    with torch.device("meta"):
        model = hf.AutoModelForImageTextToText.from_config(config)
        return FullNetwork(
            Vlm(model, None, None), hf.Sam2Model(segmenter), hf.BertModel(bert), None
        )


def millions(module):
    return sum(p.numel() for p in module.parameters()) / 1e6


def test_the_papers_shapes_at_seven_billion():
    config = hf.LlavaConfig(
        vision_config=hf.CLIPVisionConfig(
            hidden_size=1024,
            intermediate_size=4096,
            num_hidden_layers=24,
            num_attention_heads=16,
            image_size=336,
            patch_size=14,
        ),
        text_config=hf.LlamaConfig(
            vocab_size=32064,
            hidden_size=4096,
            intermediate_size=11008,
            num_hidden_layers=32,
            num_attention_heads=32,
            pad_token_id=0,
        ),
        image_token_index=32000,
    )
    network = meta_network(config)
    assert network.vlm.width == 4096
    assert millions(network.vlm.model) == pytest.approx(7063, rel=0.01)
    assert millions(network.segmenter) == pytest.approx(73.3, rel=0.01)
    assert millions(network.language) == pytest.approx(109.5, rel=0.01)
    assert [tuple(p.shape) for p in network.granularity.parameters()][::2] == [
        (256, 768),
        (128, 256),
        (3, 128),
    ]
    with torch.device("meta"):
        levels = sam2.features(network.segmenter, torch.zeros(1, 3, 1024, 1024))
        assert [tuple(f.shape) for f in levels] == [
            (1, 256, 256, 256),
            (1, 256, 128, 128),
            (1, 256, 64, 64),
        ]
        maps = network.decoder(torch.zeros(1, 1, 4096), network.decoder.prepare(levels))
        assert network.levels(torch.zeros(1, 9, dtype=torch.long), None).shape == (1, 3)
        ids = torch.zeros(1, 640, dtype=torch.long)
        states = network.vlm.model.model.language_model(input_ids=ids).last_hidden_state
    assert tuple(maps.mask.shape) == (1, 1, 512, 512)
    assert tuple(states.shape) == (1, 640, 4096)
    assert [tuple(p.shape) for p in network.decoder.project.parameters()] == [
        (256, 4096),
        (256,),
        (256, 256),
        (256,),
    ]


def test_qwen_has_its_own_width():
    config = hf.Qwen2_5_VLConfig(
        text_config={
            "vocab_size": 152064,
            "hidden_size": 3584,
            "intermediate_size": 18944,
            "num_hidden_layers": 28,
            "num_attention_heads": 28,
            "num_key_value_heads": 4,
            "rope_parameters": {
                "rope_type": "default",
                "mrope_section": [16, 24, 24],
                "rope_theta": 1e6,
            },
        },
        vision_config={
            "depth": 32,
            "hidden_size": 1280,
            "intermediate_size": 3420,
            "num_heads": 16,
            "out_hidden_size": 3584,
        },
    )
    network = meta_network(config)
    assert network.vlm.width == network.decoder.project[0].in_features == 3584
    assert millions(network.vlm.model) == pytest.approx(8292, rel=0.01)
