"""Benchmarks of boxes: ids are unique and stable, and every file is there."""

import made_boxes
import pytest

from geomagnifier.errors import DataMissing, OptionError
from geomagnifier_lab.datasets.benchmarks import dior, dior_rsvg, vhr10, vrsbench

BENCHMARKS = [dior_rsvg.BENCHMARK, dior.BENCHMARK, vhr10.BENCHMARK, *vrsbench.BENCHMARKS.values()]


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda b: b.name)
def test_ids_are_unique_and_stable_and_files_are_there(tmp_path, benchmark):
    made_boxes.WRITERS[
        benchmark.name.removesuffix("-ground").removesuffix("-caption").replace("-", "_")
    ](tmp_path)
    for split in benchmark.splits:
        cases = benchmark.read(tmp_path, split)
        ids = [case.id for case in cases]
        assert len(set(ids)) == len(ids) > 0
        assert ids == [case.id for case in benchmark.read(tmp_path, split)]
        assert all(case.image.is_file() and case.work == benchmark.work for case in cases)
    with pytest.raises(OptionError, match="no split 'dev'"):
        benchmark.read(tmp_path, "dev")
    with pytest.raises(DataMissing, match=r"lacks .*nowhere.* comes? from https://"):
        benchmark.read(tmp_path / "nowhere", benchmark.splits[0])
