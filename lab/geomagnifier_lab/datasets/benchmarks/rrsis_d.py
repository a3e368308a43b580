"""RRSIS-D: referring segmentation (Liu et al., CVPR 2024, arXiv:2312.12470).

17,402 sentences with masks on images of DIOR-RSVG, 800 x 800 px, 20 classes.

Layout, after the authors' README and `refer/refer.py` (github.com/Lsan2401/RMSIN), which keep
LAVT's: `rrsisd/refs(unc).p`, `rrsisd/instances.json`, `images/rrsisd/JPEGImages/*.jpg`. The pickle
is read without running anything in it (see `refs`); a `rrsisd/refs(unc).json` with the same list is
read instead where it is there. `images/rrsisd/ann_split` is not needed: masks are in
`instances.json`, as lists of run lengths or polygons.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.refs import read_referred


def read(root: Path, split: str) -> list[Case]:
    """Cases of a split; see `read_referred`.

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.
    """
    labels, folder = root / "rrsisd", root / "images" / "rrsisd" / "JPEGImages"
    return read_referred(
        labels / "refs(unc).p", labels / "instances.json", folder, split, BENCHMARK
    )


BENCHMARK = Benchmark(
    name="rrsis-d",
    title="RRSIS-D",
    work="refer",
    url="https://github.com/Lsan2401/RMSIN (links to Google Drive)",
    licence="none published; pictures of DIOR (CC BY-NC 4.0)",
    layout="rrsisd/refs(unc).p, rrsisd/instances.json, images/rrsisd/JPEGImages/*.jpg",
    protocol=(
        "Pr@0.5, 0.6, 0.7, 0.8, 0.9 of the masks' IoU, oIoU (all intersections over all unions) and"
        " mIoU (mean over sentences), Liu et al. 2024. Test: 3,481 sentences; val 1,740; train"
        " 12,181. gIoU and cIoU of other papers are mIoU and oIoU."
    ),
    splits=("test", "val", "train"),
    read=read,
)
