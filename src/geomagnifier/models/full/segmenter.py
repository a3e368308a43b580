"""SAM2 (Ravi et al., arXiv:2408.00714): the pixel decoder's image encoder, and masks from prompts.

One pass of its encoder (paper, section 2.3, step 1) serves both:

    f1 (B, 256, H/4, W/4), f2 (B, 256, H/8, W/8), f3 (B, 256, H/16, W/16)    raw pyramid levels
    boxes and points -> masks                              with SAM2's own mask decoder

Every image is squashed to a square of `side` px, whatever its aspect, as SAM2 was trained: shares
of the image stay shares. Written against `transformers.Sam2Model`, the image-only part of the
published checkpoints (73 M of 81 M parameters).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Sam2Model

from geomagnifier.errors import ModelCorrupt

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet, as `Sam2ImageProcessor` takes them off."""
STRIDES, CHANNELS = (4, 8, 16), 256
"""What the pixel decoder is built for."""
CHUNK = 32
"""Prompts decoded at once: at 1024 px each takes about 40 MB."""


def side(model: Sam2Model) -> int:
    """Side of the square image that the model takes, px: 1024 for the published ones."""
    # the prompt encoder's, not the backbone's: positions of prompts and of f3 are laid out for this
    # one
    return int(model.config.prompt_encoder_config.image_size)


def normalise(pixels: Tensor, side: int) -> Tensor:
    """uint8 (B, h, w, 3) -> (B, 3, side, side) float32, squashed to the square.

    ImageNet's mean is taken off and the result divided by its deviation.

    Args:
        pixels: (B, h, w, 3) uint8.
        side: of the square, px.
    """
    x = pixels.permute(0, 3, 1, 2).float()
    x = F.interpolate(x, size=(side, side), mode="bilinear", antialias=True)
    mean, std = (torch.tensor(v, device=x.device)[None, :, None, None] * 255 for v in (MEAN, STD))
    return (x - mean) / std


def features(model: Sam2Model, pictures: Tensor) -> list[Tensor]:
    """The pyramid of images, with gradient where one is asked for.

    Args:
        model: SAM2.
        pictures: (B, 3, S, S) of `normalise`, B >= 1, S of `side`.

    Returns:
        f1 (B, 256, S/4, S/4), f2 (B, 256, S/8, S/8), f3 (B, 256, S/16, S/16).

    Raises:
        ModelCorrupt: the encoder gives other levels or channels, so that the pixel decoder could
            not read them.
    """
    pictures = pictures.to(model.device, model.dtype)
    levels = list(model.vision_encoder(pictures, return_dict=True).fpn_hidden_states)
    length = pictures.shape[-1]
    shapes = [tuple(f.shape[1:]) for f in levels]
    if shapes != [(CHANNELS, length // stride, length // stride) for stride in STRIDES]:
        given = ", ".join(" x ".join(map(str, shape)) for shape in shapes)
        raise ModelCorrupt(
            f"the segmenter makes {given} of {length} px where three levels of {CHANNELS} channels"
            " at 1/4, 1/8 and 1/16 are needed: use a SAM2 checkpoint such as"
            " facebook/sam2.1-hiera-base-plus"
        )
    return levels


def embeddings(model: Sam2Model, features: Sequence[Tensor]) -> list[Tensor]:
    """What SAM2's mask decoder takes, from the pyramid, without a second pass of the encoder.

    The same as `Sam2Model.get_image_embeddings`: (B, 32, S/4, S/4), (B, 64, S/8, S/8), (B, 256,
    S/16, S/16).

    Args:
        model: SAM2.
        features: of `features`.
    """
    f1, f2, f3 = (f.to(model.device, model.dtype) for f in features)
    decoder = model.mask_decoder
    return [
        decoder.conv_s0(f1),
        decoder.conv_s1(f2),
        f3 + model.no_memory_embedding.view(1, -1, 1, 1),
    ]


@torch.no_grad()
def prompted(
    model: Sam2Model,
    embeddings: Sequence[Tensor],
    boxes: Tensor | None = None,
    points: Tensor | None = None,
    chunk: int = CHUNK,
) -> tuple[Tensor, Tensor]:
    """Masks of N prompts on one image. A prompt is its box; where there is none, its point.

    A box leaves little doubt, so SAM2 is asked for one mask; a point may mean a part or the whole,
    so the best of three is taken.

    Args:
        model: SAM2.
        embeddings: of `embeddings`, of one image.
        boxes: (N, 4) x0, y0, x1, y1 in px of the square image; a row that is not finite is no box.
            None: there are only points.
        points: (N, 2) x, y, read in the rows without a box. None: there are only boxes.
        chunk: prompts decoded at once.

    Returns:
        (N, S/4, S/4) float32 probabilities and (N,) float32 IoU that SAM2 expects, on the model's
        device.
    """
    count = len(boxes) if boxes is not None else len(points) if points is not None else 0
    device, (rows, columns) = model.device, embeddings[0].shape[-2:]
    masks = torch.zeros(count, rows, columns, device=device)
    scores = torch.zeros(count, device=device)
    boxed = (
        torch.isfinite(boxes).all(1).cpu()
        if boxes is not None
        else torch.zeros(count, dtype=torch.bool)
    )
    for chosen, prompts in ((boxed, boxes), (~boxed, points)):
        if prompts is None:
            if chosen.any():
                raise ValueError(
                    f"{int(chosen.sum())} of {count} prompts have neither box nor point"
                )
            continue
        for index in torch.nonzero(chosen)[:, 0].split(chunk):
            if not len(index):
                continue
            part, where = (
                prompts[index.to(prompts.device)].to(device, torch.float32),
                index.to(device),
            )
            logits, expected = _decode(model, list(embeddings), part)
            best = expected.argmax(1)
            each = torch.arange(len(best), device=device)
            masks[where], scores[where] = (
                torch.sigmoid(logits[each, best].float()),
                expected[each, best].float(),
            )
    return masks, scores


def _decode(model: Sam2Model, embeddings: list[Tensor], prompts: Tensor) -> tuple[Tensor, Tensor]:
    """Boxes (n, 4) or points (n, 2) -> logits (n, k, S/4, S/4) and expected IoU (n, k).

    k is 1 for boxes, 3 for points.
    """
    if prompts.shape[1] == 4:
        out = model(
            image_embeddings=embeddings,
            input_boxes=prompts[None],
            multimask_output=False,
            return_dict=True,
        )
    else:
        labels = torch.ones(1, len(prompts), 1, dtype=torch.int32, device=prompts.device)
        out = model(
            image_embeddings=embeddings,
            input_points=prompts[None, :, None],
            input_labels=labels,
            multimask_output=True,
            return_dict=True,
        )
    return out.pred_masks[0], out.iou_scores[0]
