"""Full-size models as folders, and models of the hub as they are.

Safetensors alone; no pickle is ever read.

    geomag.json          what the folder holds, see `checkpoint_metadata.py`
    heads.safetensors    granularity classifier, pixel decoder, places: trained whole, in float32
    vlm/                 tokenizer and image processor; its weights too where the adapter is merged
    adapter/             LoRA by peft over the model that the card names, where it is apart
    segmenter/ language/ where they were trained on; else the card names them

`load` also takes a vision-language model by itself, as a folder or by its name on the hub: it then
works zero-shot.
"""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import transformers as hf
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as as_bytes

from geomagnifier import __version__
from geomagnifier.atomic import rename
from geomagnifier.errors import LibraryMissing, ModelCorrupt, OptionError, install
from geomagnifier.model_protocol import Model
from geomagnifier.models.full import checkpoint_metadata as cards
from geomagnifier.models.full import hub, memory_estimate
from geomagnifier.models.full.checkpoint_metadata import Card
from geomagnifier.models.full.full_network import HEADS, FullNetwork
from geomagnifier.models.full.model import FullModel
from geomagnifier.models.full.vlm import Vlm
from geomagnifier.models.networks.precision import fast_bf16

HEADS_FILE, VLM, ADAPTER, SEGMENTER, LANGUAGE = (
    "heads.safetensors",
    "vlm",
    "adapter",
    "segmenter",
    "language",
)
SAFE = "adapter_model.safetensors"
BITS: dict[int, memory_estimate.Dtype] = {4: "int4", 8: "int8"}
WHOLE = ["model.visual", "model.vision_tower", "model.multi_modal_projector", "lm_head"]
"""Parts that keep their 16 bits beside a text model in fewer: small, and easily hurt."""


def load(
    name: str,
    small: Callable[[], Model],
    *,
    segmenter: str | None = None,
    bits: int | None = None,
    device: str | None = None,
) -> FullModel:
    """A model for answering.

    Args:
        name: folder with `geomag.json`; folder or hub name of a vision-language model.
        small: gives the package's own model, for what a zero-shot one was not taught.
        segmenter: SAM2, for zero-shot masks; None for `hub.SEGMENTER`.
        bits: 4 or 8 for the vision-language model's weights, by bitsandbytes.
        device: of torch; None for a GPU where there is one.

    Raises:
        ModelNotFound, ModelOffline, ModelCorrupt, ModelUnsupported, ModelTooLarge, LibraryMissing:
            see there.
        OptionError: other bits.
    """
    if bits is not None and bits not in BITS:
        raise OptionError(f"weights come in 4 or 8 bits, not {bits}; without --bits they have 16")
    if not sys.stderr.isatty():
        hf.utils.logging.disable_progress_bar()
    on = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    dtype = torch.bfloat16 if on.type != "cpu" or fast_bf16() else torch.float32
    folder = Path(name)
    own = (folder / cards.NAME).is_file()
    card = Card.read(folder) if own else Card(__version__, name, segmenter or hub.SEGMENTER, "")
    if own and segmenter is not None and card.trained:
        raise OptionError(
            f"{name} has a segmenter of its own, which its pixel decoder was trained on; leave"
            " --segmenter out"
        )
    if own and segmenter is not None:
        card = Card(
            card.version,
            card.vlm,
            segmenter,
            card.language,
            card.kinds,
            card.covers,
            card.scenes,
            card.sizes,
        )
    parts = {part: card.part(folder, part) for part in ("vlm", "segmenter", "language")}
    needed = memory_estimate.footprint(
        parts["vlm"], parts["segmenter"], parts["language"] if card.trained else None
    )
    memory_estimate.check(
        needed, BITS[bits] if bits else "float32" if dtype is torch.float32 else "bfloat16", on.type
    )
    vlm = load_vlm(folder if own else None, parts["vlm"], dtype, on, bits)
    sam2 = _pretrained(hf.Sam2Model, parts["segmenter"], "segmenter", torch.float32).to(
        on
    )  # small; coordinates of prompts need all their digits
    if not card.trained:
        return FullModel(_frozen(vlm), _frozen(sam2), card, None, small)
    language = _pretrained(hf.AutoModel, parts["language"], "language", torch.float32)
    network = _frozen(
        _assemble(folder, vlm, sam2, language, _tokenizer(parts["language"], "language"))
    )
    for part in (network.language, network.granularity, network.decoder, network.vlm.places):
        part.to(on)
    return FullModel(vlm, sam2, card, network, small)


