"""Weights as files: safetensors and a tokenizer in one folder. No pickle is ever read.

    small.safetensors           trained parts, half precision; its metadata hold the card: classes,
                                scene classes, words, thresholds, version
    sentence.safetensors        sentence encoder, half precision
    tokenizer.json              of the sentence encoder
    scout.safetensors           proposal network; its metadata hold usual sizes of the classes, the
                                recall curve, scores by recall
    chinese.safetensors         translator of Chinese; its metadata hold its characters and words.
                                Read when the first Chinese question comes.
    box_refiner.safetensors     corrects boxes; without it they are the pixel decoder's
    closer_refiner.safetensors  corrects boxes of thin things on enlarged parts of a view; without
                                it the former does
    attention.safetensors       cross-attention that PSC's relevance map is made with; without it,
                                that of the decoder
    linear_decoder.safetensors  the pixel decoder as the paper writes it, for that variant
                                alone; not in every folder
    own.safetensors             only where classes were added (`geomag train --from`): a head for
                                each; its metadata hold names and thresholds
    SHA256SUMS                  of all these; where it is there, the files are checked against it

A folder may be anybody's: headers and cards are checked before networks are built, and shapes
before tensors are read.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np

from geomagnifier.atomic import rename
from geomagnifier.errors import LibraryMissing, ModelCorrupt, ModelNotFound, OptionError, install
from geomagnifier.model_protocol import Model
from geomagnifier.models import checksums
from geomagnifier.models import metadata as cards
from geomagnifier.models.custom.checkpoint import OWN, taught
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.models.onnx_detector.detector_model import DetectorModel
from geomagnifier.models.onnx_detector.onnx_detector import SUFFIX, OnnxDetector
from geomagnifier.models.small import word_pieces
from geomagnifier.models.small.box_features import Refiner
from geomagnifier.models.small.byte_table import ByteTable
from geomagnifier.models.small.inference_sessions import Sessions, folded, shapes_of
from geomagnifier.models.small.model import SmallModel, SmallNetworks
from geomagnifier.models.small.zh_en_translator import END, START, Translator
from geomagnifier.types import Floats

WEIGHTS = Path(__file__).parent / "weights"
FILES = ("small.safetensors", "sentence.safetensors", "tokenizer.json", "scout.safetensors")
CHINESE = "chinese.safetensors"
REFINER, CLOSER, ATTENTION, LINEAR = (
    f"{name}.safetensors"
    for name in ("box_refiner", "closer_refiner", "attention", "linear_decoder")
)
"""Beside them: without the first three boxes and relevance maps are those of the small model's own;
the fourth is for a variant alone.
"""
ALL = (*FILES, CHINESE, REFINER, CLOSER, ATTENTION, LINEAR, OWN)
SCALE = ":scale"
"""Ends the name of the scales of a table that is kept in bytes."""
HEADER, LARGEST = 10_000_000, 1_000_000_000
"""Most bytes of a file's header, which is JSON, and of a file; those of the package have 72 kB and
34 MB.
"""
NUMBERS = ("F16", "F32", "BF16", "I8")
"""Types that tensors may have."""

HUB = re.compile(r"\w[\w.-]*/\w[\w.-]*")
"""Names on the hub have one slash."""


def load_model(
    name: str | os.PathLike[str] = "small",
    *,
    segmenter: str | None = None,
    bits: int | None = None,
    device: str | None = None,
) -> Model:
    """Load a model.

    Args:
        name: "small" (its weights are in the package); a folder of `geomag train` or `geomag
            train-full`; a detector's ONNX file, see `load_detector`; or, zero-shot,
            a vision-language model: a folder or a name on the hub such as
            "Qwen/Qwen2.5-VL-3B-Instruct". `geomag train-full` and the last need the extra `full`.
        segmenter: SAM2 for masks of a zero-shot model, folder or hub name; None for SAM2.1
            base-plus.
        bits: 4 or 8, for a vision-language model's weights in fewer bits; needs the extra
            `quantized`.
        device: "cpu", "cuda" ...; None for a GPU where there is one. The small model runs on the
            CPU.

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
            "there are no published weights of the full size; train them (recipes/train_full.sh),"
            " ask a vision-language model zero-shot (--model Qwen/Qwen2.5-VL-3B-Instruct), or use"
            " 'small'"
        )
    if text.endswith(SUFFIX):
        if segmenter is not None or bits is not None:
            raise OptionError(
                "--segmenter and --bits are for vision-language models; a detector has its own"
                " masks, or none"
            )
        return load_detector(text)
    if is_full_size(text):
        try:
            from geomagnifier.models.full.checkpoint import load
        except ImportError as error:
            raise LibraryMissing(
                f"{text} needs the extra full; install it: {install('full')} ({error})"
            ) from None
        return load(
            text, functools.cache(load_small), segmenter=segmenter, bits=bits, device=device
        )
    if segmenter is not None or bits is not None:
        raise OptionError(
            "--segmenter and --bits are for vision-language models; the small model has its own"
        )
    base, own = load_small(name), folder_of(text) / OWN
    if own.is_file():
        return taught(base, own, *read(own))
    return base if base.worded == base.kinds else CustomModel(base)


