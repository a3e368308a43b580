"""SAM2: one pass of the encoder serves the pixel decoder and the prompts."""

import numpy as np
import pytest
import torch
import transformers as hf
from PIL import Image

from geomagnifier.errors import ModelCorrupt
from geomagnifier.models.full import segmenter
from tiny import write_sam2

SIDE = 128


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    made = hf.Sam2Model.from_pretrained(write_sam2(tmp_path_factory.mktemp("sam2"), SIDE)).eval()
    torch.manual_seed(1)
    with torch.no_grad():
        made.no_memory_embedding.normal_()
        for (
            name,
            weight,
        ) in (
            made.mask_decoder.named_parameters()
        ):  # masks that differ from prompt to prompt and within
            if weight.ndim > 1 and "conv_s" not in name:
                weight.normal_(0, weight[0].numel() ** -0.5)
    return made


@pytest.fixture(scope="module")
def pictures():
    generator = torch.Generator().manual_seed(2)
    return segmenter.normalise(
        torch.randint(0, 256, (2, 50, 90, 3), dtype=torch.uint8, generator=generator), SIDE
    )


@pytest.fixture(scope="module")
def seen(model, pictures):
    with torch.no_grad():
        return segmenter.embeddings(model, segmenter.features(model, pictures[:1]))


def random_boxes(count, seed=3):
    corner = torch.rand(count, 2, generator=torch.Generator().manual_seed(seed)) * SIDE / 2
    return torch.cat([corner, corner + 10 + corner.flip(1) / 2], 1)


def test_the_picture_is_squashed_to_the_square(model):
    assert segmenter.side(model) == SIDE
    pixels = torch.zeros(1, 40, 80, 3, dtype=torch.uint8)
    pixels[:, :20, 40:] = 255  # the upper right quarter, whatever the aspect
    x = segmenter.normalise(pixels, 64)
    assert x.shape == (1, 3, 64, 64) and x.dtype == torch.float32
    bright = x[0, 0] > 0
    assert bright[:31, 33:].all() and not bright[33:].any() and not bright[:, :31].any()


@pytest.mark.parametrize("size", [(200, 300), (33, 20), (64, 64)])
def test_pixels_are_those_of_sam2s_own_processor(size):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    ours = segmenter.normalise(torch.from_numpy(pixels)[None], 64)[0]
    resized = (
        np.asarray(Image.fromarray(pixels).resize((64, 64), Image.Resampling.BILINEAR), np.float32)
        / 255
    )
    theirs = (resized - hf.image_utils.IMAGENET_DEFAULT_MEAN) / hf.image_utils.IMAGENET_DEFAULT_STD
    assert (
        np.abs(ours.permute(1, 2, 0).numpy() - theirs).max() < 1.1 / 255 / 0.224
    )  # whole numbers there


