"""Training of the small model's image side on one machine, resumable and seeded.

It runs on a GPU where there is one, else on two cores. A class is asked for by a learnable state of
its own; text_decoder.py then trains the text decoder to write [SEG] states that land on it. The
trunk is computed once for a crop and shared by five questions. See `finetuning/losses.py` for the
losses, docs/model_card.md for the recipe.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.finetuning.crops import make_crop
from geomagnifier.finetuning.losses import WEIGHTS, Weights
from geomagnifier.finetuning.targets import stack
from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.small.word_pieces import WordPieces
from geomagnifier_lab.datasets.dubai import COVER
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.network import LANGUAGE, SmallNetwork
from geomagnifier_lab.networks.text_encoder import SentenceEncoder, tokenize
from geomagnifier_lab.train.batches import NAMES, OBJECTS, Batch, Batches, Sizes, scene_view, target
from geomagnifier_lab.train.losses import dense_losses, info_nce, scene_loss
from geomagnifier_lab.train.trainer import Files, Schedule, Trainer, warmup_cosine


@dataclass(frozen=True)
class Settings:
    """Settings of a training run of the image side."""

    steps: int = 1465
    """Training steps; about 0.3 s each on an H100, 7 s on two cores."""
    seed: int = 0
    """Of everything drawn."""
    sizes: Sizes = field(default_factory=Sizes)
    """Of a batch."""
    parts: int = 1
    """Parts that a batch's crops are processed in, one after another: less memory, nearly the same
    gradient.
    """
    drawn: int = 36
    """Synthetic scenes among the training images."""
    trunk_rate: float = 2e-4
    """Learning rate of the ImageNet-trained trunk; 0 freezes it, and the heads that read only the
    trunk.
    """
    rate: float = 1e-3
    """Learning rate of everything else."""
    warmup: int = 200
    """Steps of linear warm-up."""
    decay: float = 0.02
    """Weight decay of AdamW."""
    average: float = 0.999
    """Decay of the exponential moving average of the weights."""
    validate: int = 300
    """Steps between validations: an epoch."""
    save: int = 50
    """Steps between checkpoints."""
    without: tuple[str, ...] = ()
    """Classes whose labels are withheld from the run (`geomag bench teach`)."""


def image_side() -> SmallNetwork:
    """A network whose language side is not trained here."""
    return SmallNetwork(len(NAMES), len(OBJECTS), len(SCENES), 1)


def optimizer_of(network: SmallNetwork, settings: Settings) -> torch.optim.AdamW:
    """AdamW with a slow trunk; norms, biases and states of classes do not decay.

    Args:
        network: to be trained.
        settings: of the run.
    """
    groups = []
    for part, rate in ((True, settings.trunk_rate), (False, settings.rate)):
        for decayed in (True, False):
            parameters = [
                p
                for name, p in network.named_parameters()
                if p.requires_grad
                and name.startswith("trunk.") == part
                and (p.ndim > 1 and not name.startswith("states.")) == decayed
                and not name.startswith(LANGUAGE)
            ]
            groups.append(
                {
                    "params": parameters,
                    "lr": rate,
                    "weight_decay": settings.decay if decayed else 0.0,
                }
            )
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def crop_losses(network: SmallNetwork, batch: Batch) -> dict[str, Tensor]:
    """The losses of a batch's crops, not yet weighted.

    Args:
        network: to be trained.
        batch: crops and their targets.
    """
    with torch.autocast(batch.pixels.device.type, torch.bfloat16):
        seg = network.states(batch.asked)
        ends = network.trunk(normalise(batch.pixels))
        pyramid = network.neck(ends)
        maps = network.decoder(seg, network.decoder.prepare(pyramid))
        presence = network.presence(seg, maps, ends[3])
        kinds = [
            network.box_classifier(type(pyramid)(*(f[i : i + 1] for f in pyramid)), b)
            for i, (b, _) in enumerate(batch.boxes)
            if len(b)
        ]
    losses = dense_losses(maps, presence.float(), batch.targets)
    if kinds:
        losses["boxes"] = scene_loss(
            torch.cat(kinds).float(), torch.cat([may for b, may in batch.boxes if len(b)])
        )
    return losses


def scene_losses(network: SmallNetwork, batch: Batch, captions: Tensor) -> dict[str, Tensor]:
    """The losses of a batch's scene images, not yet weighted.

    Args:
        network: to be trained.
        batch: scene images and their labels.
        captions: (n, 384) sentence vectors of the images that have one.
    """
    with torch.autocast(batch.pixels.device.type, torch.bfloat16):
        pooled = network.trunk.pooled(network.trunk(normalise(batch.scene_pixels))[3])
    losses = {"scene": scene_loss(network.scenes(F.dropout(pooled, 0.2)), batch.scene_allowed)}
    spoken = torch.tensor([bool(c) for c in batch.captions], device=pooled.device)
    said = [c for c in batch.captions if c]
    same = torch.tensor(
        [[a == b for b in said] for a in said], dtype=torch.bool, device=pooled.device
    )
    retrieval = (
        info_nce(network.embed_picture(pooled[spoken]), network.embed_sentence(captions), same)
        if said
        else pooled.new_zeros(())
    )
    losses["retrieval"] = retrieval  # small batches may have no image with a caption
    return losses


class Captions:
    """Sentence vectors of captions, each encoded once."""

    def __init__(self, encoder: SentenceEncoder, tokenizer: WordPieces) -> None:
        self.encoder, self.tokenizer = encoder, tokenizer
        self.known: dict[str, Tensor] = {}

    @torch.no_grad()
    def __call__(self, sentences: list[str]) -> Tensor:
        new = sorted({s for s in sentences if s not in self.known})
        if new:
            self.known.update(
                zip(new, self.encoder(tokenize(self.tokenizer, new)).pooled.clone(), strict=True)
            )
        return (
            torch.stack([self.known[s] for s in sentences]).clone()
            if sentences
            else torch.zeros(0, 384)
        )


@torch.no_grad()
def validate(
    network: SmallNetwork, held: Batches, seed: int, device: torch.device
) -> dict[str, float]:
    """Figures on validation images.

    gIoU of classes that are there, share of absent ones left empty, land cover mIoU, scene top-1.

    Args:
        network: to be measured.
        held: validation data.
        seed: of the crops.
        device: of the network.
    """
    network.eval()
    rng = np.random.default_rng([seed, 3])
    overlaps: list[float] = []
    quiet: list[float] = []
    common, either = np.zeros(len(NAMES)), np.zeros(len(NAMES))
    for i in range(60):
        covers = i % 5 == 4
        crop = make_crop(held.covers if covers else held.objects, (0.999, 1.001), 640, rng)
        there = {p.kind for p in crop.pieces}
        asked = (
            list(COVER)
            if covers
            else [
                *sorted(there),
                *[k for k in OBJECTS if k in crop.kinds and k not in there][i % 3 :: 3],
            ][:6]
        )
        with torch.autocast(device.type, torch.bfloat16):
            seg = network.states(torch.tensor([NAMES.index(k) for k in asked], device=device))
            ends = network.trunk(normalise(torch.from_numpy(crop.pixels[None]).to(device)))
            maps = network.decoder(seg.float()[None], network.decoder.prepare(network.neck(ends)))
            gate = torch.sigmoid(network.presence(seg.float()[None], maps, ends[3]).float())[
                0
            ].cpu()
        targets, found = stack([[target(crop, k) for k in asked]]), maps.mask[0].cpu() > 0
        for q, kind in enumerate(asked):
            p, t = found[q], targets["mask"][0, q] > 0.5
            if covers:
                known = targets["known"][0, q] > 0.5
                common[NAMES.index(kind)] += float((p & t & known).sum())
                either[NAMES.index(kind)] += float(((p | t) & known).sum())
            elif int(targets["present"][0, q]) == 1 and t.any():
                overlaps.append(float((p & t).sum() / (p | t).sum()))
            elif int(targets["present"][0, q]) == 0:
                quiet.append(float(gate[q] < 0.5 or not bool(p.any())))
    right = []
    for name, folder in (("ucm", "ucm"), ("aid", "aid"), ("rsscn7", "rsscn7")):
        samples = [s for s in held.scenes if folder in s.path.parts][
            :: 3 if name != "rsscn7" else 4
        ]
        pictures = torch.from_numpy(np.stack([scene_view(s, 100, None) for s in samples])).to(
            device
        )
        with torch.autocast(device.type, torch.bfloat16):
            pooled = network.trunk.pooled(network.trunk(normalise(pictures))[3])
        best = network.scenes(pooled).argmax(1).tolist()
        right.append(
            float(np.mean([SCENES[b] in s.scenes for b, s in zip(best, samples, strict=True)]))
        )
    network.train()
    seen = either > 0
    figures = {
        "gIoU": float(np.mean(overlaps)),
        "absent": float(np.mean(quiet)),
        "cover": float((common[seen] / either[seen]).mean()),
    }
    return figures | dict(zip(("ucm", "aid", "rsscn7"), right, strict=True))


def workers(device: torch.device) -> int:
    """Number of processes that make batches.

    Beside training on a CPU there is room for one; a GPU is fed by all cores.
    """
    return max(1, (os.cpu_count() or 2) - 1) if device.type == "cuda" else 1


def train(
    root: Path,
    out: Path,
    captions: Callable[[list[str]], Tensor],
    trunk_path: Path,
    settings: Settings = Settings(),
    change: Callable[[SmallNetwork], None] = lambda network: None,
    weights: Weights = WEIGHTS,
) -> Iterator[dict[str, float]]:
    """Train, or resume from `out`/last.pt.

    Yields a row of figures every ten steps and at each validation.

    Args:
        root: folder of the data sets.
        out: folder for last.pt (resume), log.jsonl and plot.
        captions: sentences -> their vectors (N, 384); `Captions`.
        trunk_path: ImageNet weights of EfficientNet-Lite2 (a torch file, read without pickle's
            code).
        settings: of the run.
        change: made to the network before the first step (`geomag bench ablations`).
        weights: of the losses.
    """

    def fresh() -> SmallNetwork:
        network = image_side()
        network.trunk.load_imagenet(torch.load(trunk_path, map_location="cpu", weights_only=True))
        change(network)
        return network

    def data() -> Batches:
        return Batches(
            root, "train", settings.seed, settings.sizes, settings.drawn, settings.without
        )

    held = Batches(root, "val", settings.seed, drawn=0, without=settings.without)
    files = Files(out / "last.pt", out / "log.jsonl")
    yield from follow(
        fresh,
        data,
        lambda twin, device: validate(twin, held, settings.seed, device),
        captions,
        files,
        settings,
        weights,
    )


def follow(
    fresh: Callable[[], SmallNetwork],
    batches: Callable[[], Batches],
    check: Callable[[SmallNetwork, torch.device], dict[str, float]],
    captions: Callable[[list[str]], Tensor],
    files: Files,
    settings: Settings,
    weights: Weights = WEIGHTS,
) -> Iterator[dict[str, float]]:
    """One stage of training, from its start or from its checkpoint.

    Yields a row of figures every ten steps and at each validation.

    Args:
        fresh: makes the network as it is before the first step.
        batches: makes the data; called once.
        check: averaged network, device -> figures on validation images.
        captions: sentences -> their vectors (N, 384); `Captions`.
        files: of the stage.
        settings: of the run.
        weights: of the losses.

    Raises:
        ModelCorrupt: the checkpoint is damaged, or of another network.
        OutputError: the disk is full, or cannot be written to; the last checkpoint is as it was.
    """
    torch.manual_seed(settings.seed)
    network, twin = fresh(), fresh()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = network.to(device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    twin = twin.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def checked(average: Mapping[str, Tensor]) -> dict[str, float]:
        twin.load_state_dict(average)
        return check(twin, device)

    trainer = Trainer(
        network,
        optimizer_of(network, settings),
        Schedule(
            settings.steps,
            warmup_cosine(settings.steps, settings.warmup),
            clip=5.0,
            average=settings.average,
            log_every=10,
            save_every=settings.save,
            check_every=settings.validate,
        ),
        files,
        checked,
    )
    data = batches()
    for batch in data.stream(trainer.step, settings.steps, workers(device)):
        torch.manual_seed(settings.seed * 1_000_003 + trainer.step)
        yield from trainer.advance(
            batch_losses(network, batch.to(device), captions, settings, weights)
        )


def batch_losses(
    network: SmallNetwork,
    batch: Batch,
    captions: Callable[[list[str]], Tensor],
    settings: Settings,
    weights: Weights,
) -> Iterator[tuple[Tensor, dict[str, Tensor]]]:
    """The weighted losses of a batch: its crops in parts, then its scenes.

    Args:
        network: as it is.
        batch: on the network's device.
        captions: sentences -> their vectors (N, 384).
        settings: of the run.
        weights: of the losses.
    """
    shares = asdict(weights)
    told = captions([c for c in batch.captions if c]).to(batch.pixels.device)
    parts = batch.parts(settings.parts)
    # scene heads read only the trunk: with a frozen trunk they are not trained
    for part in (*parts, None) if settings.trunk_rate else parts:
        losses = scene_losses(network, batch, told) if part is None else crop_losses(network, part)
        share = 1.0 if part is None else len(part.pixels) / len(batch.pixels)
        total = share * torch.stack([shares[name] * value for name, value in losses.items()]).sum()
        yield total, {name: share * value for name, value in losses.items()} | {"total": total}