def load_detector(path: str | os.PathLike[str], base: str = "small") -> Model:
    """Load a detector from an ONNX file, as a model that `ask` takes.

    Its classes become classes of questions; the small model has the words, land cover and kinds of
    places. docs/detectors.md lists which exports can be read.

    Args:
        path: of the file: an export of Ultralytics (detect, segment, obb), or one with the metadata
            of Deepness or GeoDeep.
        base: "small", or a folder with weights of the same network.

    Raises:
        ModelNotFound: no such file.
        ModelCorrupt: it is damaged, or its metadata are.
        ModelUnsupported: it names no classes, or its outputs are of no known layout.

    Example:
        >>> import geomagnifier as gm
        >>> detector = gm.load_detector("ships.onnx")  # doctest: +SKIP
        >>> gm.ask("harbour.tif", "How many ships?", detector).value  # doctest: +SKIP
        12
    """
    detector = OnnxDetector(path)
    return DetectorModel(detector, load_small(base))


def folder_of(name: str) -> Path:
    """The folder that a name means.

    "small" is the package's own, also where a folder of that name lies at hand.
    """
    return WEIGHTS if name == "small" else Path(name)


def is_full_size(name: str) -> bool:
    """Whether a name means the full size.

    That is a folder from the hub or of `geomag train-full` or, where there is no folder,
    OWNER/NAME.
    """
    folder = folder_of(name)
    if name.endswith(SUFFIX):
        return False
    if folder.exists():
        return (folder / "config.json").is_file() or (folder / "geomag.json").is_file()
    return HUB.fullmatch(name) is not None


def load_small(name: str | os.PathLike[str] = "small") -> SmallModel:
    """The small model of the package, or of a folder with weights of the same network.

    Raises:
        ModelNotFound: no such folder.
        ModelCorrupt: a file is missing, damaged, or of another network.
    """
    folder = folder_of(str(name))
    if not str(name) or not folder.is_dir():
        raise ModelNotFound(
            f"no model named {str(name)!r}; use 'small', a folder that holds {', '.join(FILES)}, or"
            " a vision-language model of the hub such as Qwen/Qwen2.5-VL-3B-Instruct"
        )
    for file in FILES:
        if not (folder / file).is_file():
            raise ModelCorrupt(f"{folder} lacks {file}; a model folder holds {', '.join(FILES)}")
    # 65 MB are hashed in a twentieth of a second, while networks are built
    with ThreadPoolExecutor(1) as hashing:
        whole = hashing.submit(checksums.check, folder, ALL)
        card, hunt = read_card(folder / FILES[0]), read_card(folder / FILES[3])
        with _told(folder / FILES[0]):
            cards.check_small(card)
        with _told(folder / FILES[3]):
            cards.check_scout(hunt, card["kinds"])
        tokenizer = _read_tokenizer(folder / FILES[2])
        whole.result()
    kinds, objects = len(card["kinds"]), len(card["objects"])
    sizes = {"kinds": kinds, "states": kinds + 1, "objects": objects, "boxes": objects + 1}
    sizes |= {"scenes": len(card["scenes"]), "words": len(card["words"])}
    small, sentence, scout = (
        weights_of(folder / file, sizes | named)
        for file, named in (
            (FILES[0], {}),
            (FILES[1], {}),
            (FILES[3], {"kinds": len(hunt.get("kinds", card["kinds"]))}),
        )
    )
    parameters = sum(
        tensor.size
        for weights in (small, sentence, scout)
        for key, tensor in weights.items()
        if not key.endswith((".mean", ".variance"))
    )
    trained, linear, pointing = Sessions(folded(small)), None, None
    refiner, closer = (_refiner(folder / name, card["objects"]) for name in (REFINER, CLOSER))
    if (folder / LINEAR).is_file():
        linear = Sessions(weights_of(folder / LINEAR))
    if (folder / ATTENTION).is_file():
        pointing = Sessions({**trained.weights, **pointers(weights_of(folder / ATTENTION))})
    networks = SmallNetworks(
        folder,
        trained,
        Sessions(sentence),
        Sessions(folded(scout)),
        parameters,
        linear,
        pointing,
        refiner,
        closer,
    )
    reader = functools.cache(functools.partial(load_reader, folder))
    return SmallModel(networks, tokenizer, card, reader, hunt)


