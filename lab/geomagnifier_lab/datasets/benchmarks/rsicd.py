"""RSICD (Lu et al., TGRS 2017, arXiv:1712.07835).

10,921 pictures of 224 x 224 px, five sentences each, many of them repeated.

Layout: `dataset_rsicd.json`, `RSICD_images/*.jpg`; the JSON is also found in `annotations_rsicd/`,
after its archive. Many pictures bear AID's names (`airport_1.jpg`): a model that learnt from AID
has seen them.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.karpathy import read_captions


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; see `read_captions`."""
    labels = ("dataset_rsicd.json", "annotations_rsicd/dataset_rsicd.json")
    return read_captions(root, split, BENCHMARK, labels, ("RSICD_images", "images"))


BENCHMARK = Benchmark(
    name="rsicd",
    title="RSICD",
    work="caption",
    url="https://github.com/201528014227051/RSICD_optimal",
    licence="none published; research use",
    layout="dataset_rsicd.json, RSICD_images/*.jpg",
    protocol=(
        "Captions: BLEU-1..4, METEOR, ROUGE-L, CIDEr of the test split against its five sentences"
        " (Lu et al. 2017). Retrieval: R@1, R@5, R@10 both ways and their mean mR, 1,093 pictures"
        " and 5,465 sentences of the test split (Yuan et al. 2022, AMFMN). The split is in the JSON"
        " file: 8,734 train, 1,094 val, 1,093 test."
    ),
    splits=("test", "val", "train"),
    read=read,
)