def load_vlm(
    folder: Path | None,
    base: str,
    dtype: torch.dtype,
    device: torch.device,
    bits: int | None = None,
) -> Vlm:
    """A vision-language model with its tokenizer.

    Args:
        folder: of `geomag train-full`, whose adapter is put in; None for the model as it is.
        base: folder or hub name of the model.
        dtype: of the weights.
        device: of the weights.
        bits: 4 or 8 for the weights, by bitsandbytes; None for `dtype`.
    """
    told = (
        {}
        if bits is None
        else {"quantization_config": _quantised(bits), "device_map": {"": device}}
    )
    model = _pretrained(hf.AutoModelForImageTextToText, base, "vlm", dtype, **told)
    if bits is None:
        model = model.to(device)
    near = str(folder / VLM) if folder is not None and (folder / VLM).is_dir() else base
    tokenizer = _tokenizer(near, "vlm")
    with hub.explained(near):
        pictures = hf.AutoImageProcessor.from_pretrained(
            near, backend="pil", trust_remote_code=False
        )
    vlm = Vlm(model, tokenizer, pictures, str(folder or base))
    if folder is not None and (folder / ADAPTER).is_dir():
        from peft import LoraConfig, PeftConfig, PeftModel

        vlm.add_ties()
        try:
            lora = PeftConfig.from_pretrained(str(folder / ADAPTER))
            if (
                not isinstance(lora, LoraConfig) or lora.megatron_config
            ):  # the latter names a module to be imported
                raise ValueError("it is no plain LoRA")
            if not (folder / ADAPTER / SAFE).is_file():  # peft would take a pickle, or ask the hub
                raise ValueError(f"it lacks {SAFE}")
            vlm.model = PeftModel.from_pretrained(vlm.model, str(folder / ADAPTER), config=lora)
        except (
            OSError,
            ValueError,
            RuntimeError,
            TypeError,
            LookupError,
            AttributeError,
            SafetensorError,
        ) as error:
            raise ModelCorrupt(
                f"{folder / ADAPTER} cannot be read ({first(error)}); copy the model folder again"
            ) from error
    return vlm.eval()


def begin(
    vlm: str, segmenter: str, language: str, dtype: torch.dtype = torch.float32
) -> FullNetwork:
    """A network to be trained: models of the hub with [SEG], [BOX] and [NONE] added, and new heads.

    Args:
        vlm: vision-language model, folder or hub name.
        segmenter: SAM2, folder or hub name.
        language: encoder of questions, folder or hub name.
        dtype: of the weights.
    """
    parts = load_vlm(None, vlm, dtype, torch.device("cpu"))
    parts.add_ties()
    sam2, bert = (
        _pretrained(k, n, p, dtype)
        for k, n, p in (
            (hf.Sam2Model, segmenter, "segmenter"),
            (hf.AutoModel, language, "language"),
        )
    )
    return FullNetwork(parts, sam2, bert, _tokenizer(language, "language"))


def save(folder: Path, network: FullNetwork, card: Card, merged: bool = False) -> None:
    """Write a model folder, whole or not at all.

    Args:
        folder: is replaced where it exists.
        network: trained, on one device, gathered.
        card: names the models of the hub that it began from; parts that are written are named by
            their folders instead.
        merged: write the vision-language model with its adapter in it, to be loaded without peft
            and without the hub.
    """
    begun = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    vlm = network.vlm
    apart = hasattr(vlm.model, "peft_config")
    if apart and not merged:
        vlm.model.save_pretrained(
            str(begun / ADAPTER), save_embedding_layers=False
        )  # peft saves trained rows anyway; else it asks the hub
    else:
        model = vlm.model.merge_and_unload() if apart else vlm.model
        model.save_pretrained(str(begun / VLM))
        vlm.model = model
    vlm.tokenizer.save_pretrained(str(begun / VLM))
    vlm.image_processor.save_pretrained(str(begun / VLM))
    network.segmenter.save_pretrained(str(begun / SEGMENTER))
    network.language.save_pretrained(str(begun / LANGUAGE))
    network.language_tokenizer.save_pretrained(str(begun / LANGUAGE))
    state = {
        k: v.detach().float().cpu().contiguous()
        for k, v in network.state_dict().items()
        if k.startswith(HEADS)
    }
    (begun / HEADS_FILE).write_bytes(as_bytes(state))  # save_file would let the owner alone read it
    base = card.vlm if apart and not merged else VLM
    Card(
        card.version,
        base,
        SEGMENTER,
        LANGUAGE,
        card.kinds,
        card.covers,
        card.scenes,
        card.sizes,
        card.trained,
    ).write(begun)
    shutil.rmtree(folder, ignore_errors=True)
    rename(begun, folder)