def _refiner(path: Path, objects: Collection[str]) -> Refiner | None:
    """A refiner of boxes; None where the file is not there.

    Raises:
        ModelCorrupt: the file is damaged, or names other classes than the model's.
    """
    if not path.is_file():
        return None
    with _told(path):
        card = read_card(path)
        classes = frozenset(cards.names(card["classes"], "classes", objects))
        enlarged = cards.number(card.get("enlarged", 1.0), "enlarged", 1, 4)
    return Refiner(Sessions(weights_of(path)), classes, float(enlarged))


def pointers(weights: Mapping[str, Floats]) -> dict[str, Floats]:
    """The tensors of `ATTENTION` by the names of the decoder's own that they stand for."""
    return {
        f"text.layers.{layer}.image.{part}": tensor
        for (_, layer, part), tensor in ((key.split(".", 2), t) for key, t in weights.items())
    }


def load_reader(folder: Path) -> Translator:
    """The translator of Chinese in a model folder.

    Raises:
        ModelCorrupt: its file is missing, damaged, or of another network.
    """
    path = folder / CHINESE
    if not path.is_file():
        raise ModelCorrupt(
            f"{folder} lacks {CHINESE}, which reads Chinese; ask in English, or copy the file of"
            " the package's weights there"
        )
    card = read_card(path)
    with _told(path):
        letters, words = (
            cards.names(card[what], what, most=cards.WORDS) for what in ("letters", "words")
        )
        if not {START, END} <= {*words} or not letters:
            raise ValueError(f"words lack {START} or {END}, or letters are none")
    weights = weights_of(path, {"letters": len(letters), "words": len(words)})
    return Translator(letters, words, Sessions(weights))


