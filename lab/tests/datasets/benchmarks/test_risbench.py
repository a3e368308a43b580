"""RISBench in a tiny set of exactly its layout."""

import made_boxes

from geomagnifier_lab.datasets.benchmarks import risbench


def test_risbench_in_the_folder_of_its_archive(tmp_path):
    made_boxes.risbench(tmp_path / "RISBench_dataset")
    assert len(risbench.read(tmp_path, "test")) == 2
