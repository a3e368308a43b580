"""What each source brings: features of boxes, a head of all and of all but one, a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from geomagnifier.models import registry
from geomagnifier_lab.datasets.camera_sets import CameraSample
from geomagnifier_lab.datasets.sample import LabelledObject
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.studies import left_out_sources
from geomagnifier_lab.studies.left_out_sources import NOTHING, Boxes, boxes_of, kept, study, table
from geomagnifier_lab.train.torch_twin import torch_twin

BOX = (60.0, 40.0, 100.0, 70.0)


@pytest.fixture(scope="module")
def network() -> SmallNetwork:
    return torch_twin(registry.load_small())


@pytest.fixture
def one_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.new("RGB", (192, 128), (90, 90, 90))
    ImageDraw.Draw(image).rectangle(BOX, (250, 250, 250))
    image.save(tmp_path / "1.png")
    sample = CameraSample(tmp_path / "1.png", (LabelledObject("car", BOX, ()),))
    monkeypatch.setattr(left_out_sources, "camera_set", lambda *of: [sample])


def test_boxes_of_a_set_have_wide_names_and_ground_where_all_is_labelled(
    network: SmallNetwork, one_picture: None, tmp_path: Path
) -> None:
    told = boxes_of(network, tmp_path, "kit_ais_cars", "train", 5)
    assert told.names[0] == "vehicle" and {*told.names[1:]} == {NOTHING}
    assert len(told.seen) == len(told.names) > 1 and np.isfinite(told.seen).all()
    assert boxes_of(network, tmp_path, "simd_sample", "train", 5).names == ["vehicle"]


def test_features_are_kept(network: SmallNetwork, one_picture: None, tmp_path: Path) -> None:
    made = kept(network, tmp_path, tmp_path, "kit_ais_cars", "val", 5)
    (tmp_path / "1.png").unlink()
    again = kept(network, tmp_path, tmp_path, "kit_ais_cars", "val", 5)
    assert np.array_equal(made.seen, again.seen) and list(made.names) == list(again.names)


def test_a_class_of_one_source_alone_is_lost_with_it_and_no_other() -> None:
    rng = np.random.default_rng(0)

    def drawn(middle: float, name: str) -> Boxes:
        return Boxes(rng.normal(middle, 0.1, (40, 6)).astype(np.float32), [name] * 40)

    sets = {"a": drawn(-1, "ship"), "b": drawn(0, "vehicle"), "c": drawn(1, "tree")}
    found = study(sets, sets)
    assert found[""] == {"a": 1.0, "b": 1.0, "c": 1.0}
    assert found["c"]["c"] == 0.0 and found["c"]["a"] == 1.0
    assert table(found).splitlines()[-1] == "| c | 1.00 | 1.00 | 0.00 |"