def _read_tokenizer(path: Path) -> word_pieces.WordPieces:
    try:
        if path.stat().st_size > HEADER:
            raise ValueError("it is far too long")
        return word_pieces.read(path)
    except (ValueError, RecursionError) as error:
        raise ModelCorrupt(f"{path} cannot be read: {error}") from error


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Around the checks of a card: a missing or impossible value is a ModelCorrupt."""
    try:
        yield
    except KeyError as error:
        raise ModelCorrupt(
            f"{path} says nothing of {error}; it was not written by `geomag train`, or is damaged"
        ) from error
    except (TypeError, ValueError) as error:
        raise ModelCorrupt(
            f"the card in {path} is wrong: {error}; copy the model folder again"
        ) from error


def weights_of(path: Path, sizes: Mapping[str, int] | None = None) -> dict[str, Floats]:
    """The tensors of a file of the small model; tables that are kept in bytes stay so.

    Args:
        path: of the safetensors file; its name says which network it is of.
        sizes: numbers of classes and words, by the names that `shapes` has for them.

    Raises:
        ModelCorrupt: they belong to another network, which is seen before any is read.
    """
    shapes = {
        key: tuple(n if isinstance(n, int) else (sizes or {})[n] for n in shape)
        for key, shape in shapes_of(path.name).items()
    }
    with _opened(path) as file:
        found = {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118
    for key in (key for key in [*found] if key.endswith(SCALE)):
        found.pop(key)
    if wrong := next((key for key in (*shapes, *found) if shapes.get(key) != found.get(key)), None):
        known = " and ".join(
            str(size) if size is not None else "nothing"
            for size in (found.get(wrong), shapes.get(wrong))
        )
        raise ModelCorrupt(
            f"{path} belongs to another network: {wrong[:100]} is {known} there and here"
        )
    tensors, scales = _read(path)
    tables = {key: ByteTable(tensors[key], scale) for key, scale in scales.items()}
    # Their rows are taken as those of arrays are.
    return {**tensors, **cast(dict[str, Floats], tables)}


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A safetensors file, its header read."""
    from safetensors import SafetensorError, safe_open

    try:
        with path.open("rb") as start:
            header = int.from_bytes(start.read(8), "little")
        if header > HEADER or path.stat().st_size > LARGEST:
            raise ValueError("it is no such file, or far too long")
        with safe_open(path, "np") as file:
            yield file
    except (
        SafetensorError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:  # RecursionError is a RuntimeError
        raise ModelCorrupt(
            f"{path} is damaged ({error}); install the package again or copy the file again"
        ) from error


def read_card(path: Path) -> Any:
    """The card of a safetensors file, from its header alone; {} where it has none.

    Raises:
        ModelCorrupt: the file is damaged.
    """
    with _opened(path) as file:
        return json.loads((file.metadata() or {}).get("card", "{}"))


def read(path: Path) -> tuple[dict[str, Any], dict[str, Floats]]:
    """A safetensors file -> (card, tensors as float32).

    Raises:
        ModelCorrupt: the file is damaged.
    """
    tensors, scales = _read(path)
    whole = {key: tensors[key].astype(np.float32) * scale for key, scale in scales.items()}
    return read_card(path), {**tensors, **whole}


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Floats]]:
    """The tensors of a safetensors file as float32 but tables in bytes, and the scales of these.

    Raises:
        ModelCorrupt: the file is damaged.
    """
    with _opened(path) as file:
        names = [*file.keys()]
        types = {key: file.get_slice(key).get_dtype() for key in names}
        if odd := {*types.values()} - {*NUMBERS}:
            raise ValueError(f"it holds {min(odd)}")
        tensors = {
            key: _bfloat16(path, key)
            if types[key] == "BF16"
            else file.get_tensor(key)
            if key + SCALE in types
            else file.get_tensor(key).astype(np.float32)
            for key in names
        }
        scales = {key.removesuffix(SCALE): tensors.pop(key) for key in names if key.endswith(SCALE)}
        if any(
            key not in tensors or scale.shape != (len(tensors[key]), 1)
            for key, scale in scales.items()
        ):
            raise ValueError("scales do not fit their tables")
    if not all(bool(np.isfinite(t).all()) for t in (*tensors.values(), *scales.values())):
        raise ModelCorrupt(
            f"{path} holds numbers that are not finite; install the package again or copy the file"
            " anew"
        )
    return tensors, scales


def _bfloat16(path: Path, key: str) -> Floats:
    """A tensor in bf16, which NumPy has no type for: the upper half of a float32."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        told = json.loads(file.read(size))[key]
        first, last = told["data_offsets"]
        file.seek(8 + size + first)
        halves = np.frombuffer(file.read(last - first), "<u2").astype(np.uint32)
    return (halves << 16).view(np.float32).reshape(told["shape"])


def write(
    path: Path,
    tensors: Mapping[str, Any],
    card: Mapping[str, Any],
    bytes_for: Collection[str] = (),
) -> None:
    """Write tensors in half precision with their card, under a temporary name first.

    SHA256SUMS of the folder is then out of date, and removed.

    Args:
        path: of the safetensors file.
        tensors: by name, of NumPy or torch.
        card: metadata, written as JSON.
        bytes_for: tables of which each row is kept in bytes with a scale of its own: half the size,
            errors under half a percent of the row's largest number.
    """
    from safetensors.numpy import save

    kept: dict[str, np.ndarray] = {}
    for key, given in tensors.items():
        t = np.asarray(given.detach().float() if hasattr(given, "detach") else given, np.float32)
        if key in bytes_for:
            scale = np.maximum(np.abs(t).max(1, keepdims=True) / np.float32(127), 1e-7)
            scale = scale.astype(np.float32)
            kept |= {key: (t / scale).round().astype(np.int8), key + SCALE: scale}
        else:
            kept[key] = np.ascontiguousarray(t, np.float16)
    temporary = path.with_suffix(".part")
    # save_file of safetensors 0.8 writes mode 0600 whatever the umask: a service under another user
    # could not read the folder.
    temporary.write_bytes(save(kept, {"card": json.dumps(card)}))
    (path.parent / checksums.SUMS).unlink(missing_ok=True)
    rename(temporary, path)


def seal(folder: Path) -> None:
    """Write SHA256SUMS of a model folder that is finished."""
    checksums.write(
        folder / checksums.SUMS, {name: folder / name for name in ALL if (folder / name).is_file()}
    )
