"""The suites run through the public `ask`, whatever the weights, and their figures are shares."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from geomagnifier.language.scene_classes import AID, RSSCN7, SCENES
from geomagnifier.models.registry import FILES, WEIGHTS, load_model, write
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.vocabulary import FOUND, SPECIAL, kind_token
from geomagnifier_lab.eval.run import run, table
from geomagnifier_lab.eval.suites import SUITES, ranked_classes
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.networks.proposal_net import ProposalNet
from geomagnifier_lab.train.batches import NAMES, OBJECTS
from geomagnifier_lab.train.export import export

needs_data = pytest.mark.skipif(
    "GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets"
)


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


def test_labels_become_classes_of_a_data_set() -> None:
    labels = (("airport", 0.4), ("residential", 0.3), ("forest", 0.2), ("dense residential", 0.1))
    assert ranked_classes(labels, tuple(RSSCN7.values())) == [RSSCN7["Resident"], RSSCN7["Forest"]]
    assert ranked_classes(labels, tuple(AID.values())) == [
        ("airport",),
        ("forest",),
        ("dense residential",),
    ]
    assert ranked_classes((), tuple(AID.values())) == []


def test_granularity_needs_no_data(tmp_path: Path, random_model: SmallModel) -> None:
    told: list[tuple[int, int]] = []
    ((name, figures),) = run(
        random_model, tmp_path, ("granularity",), 3, lambda done, total: told.append((done, total))
    )
    assert (name, figures["n"], told) == ("granularity", 3, [(1, 3), (2, 3), (3, 3)])


@needs_data
@pytest.mark.slow
def test_all_suites_run_on_any_weights(random_model: SmallModel) -> None:
    root = Path(os.environ["GEOMAG_DATA"])
    rows = run(random_model, root, limit=2)
    assert [name for name, _ in rows] == list(SUITES)
    for name, figures in rows:
        assert figures["n"] > 0, name
        shares = {key: value for key, value in figures.items() if key not in ("n", "seconds")}
        assert shares, name
        assert all(0 <= value <= 1 for value in shares.values()), (name, shares)
    plain = table(rows)
    assert plain[0].keys() == {"suite", "figure", "value"}
    assert np.isfinite([float(row["value"]) for row in plain]).all()
