"""Suites are run by name, with a limit of one or more."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from geomagnifier.errors import OptionError
from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.registry import FILES, WEIGHTS, load_model, write
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.vocabulary import FOUND, SPECIAL, kind_token
from geomagnifier_lab.eval.run import run
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.networks.proposal_net import ProposalNet
from geomagnifier_lab.train.batches import NAMES, OBJECTS
from geomagnifier_lab.train.export import export


@pytest.fixture(scope="module")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> SmallModel:
    """A network of random weights, written and loaded as a trained one is."""
    folder = tmp_path_factory.mktemp("model")
    for file in FILES[1:3]:
        (folder / file).symlink_to(WEIGHTS / file)
    torch.manual_seed(0)
    sizes = dict.fromkeys(NAMES, (None, 30.0))
    write(
        folder / FILES[3],
        ProposalNet(len(NAMES)).state_dict(),
        {"flops": 1.0, "sizes": sizes, "recall": [], "scores": {}},
    )
    words = (*SPECIAL, *(kind_token(kind) for kind in NAMES), *FOUND)
    network = SmallNetwork(len(NAMES), len(OBJECTS), len(SCENES), len(words))
    with torch.no_grad():
        network.decoder.bias[:5] -= (
            3  # random maps are noise: a thousand specks to outline in every picture
        )
    export(
        network.state_dict(), folder / FILES[0], "random", words, dict.fromkeys(OBJECTS, (0.5, ()))
    )
    return load_model(folder)


def test_an_unknown_suite_and_a_limit_of_none_are_refused(
    tmp_path: Path, random_model: SmallModel
) -> None:
    with pytest.raises(OptionError, match="choose among granularity, scenes"):
        run(random_model, tmp_path, ("nonsense",))
    with pytest.raises(OptionError, match="from 1"):
        run(random_model, tmp_path, ("segment",), 0)
    with pytest.raises(OptionError, match="'segment' needs"):
        run(random_model, tmp_path, ("segment",))
