"""How much memory the full size takes, from configurations alone, before any weights are loaded.

    footprint(vlm, segmenter, language) -> Footprint -> bytes(dtype) + working(dtype) -> check(...)
    against free(device)

Parameters are counted exactly, on the real classes built without memory (torch's meta device). What
a question takes on top is an estimate, right within a factor of two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import psutil
import torch
import transformers as hf
from torch import nn

from geomagnifier.errors import ModelTooLarge, ModelUnsupported
from geomagnifier.free_memory import granted
from geomagnifier.models.full.checkpoint_metadata import NAME as CARD
from geomagnifier.models.full.checkpoint_metadata import Card
from geomagnifier.models.full.families import family_of
from geomagnifier.models.full.hub import PARTS, SEGMENTER, explained, read_config
from geomagnifier.models.networks.granularity_net import GranularityClassifier
from geomagnifier.models.networks.pixel_decoder import PixelDecoder

Dtype = Literal["float32", "bfloat16", "int8", "int4"]
SIZES: Mapping[Dtype, float] = {"float32": 4, "bfloat16": 2, "int8": 1, "int4": 0.56}
"""Bytes a parameter. int4: half a byte, and a float32 scale for each 64 of them."""
BITS: Mapping[Dtype, str] = {"int8": "--bits 8", "int4": "--bits 4"}
"""Options that choose them; whether it is float32 or bfloat16 otherwise depends on the machine."""
SMALLEST_SEGMENTER = "facebook/sam2.1-hiera-tiny"
KNOWN_SEGMENTERS = {SEGMENTER: (73_328_401, 112, 1024), SMALLEST_SEGMENTER: (31_440_721, 96, 1024)}
"""Parameters (without the memory of videos, 8 M more), width of the first stage, side of the image
in px.
"""
TOKENS, ROWS = 2048, 64
"""Of a question with its views (1.5 Mpx for Qwen, three views for LLaVA), and of what is written
after the views.
"""
PROMPTS, PROMPT = 32, 40_000_000
"""Boxes that SAM2 makes masks of at once, and bytes each takes at 1024 px."""


@dataclass(frozen=True)
class Footprint:
    """What memory depends on."""

    name: str
    """Of the vision-language model."""
    parameters: Mapping[str, int]
    """By part: "vlm", "segmenter"; of a trained model "language" and "heads" as well."""
    linear: int
    """Parameters in linear layers of the vlm's text model, which --bits makes smaller."""
    width: int
    """Of the vlm's text model."""
    forward: int
    """Width inside its feed-forward layers."""
    layers: int
    """Of the text model."""
    heads: int
    """Attention heads of the text model."""
    kv_heads: int
    """Heads of its keys and values."""
    head: int
    """Width of a head."""
    patch_width: int
    """Width of its vision side."""
    patch_forward: int
    """Width inside the vision side's feed-forward layers."""
    patches: int
    """Patches of an image token."""
    trunk: int
    """Width of the segmenter's first stage."""
    side: int
    """Side of the image that the segmenter takes, px."""

    @property
    def total(self) -> int:
        """All parameters."""
        return sum(self.parameters.values())

    def bytes(self, dtype: Dtype) -> int:
        """Bytes of the weights.

        int8 and int4 mean the vlm's linear text layers, the rest of it is bfloat16 then. Other
        parts are float32.
        """
        vlm = self.parameters["vlm"]
        return int(
            self.linear * SIZES[dtype]
            + (vlm - self.linear) * max(SIZES[dtype], 2)
            + (self.total - vlm) * 4
        )

    def working(self, dtype: Dtype, tokens: int = TOKENS, rows: int = ROWS) -> int:
        """What a question takes beside the weights: an estimate, right within a factor of two.

        Args:
            dtype: of the vlm's weights; with int8 and int4 its arithmetic is bfloat16.
            tokens: of the question and its views.
            rows: of them, those that follow the views: PSC works out their attention with a
                gradient.
        """
        size = 4 if dtype == "float32" else 2
        # keys and values of every layer stay until the answer is written
        cache = 2 * self.layers * self.kv_heads * self.head * tokens * size
        # one layer at a time is alive: q, k, v and their like, half of them float32 as norms are;
        # gate, up, their product and its slopes
        layer = tokens * (8 * self.width * 4 + 6 * self.forward * size)
        # the last quarter of the layers keeps all that has a slope for PSC; A of the rows and dA
        # are float32
        watched = max(2, self.layers // 4)
        gradient = watched * (
            tokens * (12 * self.width * 4 + 3 * self.forward * size)
            + 2 * self.heads * rows * tokens * 4
        )
        # one layer of the vision side, over before the text model begins
        pictures = tokens * self.patches * (6 * self.patch_width + 3 * self.patch_forward) * size
        # the segmenter's first stage at H/4: its input, q, k, v, and four times its width inside
        stage = (self.side // 4) ** 2 * 8 * self.trunk * 4
        prompts = PROMPTS * PROMPT * (self.side / 1024) ** 2
        # f1, f2 and f3, of 256 channels, stay while masks are made, as does what the pixel decoder
        # makes of them
        pyramid = (self.side // 4) ** 2 * 2 * 256 * (1 + 1 / 4 + 1 / 16) * 4
        # a packed layer is unpacked while it is at work
        unpacked = self.width * self.forward * 2 if SIZES[dtype] < 2 else 0
        return int(
            cache + pyramid + unpacked + max(layer + gradient, pictures, stage, prompts)
        )  # these four follow one another

    def peak(self, dtype: Dtype) -> int:
        """Weights and what a question takes, bytes."""
        return self.bytes(dtype) + self.working(dtype)


SMALLER = Footprint(
    name="Qwen/Qwen2.5-VL-3B-Instruct",
    parameters={"vlm": 3_754_622_976, "segmenter": KNOWN_SEGMENTERS[SMALLEST_SEGMENTER][0]},
    linear=2_774_532_096,
    width=2048,
    forward=11008,
    layers=36,
    heads=16,
    kv_heads=2,
    head=128,
    patch_width=1280,
    patch_forward=3420,
    patches=4,
    trunk=KNOWN_SEGMENTERS[SMALLEST_SEGMENTER][1],
    side=1024,
)
"""The smallest model that is worth naming, with the smallest segmenter."""


def footprint(vlm: str, segmenter: str | None = None, language: str | None = None) -> Footprint:
    """The memory of the full size made of these parts; of each, config.json alone is read.

    Args:
        vlm: vision-language model: a folder, or a name on the hub, whose cache and HF_HUB_OFFLINE
            count.
        segmenter: SAM2; None: `SEGMENTER`. The numbers of `KNOWN_SEGMENTERS` need no file.
        language: encoder of questions of a trained model; None: the model works zero-shot, without
            it and without trained heads.

    Raises:
        ModelOffline: config.json is neither in the cache nor within reach.
        ModelNotFound: no folder and no hub model of that name.
        ModelCorrupt: a folder lacks config.json, or it is damaged.
        ModelUnsupported: of a family that cannot be used.
    """
    config = read_config(vlm)
    family_of(config, vlm)
    with explained(vlm):
        model = blank(config)
        text, vision = config.get_text_config(), config.vision_config
        linear = sum(
            m.weight.numel() for m in model.get_decoder().modules() if isinstance(m, nn.Linear)
        )
    width, heads = text.hidden_size, text.num_attention_heads
    masks, trunk, side = segmenter_numbers(segmenter or SEGMENTER)
    parts = {"vlm": count(model), "segmenter": masks}
    if language is not None:
        words = read_config(language, "language")
        if not hasattr(words, "hidden_size"):
            raise ModelUnsupported(
                f"{language} is of the family {words.model_type!r}, which cannot be used; take"
                f" {PARTS['language'].usable}"
            )
        with explained(language, "language"):
            parts |= {
                "language": parameters(words),
                "heads": trained_heads(width, words.hidden_size),
            }
    return Footprint(
        name=vlm,
        parameters=parts,
        linear=linear,
        width=width,
        forward=text.intermediate_size,
        layers=text.num_hidden_layers,
        heads=heads,
        kv_heads=getattr(text, "num_key_value_heads", None) or heads,
        head=getattr(text, "head_dim", None) or width // heads,
        patch_width=vision.hidden_size,
        patch_forward=vision.intermediate_size,
        patches=getattr(vision, "spatial_merge_size", 1) ** 2,
        trunk=trunk,
        side=side,
    )


def segmenter_numbers(name: str) -> tuple[int, int, int]:
    """The numbers of a segmenter, as in `KNOWN_SEGMENTERS`."""
    if name in KNOWN_SEGMENTERS:
        return KNOWN_SEGMENTERS[name]
    config = read_config(name, "segmenter")
    if config.model_type not in ("sam2", "sam2_video"):
        raise ModelUnsupported(
            f"{name} is of the family {config.model_type!r}, which cannot be used; take"
            f" {PARTS['segmenter'].usable}"
        )
    with explained(name, "segmenter"):
        return (
            parameters(config),
            config.vision_config.backbone_config.hidden_size,
            config.prompt_encoder_config.image_size,
        )


def parameters(config: Any) -> int:
    """Parameters of the model that a configuration of transformers describes, tied ones once."""
    return count(blank(config))


def count(model: nn.Module) -> int:
    """Parameters of a module, tied ones once."""
    return sum(p.numel() for p in model.parameters())


def blank(config: Any) -> Any:
    """The real class of a configuration, without memory behind it.

    Of SAM2 the part for images, whatever the checkpoint says it is.
    """
    with torch.device("meta"):
        if config.model_type.startswith("sam2"):
            return hf.Sam2Model(config)
        kind = hf.AutoModelForImageTextToText if hasattr(config, "vision_config") else hf.AutoModel
        return kind.from_config(config)


def trained_heads(width: int, language: int) -> int:
    """Parameters of pixel decoder, granularity classifier and embedding of places.

    Args:
        width: of the vlm.
        language: width of the encoder of questions.
    """
    with torch.device("meta"):
        places = nn.Sequential(nn.Linear(4, 64), nn.GELU(), nn.Linear(64, width))
        return sum(
            count(head)
            for head in (PixelDecoder(256, 256, width), GranularityClassifier(language), places)
        )


def free(device: str) -> int:
    """Free memory of a device ("cuda", "cuda:1", "cpu"), bytes.

    On the CPU what the system and the process's control group leave.
    """
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    return min(int(psutil.virtual_memory().available), *granted())


def gigabytes(size: float) -> str:
    """Bytes -> "17.0 GB"."""
    return f"{size / 1e9:.1f} GB"


def check(footprint: Footprint, dtype: Dtype, device: str, room: int | None = None) -> None:
    """Raise where a model does not fit, before it is loaded.

    Args:
        footprint: of `footprint`.
        dtype: of the weights.
        device: where they are to be.
        room: bytes; None: what is free on the device.

    Raises:
        ModelTooLarge: it does not fit; the message names something that would.
    """
    room = free(device) if room is None else room
    if footprint.peak(dtype) <= room:
        return
    bits: dict[Dtype, str] = {d: option for d, option in BITS.items() if SIZES[d] < SIZES[dtype]}
    ways = [(option, footprint.peak(d)) for d, option in bits.items()]
    any_bits, masks = {dtype: BITS.get(dtype, ""), **bits}, SMALLER.parameters["segmenter"]
    if footprint.parameters["segmenter"] > masks:
        tiny = replace(
            footprint,
            parameters={**footprint.parameters, "segmenter": masks},
            trunk=SMALLER.trunk,
            side=SMALLER.side,
        )
        ways += [
            (f"--segmenter {SMALLEST_SEGMENTER} {option}", tiny.peak(d))
            for d, option in any_bits.items()
        ]
    if footprint.total > SMALLER.total:
        ways += [
            (f"--model {SMALLER.name} --segmenter {SMALLEST_SEGMENTER} {option}", SMALLER.peak(d))
            for d, option in any_bits.items()
        ]
    fits = next(
        (f"{way.strip()} would take {gigabytes(size)}" for way, size in ways if size <= room), ""
    )
    raise ModelTooLarge(
        f"{footprint.name}: needs about {gigabytes(footprint.peak(dtype))} in {dtype} on {device},"
        f" {gigabytes(room)} are free; "
        + (fits or "nothing of the full size fits here: use --model small")
    )


def describe(
    model: str, segmenter: str | None = None, language: str | None = None, device: str | None = None
) -> dict[str, Any]:
    """Parts, parameters and memory of a full-size model, as `geomag info` prints them.

    Args:
        model: a vision-language model as in `footprint`, or a folder with geomag.json, which names
            all parts.
        segmenter: in place of the model's own or usual one.
        language: in place of a trained model's own; with it, a model is counted as if it were
            trained.
        device: where it would be; None: a GPU where there is one.

    Raises:
        ModelError: as `footprint`.
    """
    folder, vlm, facts = Path(model), model, dict[str, Any](name=model, trained=False)
    if (folder / CARD).is_file():
        card = Card.read(folder)
        vlm, segmenter = card.part(folder, "vlm"), segmenter or card.part(folder, "segmenter")
        if card.trained:
            language = language or card.part(folder, "language")
        facts |= {"trained": card.trained, "version": card.version, "kinds": card.kinds}
    known = footprint(vlm, segmenter, language)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    room = free(device)
    facts |= {
        "vlm": vlm,
        "segmenter": segmenter or SEGMENTER,
        "language": language,
        "parameters": dict(known.parameters),
    }
    memory = {
        d: {"weights": known.bytes(d), "working": known.working(d), "fits": known.peak(d) <= room}
        for d in SIZES
    }
    return facts | {"device": device, "free": room, "memory": memory}
