"""A small model with random weights, as a folder, for all tests of this part."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from geomagnifier.models import registry
from geomagnifier_lab.networks.proposal_net import ProposalNet
from random_small import CARD, HUNT, random_network


@pytest.fixture(scope="session")
def card() -> dict[str, Any]:
    return CARD


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    registry.write(folder / "small.safetensors", random_network().state_dict(), CARD)
    registry.write(folder / "scout.safetensors", ProposalNet(3).state_dict(), HUNT)
    for file in ("sentence.safetensors", "tokenizer.json"):
        shutil.copy(registry.WEIGHTS / file, folder / file)
    return folder
