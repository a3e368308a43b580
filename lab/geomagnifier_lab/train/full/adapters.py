"""Which parts of the full network are trained, and at which learning rate.

whole     places, granularity, pixel decoder; SAM2's image encoder and the encoder of questions
          where they have a learning rate
LoRA      attention and feed-forward of the VLM's text model (Hu et al., arXiv:2106.09685), by peft
rows      those of [SEG], [BOX] and [NONE] in the embeddings, and in the output layer where that
          has weights of its own, by peft

The VLM's vision side is frozen.
"""

from __future__ import annotations

import math
import warnings

import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from geomagnifier.models.full import checkpoint
from geomagnifier.models.full.full_network import HEADS, FullNetwork
from geomagnifier.models.full.output_classes import BOX, NONE, SEG
from geomagnifier_lab.train.full.settings import Settings

ADAPTED = r".*language_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"
"""Layers that LoRA adapts."""
ROWS = "trainable_tokens_delta"


def begin(settings: Settings) -> FullNetwork:
    """The network before the first step, on the CPU.

    Frozen parts in the precision of the run, trained ones in float32.
    """
    torch.manual_seed(settings.seed)
    dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
    network = checkpoint.begin(
        settings.vlm, settings.segmenter, settings.language, dtype
    ).requires_grad_(False)
    vlm = network.vlm
    ties = [vlm.tie(mark) for mark in (SEG, BOX, NONE)]
    embeddings, words = vlm.model.get_input_embeddings(), vlm.model.get_output_embeddings()
    rows = (
        {"embed_tokens": ties}
        if embeddings.weight is words.weight
        else {"embed_tokens": ties, "lm_head": ties}
    )
    lora = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=ADAPTED,
        trainable_token_indices=rows,
    )
    with warnings.catch_warnings():
        # peft 0.21 calls transformers by the old name
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        vlm.model = get_peft_model(vlm.model, lora)
    if settings.gradient_checkpointing:
        # non-reentrant: it needs no gradient of a layer's input
        vlm.core.activation_checkpointing_enable()
    trained: list[nn.Module] = [vlm.places, network.granularity, network.decoder]
    if settings.segmenter_rate:
        trained.append(network.segmenter.vision_encoder)
    if settings.language_rate:
        trained.append(network.language)
    for part in trained:
        part.float().requires_grad_(True)
    if getattr(network.language, "pooler", None) is not None:
        network.language.pooler.requires_grad_(False)  # unused: the first state is read
    return network


def optimizer_of(network: FullNetwork, settings: Settings) -> torch.optim.AdamW:
    """AdamW with a learning rate for each part.

    Norms, biases and rows of embeddings do not decay.

    Args:
        network: of `begin`.
        settings: of the run.
    """
    rates = {
        "segmenter.": settings.segmenter_rate,
        "language.": settings.language_rate,
    } | dict.fromkeys(HEADS, settings.rate)
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, p in network.named_parameters():
        if p.requires_grad:
            rate = next(
                (rate for start, rate in rates.items() if name.startswith(start)),
                settings.lora_rate,
            )
            groups.setdefault((rate, p.ndim > 1 and ROWS not in name), []).append(p)
    return torch.optim.AdamW(
        [
            {"params": ps, "lr": rate, "weight_decay": settings.decay if decays else 0.0}
            for (rate, decays), ps in groups.items()
        ],
        betas=(0.9, 0.98),
    )


def share_of_rate(step: int, settings: Settings) -> float:
    """Learning rate as a share of its peak: warm-up, then cosine to a hundredth.

    Args:
        step: from 0.
        settings: of the run.
    """
    if step < settings.warmup:
        return (step + 1) / settings.warmup
    done = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