def _assemble(folder: Path, vlm: Vlm, sam2: Any, language: Any, tokenizer: Any) -> FullNetwork:
    """The network of a trained folder, its heads filled in."""
    network = FullNetwork(vlm, sam2, language, tokenizer)
    path = folder / HEADS_FILE
    if not path.is_file():
        raise ModelCorrupt(
            f"{folder} lacks {HEADS_FILE}, which holds the trained pixel decoder; copy the model"
            " folder anew"
        )
    try:
        state = load_file(path)
    except (SafetensorError, OSError) as error:
        raise ModelCorrupt(f"{path} is damaged ({first(error)}); copy the file again") from error
    try:
        missing, foreign = network.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise ModelCorrupt(
            f"{path} belongs to another network: {str(error).splitlines()[-1].strip()[:200]}"
        ) from error
    lacking = [key for key in missing if key.startswith(HEADS)]
    if lacking or foreign:
        raise ModelCorrupt(
            f"{path} belongs to another network: {(lacking or foreign)[0]} does not fit"
        )
    for tie in ("[SEG]", "[BOX]", "[NONE]"):
        vlm.tie(tie)
    return network


def _pretrained(kind: Any, name: str, part: str, dtype: torch.dtype, **told: Any) -> Any:
    """A model of the hub or a folder, every weight of it in place. part: of `hub.PARTS`."""
    with hub.explained(name, part), quiet():
        safe = {"use_safetensors": True, "trust_remote_code": False}
        model, report = kind.from_pretrained(
            name, dtype=dtype, output_loading_info=True, **safe, **told
        )
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelCorrupt(
            f"{name} lacks {len(missing)} of its weights, such as {missing[0]}; fetch or copy it"
            " anew"
        )
    return model


def _tokenizer(name: str, part: str) -> Any:
    with hub.explained(name, part):
        tokenizer = hf.AutoTokenizer.from_pretrained(name, trust_remote_code=False)
    if len(tokenizer) <= len(
        tokenizer.all_special_tokens
    ):  # without its files the library makes an empty one
        raise ModelCorrupt(
            f"{name} lacks the vocabulary of its tokenizer (tokenizer.json); download or copy it"
            " again"
        )
    return tokenizer


def _frozen(module: Any) -> Any:
    return module.eval().requires_grad_(False)


def _quantised(bits: int) -> Any:
    try:
        import bitsandbytes  # noqa: F401
    except ImportError:
        raise LibraryMissing(
            f"weights in 4 or 8 bits need the extra quantized; install it: {install('quantized')}"
        ) from None
    logging.getLogger("bitsandbytes").setLevel(
        logging.ERROR
    )  # a line for each layer and token, of a cast that is meant
    if bits == 8:
        return hf.BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=WHOLE)
    how = {"bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": torch.bfloat16}
    return hf.BitsAndBytesConfig(load_in_4bit=True, llm_int8_skip_modules=WHOLE, **how)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the library's notes on a checkpoint.

    SAM2 on the hub is a video model, of which the part for images is used.
    """
    usual = hf.utils.logging.get_verbosity()
    hf.utils.logging.set_verbosity_error()
    try:
        yield
    finally:
        hf.utils.logging.set_verbosity(usual)


def first(error: BaseException) -> str:
    """The first line of an error's message."""
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
