"""RISBench: referring segmentation (Dong et al., ISPRS J. 2025, arXiv:2410.08613).

52,472 sentences with masks on images of VRSBench, 512 x 512 px, 26 classes.

Layout as loaders of several groups read it: `img_rgb/NAME.png`, `mask/NAME.png` (0 and 255),
`output_phrase_{train,val,test}.txt` with a line "NAME.png sentence"; an image for each sentence.
The authors' page (github.com/HIT-SIRS/CroBIM) links to the archive and describes no layout: not
checked against the release. Names of val's images begin with "train". The root may also be the
folder that holds the archive's own, `RISBench_dataset`.
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
    inside = root / "RISBench_dataset"
    root = inside if inside.is_dir() else root
    return read_phrases(
        root / f"output_phrase_{split}.txt",
        (root / "img_rgb", root / "mask"),
        "",
        0,
        split,
        BENCHMARK,
    )


BENCHMARK = Benchmark(
    name="risbench",
    title="RISBench",
    work="refer",
    url="https://github.com/HIT-SIRS/CroBIM (links to Baidu)",
    licence="CC BY 4.0; pictures of DOTA for academic use only, of DIOR CC BY-NC 4.0",
    layout="img_rgb/*.png, mask/*.png, output_phrase_{train,val,test}.txt",
    protocol=(
        "Pr@0.5, 0.6, 0.7, 0.8, 0.9 of the masks' IoU, oIoU (all intersections over all unions) and"
        " mIoU (mean over sentences), Dong et al. 2025. Test: 16,158 or 16,159 sentences, as one"
        " counts; val 10,013; train 26,300."
    ),
    splits=("test", "val", "train"),
    read=read,
)
