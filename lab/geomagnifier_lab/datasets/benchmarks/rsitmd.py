"""RSITMD (Yuan et al., TGRS 2022, arXiv:2204.09868).

4,743 pictures with five fine-grained sentences each, in 32 classes.

Layout: `dataset_RSITMD.json`, `images/*.tif`, as github.com/xiaoyuan1996/AMFMN, `RSITMD/README.md`,
describes it. The file has the splits train and test alone; papers draw a val split from train for
themselves.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.karpathy import read_captions


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; see `read_captions`."""
    return read_captions(
        root,
        split,
        BENCHMARK,
        ("dataset_RSITMD.json", "dataset_rsitmd.json"),
        ("images", "RSITMD_images"),
    )


BENCHMARK = Benchmark(
    name="rsitmd",
    title="RSITMD",
    work="caption",
    url="https://github.com/xiaoyuan1996/AMFMN/tree/master/RSITMD",
    licence="none published; research use",
    layout="dataset_RSITMD.json, images/*.tif",
    protocol=(
        "Retrieval: R@1, R@5, R@10 both ways and their mean mR, 452 pictures and 2,260 sentences of"
        " the test split (Yuan et al. 2022, AMFMN). The split is in the JSON file: 4,291 train, 452"
        " test."
    ),
    splits=("test", "train"),
    read=read,
)
