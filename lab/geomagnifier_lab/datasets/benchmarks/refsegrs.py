"""RefSegRS: referring segmentation (Yuan et al., TGRS 2024, arXiv:2306.08625).

4,420 phrases with masks on images of SkyScapes, 512 x 512 px, 0.13 m/px.

Layout, after what reads it (github.com/earth-insights/SegEarth-R1, `docs/Preparation.md` and
`RefSegRSDataset`): `images/NUMBER.tif`, `masks/NUMBER.tif`, `output_phrase_{train,val,test}.txt`
with a line "NUMBER phrase". The release itself (huggingface.co/datasets/JessicaYuan/RefSegRS, one
archive) was not looked into. Loaders take a mask's 255, or what is above 50; this one takes what is
above 50.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.checks import check_split
from geomagnifier_lab.datasets.benchmarks.refs import read_phrases


def read(root: Path, split: str) -> list[Case]:
    """Cases of a split; see `read_phrases`.

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.
    """
    check_split(split, BENCHMARK)
    places = root / "images", root / "masks"
    return read_phrases(root / f"output_phrase_{split}.txt", places, ".tif", 50, split, BENCHMARK)


BENCHMARK = Benchmark(
    name="refsegrs",
    title="RefSegRS",
    work="refer",
    url="https://huggingface.co/datasets/JessicaYuan/RefSegRS",
    licence="CC BY 4.0",
    layout="images/*.tif, masks/*.tif, output_phrase_{train,val,test}.txt",
    protocol=(
        "Pr@0.5, 0.6, 0.7, 0.8, 0.9 of the masks' IoU, oIoU (all intersections over all unions) and"
        " mIoU (mean over phrases), Yuan et al. 2024. Test: 1,817 phrases; val 431; train 2,172."
    ),
    splits=("test", "val", "train"),
    read=read,
)
