"""Benchmarks of masks: ids are unique and stable, files and masks are there."""

import pickle

import made_boxes
import pytest

from geomagnifier.errors import DataMissing, OptionError
from geomagnifier_lab.datasets.benchmarks import earthreason, geopixeld, refsegrs, risbench, rrsis_d

MODULES = {
    "rrsis_d": rrsis_d,
    "refsegrs": refsegrs,
    "risbench": risbench,
    "earthreason": earthreason,
    "geopixeld": geopixeld,
}


@pytest.mark.parametrize("name", MODULES)
def test_ids_are_unique_and_stable_and_files_are_there(tmp_path, name):
    made_boxes.WRITERS[name](tmp_path)
    benchmark = MODULES[name].BENCHMARK
    assert benchmark.name == name.replace("_", "-")
    for split in benchmark.splits:
        cases = benchmark.read(tmp_path, split)
        ids = [case.id for case in cases]
        assert len(set(ids)) == len(ids) > 0
        assert ids == [case.id for case in benchmark.read(tmp_path, split)]
        for case in cases:
            assert case.image.is_file() and case.work == benchmark.work
            masks = [case.mask] if case.work == "refer" else [thing.mask for thing in case.things]
            assert all(mask().shape == (48, 64) and mask().dtype == bool for mask in masks)
            pickle.dumps(case)  # cases go to workers
    with pytest.raises(OptionError, match="no split 'dev'"):
        benchmark.read(tmp_path, "dev")
    with pytest.raises(DataMissing, match=r"lacks .*nowhere.* comes from https://"):
        benchmark.read(tmp_path / "nowhere", benchmark.splits[0])
