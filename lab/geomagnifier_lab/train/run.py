"""A training run from data to a model folder.

Image side, region proposal network, language side, selector, translator of Chinese, thresholds;
with progress bars and plots.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from geomagnifier import __version__
from geomagnifier.finetuning.run_bar import bar
from geomagnifier.finetuning.run_plot import plot
from geomagnifier.finetuning.run_state import saved
from geomagnifier.folder_lock import alone
from geomagnifier.models import registry
from geomagnifier_lab.datasets.sample import data_root
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.networks.proposal_net import ProposalNet
from geomagnifier_lab.train import box_refiner as refine
from geomagnifier_lab.train import (
    closer_refiner,
    kept_language,
    proposal_net,
    recall_calibration,
    refined_classes,
    wide,
)
from geomagnifier_lab.train import text_decoder as language
from geomagnifier_lab.train.batches import NAMES
from geomagnifier_lab.train.calibrate import calibrate
from geomagnifier_lab.train.export import export
from geomagnifier_lab.train.heads import train_mentions, train_scenes
from geomagnifier_lab.train.loop import Captions, Settings, image_side, train
from geomagnifier_lab.train.pretrained import prepare_encoder, read_encoder, trunk_file
from geomagnifier_lab.train.question_features import train_granularity
from geomagnifier_lab.train.selector import train_selector
from geomagnifier_lab.train.text_dataset import Settings as TextSettings
from geomagnifier_lab.train.zh_en_translator import STEPS, train_reader

IMAGE, SCOUT, LANGUAGE, CHOOSING = "last.pt", "scout.pt", "language.pt", "selector.pt"
"""Checkpoints of the parts in the run's folder beside `wide.CHECKPOINT`. All parts resume from them
but the selector, which takes only minutes.
"""


@dataclass(frozen=True)
class Length:
    """How long each part is trained, in steps."""

    first: int = 1465
    """Of the image side from ImageNet; not used where a run starts from a model."""
    wide: int = wide.SETTINGS.steps
    """Of the image side over more cameras, scales and classes."""
    language: int = 1400
    """Of the language side; 0 ends the run with the image side."""
    refine: int = refine.STEPS
    """Of the refiner of boxes; 0 leaves it out."""
    keep: bool = False
    """Whether the trunk and the language side of the model that is started from are kept;
    `language` is not used then.
    """


def run(data: Path | None, out: Path, length: Length, seed: int, start: str | None = None) -> None:
    """Train, calibrate on validation images, and write a model folder, `out`/model.

    The folder can be given to `--model`.

    Args:
        data: folder of the data sets; None for GEOMAG_DATA.
        out: folder of the run; a run that is there already is resumed.
        length: steps of each part.
        seed: of everything drawn.
        start: model whose image side is trained on, "small" or a folder; None to begin from
            ImageNet.

    Raises:
        OptionError: no data sets.
        OutputError: the folder cannot be written, or another run is writing it.
        ModelNotFound: the package with the trunk's first weights is not installed, or no model to
            start from.
        ModelCorrupt: the model to start from is damaged, or of another network.
    """
    root = data_root(data)
    if start is not None:
        wide.from_model(start)
    trunk = trunk_file() if start is None else None
    with alone(out):
        _run(root, trunk, out, length, seed, start)


def _run(
    root: Path, trunk: Path | None, out: Path, length: Length, seed: int, start: str | None
) -> None:
    """`run`, alone in its folder."""
    folder = out / "model"
    console = Console(stderr=True)

    def tell(row: dict[str, float]) -> None:
        console.print(
            "  ".join(f"{k} {v:.3f}" if k != "step" else f"step {v:.0f}" for k, v in row.items()),
            highlight=False,
        )

    if start is None or not length.keep:
        prepare_encoder(folder)
    encoder, tokenizer = read_encoder(
        registry.folder_of(start) if start is not None and length.keep else folder
    )
    captions = Captions(encoder, tokenizer)
    if trunk is not None:
        with bar(console, "image side") as show:
            for row in train(root, out, captions, trunk, Settings(steps=length.first, seed=seed)):
                show(int(row["step"]), length.first)
                if "total" not in row:
                    tell(row)
                    plot(out / "log.jsonl", out / "plot.png")

    def begun() -> wide.Start:
        return wide.from_first_stage(out / IMAGE) if start is None else wide.from_model(start)

    settings = wide.OVER_A_FROZEN_TRUNK if length.keep else wide.SETTINGS
    with bar(console, "more cameras and classes") as show:
        for row in wide.train_wide(
            root, out, captions, begun, replace(settings, steps=length.wide, seed=seed)
        ):
            show(int(row["step"]), length.wide)
            if "total" not in row:
                tell(row)
                plot(out / wide.LOG, out / "wide.png")
    if length.keep and start is not None:
        base = registry.folder_of(start)
        kept_language.assemble(
            saved(out / wide.CHECKPOINT)["average"],
            base,
            folder,
            recall_calibration.sizes_of_all(root),
        )
        earlier = base / registry.REFINER
        _train_refiner(
            console, folder, root, out, length.refine, seed, earlier if earlier.is_file() else None
        )
        with bar(console, "thresholds") as show:
            kept_language.measure(base, folder, root, show)
        console.print(f"the model is in {folder}; use it with --model {folder}")
        return
    if not length.language:
        console.print(
            f"the image side is in {out / wide.CHECKPOINT}; the same command with --language-steps"
            " 1400 makes a model of it"
        )
        return
    network = image_side().eval().requires_grad_(False)
    network.load_state_dict(
        torch.load(out / wide.CHECKPOINT, map_location="cpu", weights_only=True)["average"]
    )
    with bar(console, "scout") as show:
        for row in proposal_net.train_scout(root, out, network.state_dict(), seed=seed):
            show(int(row["step"]), proposal_net.STEPS)
            if "seconds" not in row:
                tell(row)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    lessons = replace(TextSettings(), steps=length.language, seed=seed)
    with bar(console, "pictures for the language side") as show:
        course, held = language.courses(network, encoder, tokenizer, root, lessons, show)
    network.scenes = train_scenes(course.pictures, seed).requires_grad_(False)
    for part in (course, held):
        part.pictures = part.pictures._replace(
            scenes=network.scenes(part.pictures.pooled.float()).half()
        )
    with bar(console, "language side") as show:
        for row in language.train_language(
            course, held, network.states.weight[: len(NAMES)].clone(), out, lessons
        ):
            show(int(row["step"]), length.language)
            if "seconds" not in row:
                tell(row)
                plot(out / "language.jsonl", out / "language.png")
    layer, mentions, f1 = train_mentions(course.pictures, held.pictures, seed)
    tell({"mentions, mean F1": f1})
    with bar(console, "selector") as show:
        for selector, row in train_selector(encoder, tokenizer, seed):
            show(int(row["step"]), 4000)
            torch.save(selector.state_dict(), out / CHOOSING)
            tell(row)
    if not (folder / registry.CHINESE).exists():
        with bar(console, "reader of Chinese") as show:
            for reader, row in train_reader(seed):
                show(int(row["step"]), STEPS)
                tell(row)
                if row["step"] == STEPS:
                    card = {"letters": reader.letters, "words": reader.words}
                    registry.write(folder / registry.CHINESE, reader.state_dict(), card)
    classifier = network.granularity.requires_grad_(True)
    tell({"granularity": train_granularity(classifier, encoder, tokenizer, seed)})
    finish(
        network,
        layer,
        mentions,
        root,
        out,
        folder,
        lambda: _train_refiner(console, folder, root, out, length.refine, seed),
    )
    console.print(f"the model is in {folder}; use it with --model {folder}")


def _train_refiner(
    console: Console,
    folder: Path,
    root: Path,
    out: Path,
    steps: int,
    seed: int,
    start: Path | None = None,
) -> None:
    """Train the refiners of boxes over the model in a folder and write them there.

    0 steps skip them. `start` is the refiner that is trained on.
    """
    if steps:
        with bar(console, "boxes") as show:
            for row in refine.train(
                registry.load_small(folder), root, out, steps, seed, start=start
            ):
                show(int(row["step"]), steps)
        refine.put(out, folder)
        with bar(console, "classes whose boxes are refined") as show:
            refined_classes.choose(folder, root, show)
        with bar(console, "boxes, closer") as show:
            for row in closer_refiner.train(registry.load_small(folder), root, out, seed=seed):
                show(int(row["step"]), closer_refiner.STEPS)
        closer_refiner.put(out, folder)


def finish(
    network: SmallNetwork,
    mentioned: torch.nn.Linear,
    mentions: dict[str, Any],
    root: Path,
    out: Path,
    folder: Path,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Join the parts of a run into a calibrated model folder.

    Args:
        network: trained image side, scene head and granularity.
        mentioned: presence gate of captions.
        mentions: by object class the threshold of that gate and the words it suppresses.
        root: folder of the data sets.
        out: folder of the run, with its checkpoints.
        folder: model folder to be written.
        then: what is trained over the model before it is calibrated.
    """
    spoken = torch.load(out / LANGUAGE, map_location="cpu", weights_only=True)
    state = {
        k: v
        for k, v in network.state_dict().items()
        if not k.startswith(("text.", "mentioned.", "selector."))
    }
    parts = {
        "text": spoken["average"],
        "mentioned": mentioned.state_dict(),
        "selector": torch.load(out / CHOOSING, weights_only=True),
    }
    state |= {f"{part}.{k}": v for part, tensors in parts.items() for k, v in tensors.items()}
    target = folder / registry.FILES[0]
    export(state, target, __version__, spoken["words"], mentions)
    lookout = ProposalNet(len(NAMES)).eval()
    lookout.load_state_dict(
        torch.load(out / SCOUT, map_location="cpu", weights_only=True)["average"]
    )
    sights = recall_calibration.blank_card(lookout, root)
    registry.write(folder / registry.FILES[3], lookout.state_dict(), sights)
    then()
    chosen = calibrate(registry.load_small(folder), root)._asdict()
    (out / "calibration.json").write_text(json.dumps(chosen, indent=1))
    export(state, target, __version__, spoken["words"], mentions, chosen)
    registry.write(
        folder / registry.FILES[3],
        lookout.state_dict(),
        sights | recall_calibration.measure(registry.load_small(folder), root),
    )
    registry.seal(folder)
