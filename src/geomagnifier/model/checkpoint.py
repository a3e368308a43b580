"""Weights as files: two safetensors and a tokenizer in one folder. No pickle is ever read.

small.safetensors      trained parts, half precision; its metadata hold the card: kinds, scenes, words, calibration, version
sentence.safetensors   sentence encoder, half precision
tokenizer.json
scout.safetensors      the scout; its metadata hold sizes of the kinds, the curve of recall, scores by recall
chinese.safetensors    reader of Chinese; its metadata hold its characters and words. Read when the first Chinese question comes.
own.safetensors        only where kinds were taught (`geomag train --from`): a head for each; its metadata hold names and thresholds
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from geomagnifier.errors import LibraryMissing, ModelCorrupt, ModelNotFound, OptionError
from geomagnifier.model.network import SmallNetwork
from geomagnifier.model.own_file import OWN, taught
from geomagnifier.model.reading import Reader
from geomagnifier.model.scout import Scout
from geomagnifier.model.sentence import SentenceEncoder
from geomagnifier.model.small import SmallModel
from geomagnifier.protocol import Model

WEIGHTS = Path(__file__).parent / "weights"
FILES = ("small.safetensors", "sentence.safetensors", "tokenizer.json", "scout.safetensors")
CHINESE = "chinese.safetensors"
SCALE = ":scale"
"""Ends the name of the scales of a table that is kept in bytes."""


HUB = re.compile(r"\w[\w.-]*/\w[\w.-]*")
"""Names of the hub have one slash."""


def load_model(
    name: str | os.PathLike[str] = "small", *, segmenter: str | None = None, bits: int | None = None, device: str | None = None
) -> Model:
    """Load a model.

    Args:
        name: "small" (its weights are in the package); a folder of `geomag train` or `geomag train-full`; or, zero-shot, a vision-language
            model: a folder or a name of the hub such as "Qwen/Qwen2.5-VL-3B-Instruct". The last two need the extra `full`.
        segmenter: SAM2 for masks of a zero-shot model, folder or hub name; None for SAM2.1 base-plus.
        bits: 4 or 8, for a vision-language model's weights in fewer bits; needs the extra `quantized`.
        device: "cpu", "cuda" ...; None for a GPU where there is one. The small model runs on the CPU.

    Raises:
        ModelNotFound: no such name or folder.
        ModelOffline: a hub model's files are neither in the cache nor can they be fetched.
        ModelCorrupt: a file is missing, damaged, or of another network.
        ModelUnsupported: a vision-language model of a family that cannot be used.
        ModelTooLarge: it does not fit into memory.
        LibraryMissing: an extra is not installed.
        OptionError: an option that the model does not have.
    """
    text = str(name)
    if text == "full":
        raise ModelNotFound(
            "there are no published weights of the full size; train them (recipes/train_full.sh), ask a vision-language model zero-shot "
            "(--model Qwen/Qwen2.5-VL-3B-Instruct), or use 'small'"
        )
    if is_full_size(text):
        try:
            from geomagnifier.model.full.checkpoint import load
        except ImportError as error:
            raise LibraryMissing(f"{text} needs the extra: pip install 'geomagnifier[full]' ({error})") from None
        return load(text, functools.cache(load_small), segmenter=segmenter, bits=bits, device=device)
    if segmenter is not None or bits is not None:
        raise OptionError("--segmenter and --bits are for vision-language models; the small model has its own")
    base, own = load_small(name), Path(name) / OWN
    return taught(base, own, *read(own)) if own.is_file() else base


def is_full_size(name: str) -> bool:
    """Whether a name means the full size: a folder of the hub or of `geomag train-full`; where there is no folder, OWNER/NAME."""
    folder = Path(name)
    if folder.exists():
        return (folder / "config.json").is_file() or (folder / "geomag.json").is_file()
    return HUB.fullmatch(name) is not None


def load_small(name: str | os.PathLike[str] = "small") -> SmallModel:
    """The small model of the package, or of a folder with weights of the same network.

    Raises:
        ModelNotFound: no such folder.
        ModelCorrupt: a file is missing, damaged, or of another network.
    """
    folder = WEIGHTS if str(name) == "small" else Path(name)
    if not str(name) or not folder.is_dir():
        raise ModelNotFound(
            f"no model named {str(name)!r}; use 'small', a folder that holds {', '.join(FILES)}, or a vision-language model of the hub "
            "such as Qwen/Qwen2.5-VL-3B-Instruct"
        )
    for file in FILES:
        if not (folder / file).is_file():
            raise ModelCorrupt(f"{folder} lacks {file}; a model folder holds {', '.join(FILES)}")
    card, trained = read(folder / FILES[0])
    _, sentence = read(folder / FILES[1])
    hunt, sighted = read(folder / FILES[3])
    with torch.random.fork_rng(devices=[]):  # drawn and thrown away in 0.4 s; on the meta device torch imports its compiler for it, 2 s
        try:
            network = SmallNetwork(len(card["kinds"]), len(card["objects"]), len(card["scenes"]), len(card["words"]))
            encoder, scout = SentenceEncoder(), Scout(len(card["kinds"]))
        except (KeyError, TypeError) as error:
            raise ModelCorrupt(f"{folder / FILES[0]} says nothing of {error}; it was not written by `geomag train`") from error
    for module, state, file in ((network, trained, FILES[0]), (encoder, sentence, FILES[1]), (scout, sighted, FILES[3])):
        _fill(module, state, folder / file)
    try:
        reader = functools.cache(functools.partial(load_reader, folder))
        return SmallModel(network, encoder, folder / FILES[2], card, reader, scout, hunt)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelCorrupt(f"a card in {folder / FILES[0]} or {folder / FILES[3]} is incomplete: {error}") from error
    except Exception as error:
        if type(error).__module__ == "builtins":  # tokenizers raises plain Exception on a damaged file
            raise ModelCorrupt(f"{folder / FILES[2]} cannot be read: {error}") from error
        raise


def load_reader(folder: Path) -> Reader:
    """The reader of Chinese in a model folder.

    Raises:
        ModelCorrupt: its file is missing, damaged, or of another network.
    """
    path = folder / CHINESE
    if not path.is_file():
        raise ModelCorrupt(
            f"{folder} lacks {CHINESE}, which reads Chinese; ask in English, or copy the file of the package's weights there"
        )
    card, state = read(path)
    try:
        with torch.random.fork_rng(devices=[]):
            reader = Reader(card["letters"], card["words"])
    except (KeyError, TypeError) as error:
        raise ModelCorrupt(f"{path} says nothing of {error}; install the package again or copy the file anew") from error
    _fill(reader, state, path)
    return reader.eval().requires_grad_(False)


def _fill(module: nn.Module, state: Mapping[str, Tensor], path: Path) -> None:
    try:
        module.load_state_dict(state, assign=True)
    except RuntimeError as error:
        reason = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise ModelCorrupt(f"{path} belongs to another network: {reason[:200]}") from error


def read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """A safetensors file -> (card, tensors as float32).

    Raises:
        ModelCorrupt: the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no dict
        card = json.loads(metadata.get("card", "{}"))
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelCorrupt(f"{path} is damaged ({error}); install the package again or copy the file anew") from error
    if not all(bool(torch.isfinite(t).all()) for t in tensors.values()):
        raise ModelCorrupt(f"{path} holds numbers that are not finite; install the package again or copy the file anew")
    scales = {key.removesuffix(SCALE): tensors.pop(key).float() for key in [*tensors] if key.endswith(SCALE)}
    return card, {key: t.float() * scales[key] if key in scales else t.float() for key, t in tensors.items()}


def write(path: Path, tensors: Mapping[str, Tensor], card: Mapping[str, Any], bytes_for: Collection[str] = ()) -> None:
    """Tensors in half precision with their card, under a temporary name first.

    bytes_for: tables of which each row is kept in bytes with a scale of its own: half the size, errors under half a percent of the row's
    largest number.
    """
    from safetensors.torch import save_file

    kept: dict[str, Tensor] = {}
    for key, t in tensors.items():
        if key in bytes_for:
            scale = (t.abs().amax(1, keepdim=True) / 127).clamp(min=1e-7)
            kept |= {key: (t / scale).round().to(torch.int8), key + SCALE: scale}
        else:
            kept[key] = t.detach().half().contiguous()
    temporary = path.with_suffix(".part")
    save_file(kept, temporary, {"card": json.dumps(card)})
    os.replace(temporary, path)
