"""What each part of the image side contributes.

Short runs from the same seed, each without one part, and the noise of two seeds beside them. Every
run is `train.loop.train` itself on smaller crops and fewer steps; its last validation counts. What
is changed is in `VARIANTS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from geomagnifier.errors import OptionError
from geomagnifier.finetuning.losses import WEIGHTS, Weights
from geomagnifier.folder_lock import alone
from geomagnifier.models.networks.pixel_decoder import Maps, PixelDecoder
from geomagnifier.models.small.maps import QUARTERS
from geomagnifier_lab.networks.linear_decoder import summed
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.train.batches import Sizes
from geomagnifier_lab.train.loop import Settings, train

STEPS = 300
"""Steps of a run: about ten minutes on two cores."""
SIZES = Sizes(crops=8, side=320, scenes=40)


def nothing(network: SmallNetwork) -> None:
    """Leave the network as it is."""


def one_level(level: int) -> Callable[[SmallNetwork], None]:
    """A change after which the decoder reads only f1, f2 or f3 (level 0, 1, 2).

    The others' weights are 0 and stay so.
    """

    def change(network: SmallNetwork) -> None:
        mask = torch.zeros_like(network.decoder.level_weight)
        mask[level] = 1
        with torch.no_grad():
            network.decoder.level_weight.copy_(mask)
        network.decoder.level_weight.register_hook(lambda slope: slope * mask.to(slope.device))

    return change


def frozen_trunk(network: SmallNetwork) -> None:
    """Keep ImageNet's features as they are."""
    network.trunk.requires_grad_(False)


class LiteralDecoder(PixelDecoder):
    """The mask decoder as the paper writes it (section 2.3, steps 3 and 4).

    It has no activation between the convolutions, kernels that do not know the question, and a
    weighted sum of three sigmoids. The other maps, which the paper does not have, stay ours.
    """

    def __init__(self) -> None:
        super().__init__()
        self.second = torch.nn.ModuleList(torch.nn.Linear(self.inner, QUARTERS) for _ in range(3))
        self.level = torch.nn.Parameter(torch.ones(3) / 3)

    def forward(self, seg: Tensor, prepared: list[Tensor]) -> Maps:
        """As `PixelDecoder.forward`; mask logits are those of the summed probabilities.

        Args:
            seg: (B, Q, seg) states of the questions.
            prepared: of `PixelDecoder.prepare`.
        """
        maps = super().forward(seg, prepared)
        h = self.blend * self.project(seg)
        return maps._replace(
            mask=summed(
                prepared,
                [question(h) for question in self.question],
                self.norm,
                self.second,
                self.level,
            )
        )


def literal(network: SmallNetwork) -> None:
    """Put the paper's mask decoder in place of ours."""
    network.decoder = LiteralDecoder()


@dataclass(frozen=True)
class Variant:
    """A short run and what is different in it."""

    change: Callable[[SmallNetwork], None] = nothing
    """Made to the network before the first step."""
    weights: Weights = WEIGHTS
    """Weights of the losses."""
    seed: int = 0
    """Seed of everything that is drawn."""


VARIANTS = {
    "all": Variant(),
    "all, another seed": Variant(seed=1),
    "f1 alone": Variant(one_level(0)),
    "f2 alone": Variant(one_level(1)),
    "f3 alone": Variant(one_level(2)),
    "frozen trunk": Variant(frozen_trunk),
    "masks and boxes alone": Variant(weights=replace(WEIGHTS, scene=0.0, retrieval=0.0, boxes=0.0)),
    "scenes and captions alone": Variant(
        weights=replace(
            WEIGHTS, mask=0.0, dice=0.0, centre=0.0, sides=0.0, offset=0.0, presence=0.0, boxes=0.0
        )
    ),
    "literal mask decoder": Variant(literal),
}


def measured(log: Path, step: int) -> dict[str, float]:
    """The validation figures of a step; empty where the run has not come so far.

    Args:
        log: the run's log.jsonl; it may be missing.
        step: whose figures are wanted.
    """
    rows = [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []
    found = [row for row in rows if row["step"] == step and "total" not in row]
    return {k: v for k, v in found[-1].items() if k != "step"} if found else {}


def ablate(
    root: Path,
    out: Path,
    captions: Callable[[list[str]], Tensor],
    trunk_path: Path,
    steps: int = STEPS,
    sizes: Sizes = SIZES,
    only: str | None = None,
) -> Iterator[tuple[str, int, dict[str, float]]]:
    """Train the variants one after another.

    Args:
        root: folder of the data sets.
        out: folder of the runs; what is finished there is not done again.
        captions: sentences -> vectors.
        trunk_path: ImageNet weights.
        steps: of each run.
        sizes: of a batch.
        only: one variant; all without.

    Yields:
        (variant, step, figures), figures empty until its last step.

    Raises:
        OptionError: there is no variant of that name.
        OutputError: another run is writing `out`, or it cannot be written.
    """
    if only is not None and only not in VARIANTS:
        raise OptionError(f"there is no variant {only!r}; choose among {', '.join(VARIANTS)}")
    with alone(out):
        yield from _ablate(
            root,
            out,
            captions,
            trunk_path,
            steps,
            sizes,
            [only] if only is not None else list(VARIANTS),
        )


def _ablate(
    root: Path,
    out: Path,
    captions: Callable[[list[str]], Tensor],
    trunk_path: Path,
    steps: int,
    sizes: Sizes,
    names: Sequence[str],
) -> Iterator[tuple[str, int, dict[str, float]]]:
    """`ablate`, alone in its folder."""
    for name in names:
        variant, folder = VARIANTS[name], out / name.replace(" ", "-").replace(",", "")
        finished = measured(folder / "log.jsonl", steps)
        if finished:
            yield name, steps, finished
            continue
        settings = Settings(
            steps=steps,
            seed=variant.seed,
            sizes=sizes,
            warmup=min(60, steps // 4),
            average=0.99,
            validate=steps,
            save=steps,
        )
        figures: dict[str, float] = {}
        for row in train(
            root, folder, captions, trunk_path, settings, variant.change, variant.weights
        ):
            if "total" not in row:
                figures = {k: v for k, v in row.items() if k != "step"}
            yield name, int(row["step"]), figures