def test_three_levels_with_gradient(model, pictures):
    levels = segmenter.features(model, pictures)
    assert [tuple(f.shape) for f in levels] == [(2, 256, SIDE // n, SIDE // n) for n in (4, 8, 16)]
    sum(f.sum() for f in levels).backward()
    assert model.vision_encoder.backbone.patch_embed.projection.weight.grad.abs().sum() > 0
    model.zero_grad(set_to_none=True)


def test_base_plus_as_published():
    backbone = hf.Sam2HieraDetConfig(
        hidden_size=112,
        num_attention_heads=2,
        blocks_per_stage=[2, 3, 16, 3],
        embed_dim_per_stage=[112, 224, 448, 896],
        num_attention_heads_per_stage=[2, 4, 8, 16],
        window_size_per_stage=[8, 4, 14, 7],
        window_positional_embedding_background_size=[14, 14],
        global_attention_blocks=[12, 16, 20],
    )
    vision = hf.Sam2VisionConfig(
        backbone_config=backbone, backbone_channel_list=[896, 448, 224, 112]
    )
    with torch.device("meta"):
        model = hf.Sam2Model(hf.Sam2Config(vision_config=vision))
        video = hf.Sam2VideoModel(hf.Sam2VideoConfig(vision_config=vision))
        levels = segmenter.features(model, torch.zeros(1, 3, 1024, 1024))
        made = segmenter.embeddings(model, levels)
    assert segmenter.side(model) == 1024
    assert [tuple(f.shape) for f in levels] == [
        (1, 256, 256, 256),
        (1, 256, 128, 128),
        (1, 256, 64, 64),
    ]
    assert [tuple(f.shape) for f in made] == [
        (1, 32, 256, 256),
        (1, 64, 128, 128),
        (1, 256, 64, 64),
    ]
    # 80.8 M is published for the whole, with the memory of a video, which the image model leaves
    # out
    assert sum(p.numel() for p in video.parameters()) == pytest.approx(80.8e6, rel=0.002)
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(73.3e6, rel=0.002)
    inside = {name: p.shape for name, p in video.named_parameters()}
    assert all(inside[name] == p.shape for name, p in model.named_parameters())


@pytest.mark.parametrize(
    "change", [{"num_feature_levels": 2}, {"num_feature_levels": 4}, {"fpn_hidden_size": 64}]
)
def test_another_encoder_is_refused_in_one_line(model, pictures, change):
    config = hf.Sam2VisionConfig(**model.config.vision_config.to_dict() | change)
    other = hf.Sam2Model(
        hf.Sam2Config(
            vision_config=config, prompt_encoder_config=model.config.prompt_encoder_config
        )
    )
    with pytest.raises(
        ModelCorrupt, match=r"256 channels at 1/4, 1/8 and 1/16 .* facebook/sam2\.1-hiera-base-plus"
    ) as error:
        segmenter.features(other, pictures[:1])
    assert "\n" not in str(error.value)


def test_embeddings_are_sam2s_own(model, pictures):
    with torch.no_grad():
        ours = segmenter.embeddings(model, segmenter.features(model, pictures))
        theirs = model.get_image_embeddings(pictures)
    assert len(ours) == len(theirs) == 3
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b)


def test_a_box_gives_the_mask_that_sam2_gives(model, pictures, seen):
    boxes = random_boxes(2)
    masks, scores = segmenter.prompted(model, seen, boxes)
    with torch.no_grad():
        whole = model(pixel_values=pictures[:1], input_boxes=boxes[None], multimask_output=False)
    assert masks.shape == (2, SIDE // 4, SIDE // 4) and scores.shape == (2,)
    torch.testing.assert_close(masks, whole.pred_masks[0, :, 0].sigmoid())
    torch.testing.assert_close(scores, whole.iou_scores[0, :, 0])
    assert (masks[0] - masks[1]).abs().max() > 0.01
    assert masks.min() >= 0 and masks.max() <= 1 and not masks.requires_grad


def test_a_point_gives_the_best_of_three(model, pictures, seen):
    points = torch.tensor([[30.0, 40.0], [100.0, 20.0], [64.0, 64.0]])
    masks, scores = segmenter.prompted(model, seen, None, points)
    with torch.no_grad():
        whole = model(
            pixel_values=pictures[:1], input_points=points[None, :, None], multimask_output=True
        )
    best = whole.iou_scores[0].argmax(1)
    torch.testing.assert_close(scores, whole.iou_scores[0].max(1).values)
    torch.testing.assert_close(masks, whole.pred_masks[0, torch.arange(3), best].sigmoid())


def test_points_stand_in_where_there_is_no_box(model, seen):
    boxes, points = (
        random_boxes(5),
        torch.rand(5, 2, generator=torch.Generator().manual_seed(4)) * SIDE,
    )
    by_box, by_point = (
        segmenter.prompted(model, seen, boxes),
        segmenter.prompted(model, seen, points=points),
    )
    boxes[[1, 4]] = torch.nan
    masks, scores = segmenter.prompted(model, seen, boxes, points)
    for got, boxed, pointed in zip((masks, scores), by_box, by_point, strict=True):
        torch.testing.assert_close(got[[0, 2, 3]], boxed[[0, 2, 3]])
        torch.testing.assert_close(got[[1, 4]], pointed[[1, 4]])
    with pytest.raises(ValueError, match="2 of 5 prompts have neither box nor point"):
        segmenter.prompted(model, seen, boxes)


@pytest.mark.parametrize("chunk", [1, 3, 7, 8])
def test_chunks_change_nothing(model, seen, chunk):
    boxes, points = random_boxes(7), torch.full((7, 2), 50.0)
    boxes[5] = torch.inf
    for got, expected in zip(
        segmenter.prompted(model, seen, boxes, points, chunk),
        segmenter.prompted(model, seen, boxes, points),
        strict=True,
    ):
        torch.testing.assert_close(got, expected)


@pytest.mark.parametrize(
    "prompts",
    [(), (torch.zeros(0, 4),), (None, torch.zeros(0, 2)), (torch.zeros(0, 4), torch.zeros(0, 2))],
)
def test_no_prompts_no_masks(model, seen, prompts):
    masks, scores = segmenter.prompted(model, seen, *prompts)
    assert masks.shape == (0, SIDE // 4, SIDE // 4) and scores.shape == (0,)


def test_half_precision_answers_in_float32(model, pictures, seen, tmp_path):
    model.save_pretrained(tmp_path)
    half = hf.Sam2Model.from_pretrained(tmp_path, dtype=torch.bfloat16).eval()
    boxes, points = random_boxes(4), torch.full((4, 2), 60.0)
    boxes[3] = torch.nan
    with torch.no_grad():
        levels = segmenter.features(half, pictures[:1])
        made = segmenter.embeddings(half, levels)
    assert {f.dtype for f in (*levels, *made)} == {torch.bfloat16}
    exact = segmenter.prompted(model, seen, boxes, points)
    for got, expected in zip(segmenter.prompted(half, made, boxes, points), exact, strict=True):
        assert got.dtype == torch.float32
        assert (got - expected).abs().mean() < 0.05
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        made = segmenter.embeddings(model, segmenter.features(model, pictures[:1]))
        mixed = segmenter.prompted(model, made, boxes, points)
    for got, expected in zip(mixed, exact, strict=True):
        assert got.dtype == torch.float32
        assert (got - expected).abs().mean() < 0.05
