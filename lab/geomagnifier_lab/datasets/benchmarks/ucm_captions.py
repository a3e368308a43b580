"""UCM-Captions (Qu et al., CITS 2016): the 2,100 pictures of UC Merced with five sentences each.

Layout: `dataset.json`, `imgs/1.tif` to `imgs/2100.tif`, as the authors of RSICD give it out with
theirs; some copies call the folder `images`. The numbers are not the file names of UC Merced and
the split is its own: a model that learnt from UC Merced has seen pictures of the test split.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.karpathy import read_captions


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; see `read_captions`."""
    return read_captions(
        root, split, BENCHMARK, ("dataset.json", "dataset_ucm.json"), ("imgs", "images")
    )


BENCHMARK = Benchmark(
    name="ucm-captions",
    title="UCM-Captions",
    work="caption",
    url="https://github.com/201528014227051/RSICD_optimal",
    licence=(
        "pictures: USGS National Map imagery, public domain; sentences: none published,"
        " research use"
    ),
    layout="dataset.json, imgs/1.tif to imgs/2100.tif",
    protocol=(
        "Captions: BLEU-1..4, METEOR, ROUGE-L, CIDEr of the test split against its five sentences"
        " (Qu et al. 2016; Lu et al. 2017). Retrieval: R@1, R@5, R@10 both ways and their mean mR"
        " on the test split (RemoteCLIP, Liu et al. 2024). The split is in the JSON file: 1,680"
        " train, 210 val, 210 test."
    ),
    splits=("test", "val", "train"),
    read=read,
)
