"""Reading from the hub, its cache and folders.

Configurations come before weights, and each error of the hub is said in one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import huggingface_hub as hub
import torch
import transformers as hf
from huggingface_hub import constants, errors

from geomagnifier.errors import (
    GeomagError,
    LibraryMissing,
    ModelCorrupt,
    ModelError,
    ModelNotFound,
    ModelOffline,
    ModelTooLarge,
    ModelUnsupported,
    install,
)
from geomagnifier.models.full.families import SUPPORTED

CONFIG = "config.json"
SEGMENTER = "facebook/sam2.1-hiera-base-plus"
"""SAM2 where none is named."""
PATIENCE = 10.0
"""Seconds that the hub gets to answer."""


class Part(NamedTuple):
    """A part of the full size."""

    option: str
    """What names it on the command line."""
    files: tuple[str, ...]
    """Files that it is made of."""
    usable: str
    """What can be used for it."""


_WORDS = (CONFIG, "*.safetensors", "tokenizer.json", "tokenizer_config.json")
PARTS = {
    "vlm": Part("--model", (*_WORDS, "preprocessor_config.json"), SUPPORTED),
    "segmenter": Part("--segmenter", (CONFIG, "*.safetensors"), f"a SAM2 such as {SEGMENTER}"),
    "language": Part("--language", _WORDS, "an encoder such as google-bert/bert-base-uncased"),
}


def read_config(name: str, part: str = "vlm") -> Any:
    """The configuration in a folder, in the hub's cache or on the hub.

    It raises what `explained` raises. The hub is asked once before transformers is, which would try
    again for half a minute where there is no network.

    Args:
        name: a folder, or a name on the hub.
        part: of `PARTS`.
    """
    with explained(name, part):
        folder = Path(name).is_dir()
        if folder and not (Path(name) / CONFIG).is_file():
            raise ModelCorrupt(
                f"{name} lacks {CONFIG}; the folder of a hub model holds"
                f" {', '.join(PARTS[part].files)}"
            )
        cached = folder or isinstance(hub.try_to_load_from_cache(name, CONFIG), str)
        if not cached:
            hub.get_hf_file_metadata(hub.hf_hub_url(name, CONFIG), timeout=PATIENCE)
        return hf.AutoConfig.from_pretrained(name, trust_remote_code=False, local_files_only=cached)


@contextmanager
def explained(name: str, part: str = "vlm") -> Iterator[None]:
    """Around `from_pretrained`: its errors and the hub's as the package's own, in one line.

    Args:
        name: a folder, or a name on the hub.
        part: of `PARTS`.
    """
    try:
        yield
    except GeomagError:
        raise
    except Exception as error:
        raise _explain(error, name, PARTS[part]) from error


def _explain(error: Exception, name: str, part: Part) -> ModelError:
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)

    def found(*kinds: type[BaseException]) -> bool:
        return any(isinstance(link, kinds) for link in chain)

    line, files = (
        next(iter(str(error).splitlines()), "")[:200] or type(error).__name__,
        ", ".join(part.files),
    )
    if found(errors.GatedRepoError):
        return ModelNotFound(
            f"{name} is for those who accept its terms: do so at {constants.ENDPOINT}/{name}, then"
            " run `hf auth login`"
        )
    if found(errors.RepositoryNotFoundError, errors.HFValidationError):
        return ModelNotFound(
            f"no model named {name!r}: no folder here, and none that all may read on the hub; look"
            " at the spelling, or run `hf auth login`"
        )
    if found(errors.RemoteEntryNotFoundError):
        return ModelUnsupported(
            f"{name} lacks files on the hub; it needs {files}: take {part.usable}"
        )
    unreachable = found(
        errors.LocalEntryNotFoundError,
        errors.OfflineModeIsEnabled,
        errors.HfHubHTTPError,
        ConnectionError,
        TimeoutError,
    )
    if unreachable or any(type(link).__module__.startswith("httpx") for link in chain):
        why = (
            "HF_HUB_OFFLINE is set"
            if constants.is_offline_mode()
            else f"{constants.ENDPOINT} cannot be reached"
        )
        return ModelOffline(
            f"{name} is no folder here and not whole in the cache, and {why}; it needs {files}: run"
            f" `hf download {name} --local-dir FOLDER` on a machine with a network, then use"
            f" {part.option} FOLDER"
        )
    if found(ImportError):
        extra = "quantized" if "bitsandbytes" in str(error) else "full"
        return LibraryMissing(
            f"{name} needs a library that is not installed ({line}); install the extra {extra}:"
            f" {install(extra)}"
        )
    if found(MemoryError, torch.OutOfMemoryError) or "allocate memory" in line:
        return ModelTooLarge(
            f"{name}: memory ran out; `geomag info --model` says what a model needs, and --bits 4"
            " takes the least"
        )
    if any(
        said in line
        for said in (
            "does not recognize this architecture",
            "Unrecognized configuration class",
            "custom code",
        )
    ):
        return ModelUnsupported(
            f"{name} is of an architecture that this version cannot use; take {part.usable}"
        )
    if found(PermissionError) or any(isinstance(link, OSError) and link.errno for link in chain):
        return ModelError(
            f"{name} cannot be read ({line}); look at the rights and the room in it and in"
            f" {constants.HF_HUB_CACHE}"
        )
    again = (
        "copy the folder again"
        if Path(name).is_dir()
        else f"run `hf cache rm model/{name}` and try again"
    )
    return ModelCorrupt(f"{name} is damaged or incomplete ({line}); it needs {files}: {again}")
