"""Tiny checkpoints of the real classes, written once for all tests."""

import pytest

pytest.importorskip("transformers")

import tiny


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    """A folder with a checkpoint of each family and of SAM2 and BERT."""
    return tiny.write_hub(tmp_path_factory.mktemp("hub"))


@pytest.fixture(params=[*tiny.FAMILIES])
def family(request):
    return request.param


@pytest.fixture(scope="session")
def zero_shot_models():
    return {}


@pytest.fixture
def zero_shot(hub, family, zero_shot_models):
    """A tiny model of each family as it is, loaded once."""
    import geomagnifier as gm

    if family not in zero_shot_models:
        zero_shot_models[family] = gm.load_model(hub / family, segmenter=str(hub / "sam2"))
    return zero_shot_models[family]


@pytest.fixture
def vlm(hub, family):
    """A fresh tiny model with [SEG], [BOX] and [NONE]."""
    import torch

    from geomagnifier.models.full.checkpoint import load_vlm

    made = load_vlm(None, str(hub / family), torch.float32, torch.device("cpu"))
    made.add_ties()
    return made.eval().requires_grad_(False)
