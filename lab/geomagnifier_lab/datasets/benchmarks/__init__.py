"""Public benchmarks in their authors' layouts, one file each, read on demand by name.

    benchmark("aid").read(Path("AID"), "test") -> list[Case]

A set of captions serves twice: "rsicd" asks for sentences, "rsicd-retrieval" ranks its captions by
images and its images by captions.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from geomagnifier.errors import OptionError
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case

BENCHMARKS: dict[str, str] = {
    "aid": "class_folder_sets",
    "ucm": "class_folder_sets",
    "whu-rs19": "class_folder_sets",
    "resisc45": "class_folder_sets",
    "rsscn7": "class_folder_sets",
    "eurosat": "class_folder_sets",
    "rsicd": "caption_sets",
    "ucm-captions": "caption_sets",
    "rsitmd": "caption_sets",
    "rsicd-retrieval": "caption_sets",
    "ucm-retrieval": "caption_sets",
    "rsitmd-retrieval": "caption_sets",
    "dior-rsvg": "dior_rsvg",
    "vrsbench-caption": "vrsbench",
    "vrsbench-ground": "vrsbench",
    "vhr10": "vhr10",
    "dior": "dior",
    "rrsis-d": "rrsis_d",
    "refsegrs": "refsegrs",
    "risbench": "risbench",
    "geopixeld": "geopixeld",
    "earthreason": "earthreason",
}
"""Name on the command line -> module of this folder. A module holds `BENCHMARK`, or `BENCHMARKS` by
name where it reads several.
"""
RETRIEVAL = {"rsicd-retrieval": "rsicd", "ucm-retrieval": "ucm-captions"} | {
    "rsitmd-retrieval": "rsitmd"
}
"""Retrieval benchmark -> the captions it ranks."""


def benchmark(name: str) -> Benchmark:
    """The benchmark of that name.

    Raises:
        OptionError: there is none; all names are listed.
    """
    if name not in BENCHMARKS:
        raise OptionError(f"there is no benchmark {name!r}; choose among {', '.join(BENCHMARKS)}")
    if name in RETRIEVAL:
        return _ranked(benchmark(RETRIEVAL[name]), name)
    module = import_module(f"{__name__}.{BENCHMARKS[name]}")
    found: Benchmark = (
        module.BENCHMARKS[name] if hasattr(module, "BENCHMARKS") else module.BENCHMARK
    )
    return found


def _ranked(captions: Benchmark, name: str) -> Benchmark:
    """A set of captions as one of retrieval."""

    def read(root: Path, split: str) -> list[Case]:
        return [replace(case, work="retrieval") for case in captions.read(root, split)]

    return replace(
        captions, name=name, title=f"{captions.title} (retrieval)", work="retrieval", read=read
    )
