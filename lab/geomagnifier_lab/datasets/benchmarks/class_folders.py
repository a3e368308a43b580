"""Scene classification sets: a folder per class, and the published lists of a split's images.

The authors of these sets give images and no split: papers draw their own at random. Two groups
published lists, and a list is read where it lies beside the images (in the root, in `splits/` below
it, or next to the class folders):

    - AiTLAS Benchmark Arena (Dimitrovski et al., 2023, arXiv:2207.07189;
      github.com/biasvariancelabs/aitlas-arena, `splits/`): `NAME_{train,val,test}.csv` without a
      header, a line `CLASS/FILE,CLASS`; its configurations call the same files
      `{train,val,test}.csv`. 60 : 20 : 20 of each class.
    - In-Domain Representation Learning for Remote Sensing (Neumann et al., 2019,
      arXiv:1911.06721; used by torchgeo): `NAME-{train,val,test}.txt`, a line `FILE`; the file's
      name begins with that of its class.

No split is ever drawn here: without a list, the split "all" is every image there is.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning, OptionError
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.checks import check_split, complete, needed

SPLITS = ("test", "val", "train", "all")
LISTS = "https://github.com/biasvariancelabs/aitlas-arena/tree/main/splits"
PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")


@dataclass(frozen=True)
class Layout:
    """How one set lies on disk."""

    pictures: int
    """How many its authors publish."""
    places: tuple[str, ...]
    """Folders below the root that hold the class folders, as its archives are unpacked."""
    lists: tuple[str, ...]
    """How files of splits begin, "aid" for `aid_test.csv`."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Other spellings of a class's folder -> published class; capitals, blanks and underscores
    never matter.
    """


def read_scenes(root: Path, split: str, benchmark: Benchmark, layout: Layout) -> list[Case]:
    """Cases of `split`; `id` is "CLASS/FILE" with the published class, wherever the folder lies.

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.
        benchmark: whose classes they are.
        layout: how it lies on disk.

    Raises:
        OptionError: no such split, or no list of its images lies beside them.
        DataMissing: the root, a class folder or an image is not there, or is empty; the first one
            is named.
        DataCorrupt: the list names what the set does not have.
    """
    check_split(split, benchmark)
    place = _place(needed(root, benchmark), benchmark, layout)
    if split == "all":
        folders = _class_folders(place, benchmark, layout)
        pictures = [
            (name, path)
            for name in benchmark.classes
            for path in _pictures(folders[name], benchmark)
        ]
        complete([path for _, path in pictures], benchmark, str(place))
        if len(pictures) < layout.pictures:
            problem = (
                f"{len(pictures):,} of the {layout.pictures:,} pictures of {benchmark.title} are in"
                f" {place}"
            )
            warnings.warn(
                f"{problem}; papers report figures on all of them ({benchmark.url})",
                GeomagWarning,
                stacklevel=3,
            )
    else:
        source = _list_file(root, place, split, benchmark, layout)
        folders = _class_folders(place, benchmark, layout)
        pictures = [
            (name, folders[name] / file) for name, file in _listed(source, benchmark, layout)
        ]
        complete([path for _, path in pictures], benchmark, source.name)
    return [
        Case(id=f"{name}/{path.name}", image=path, work="scene", label=name)
        for name, path in pictures
    ]


def _plain(name: str) -> str:
    """A folder's name without capitals, blanks, underscores and hyphens.

    Mirrors of the sets disagree on these.
    """
    return "".join(c for c in name.lower() if c.isalnum())


def _spellings(benchmark: Benchmark, layout: Layout) -> dict[str, str]:
    """Plain spelling -> published class."""
    return {_plain(other): name for other, name in layout.also.items()} | {
        _plain(name): name for name in benchmark.classes
    }


def _found(place: Path, benchmark: Benchmark, layout: Layout) -> dict[str, Path]:
    """Published class -> its folder, of those below `place`.

    The published spelling wins over others.
    """
    if not place.is_dir():
        return {}
    spellings = _spellings(benchmark, layout)
    folders: dict[str, Path] = {}
    for path in sorted(place.iterdir()):
        name = spellings.get(_plain(path.name))
        if name is not None and path.is_dir() and (name not in folders or path.name == name):
            folders[name] = path
    return folders


def _place(root: Path, benchmark: Benchmark, layout: Layout) -> Path:
    """The folder with the most class folders.

    The root itself, or one of those that the archives make below it.
    """
    places = [root, *(root / place for place in layout.places)]
    found = [len(_found(place, benchmark, layout)) for place in places]
    if not any(found):
        first = root / layout.places[0] / benchmark.classes[0]
        problem = (
            f"{benchmark.title} lacks {first} and the other {len(benchmark.classes) - 1} class"
            " folders"
        )
        raise DataMissing(
            f"{problem}; it comes from {benchmark.url}, laid out as {benchmark.layout}"
        )
    return places[found.index(max(found))]


def _class_folders(place: Path, benchmark: Benchmark, layout: Layout) -> dict[str, Path]:
    """Published class -> folder, of every class."""
    folders = _found(place, benchmark, layout)
    lacking = [name for name in benchmark.classes if name not in folders]
    if lacking:
        problem = (
            f"{benchmark.title} lacks {place / lacking[0]}: {len(lacking)} of"
            f" {len(benchmark.classes)} class folders are not there"
        )
        raise DataMissing(f"{problem}; it comes from {benchmark.url}")
    return folders


def _pictures(folder: Path, benchmark: Benchmark) -> list[Path]:
    """Pictures of one class by name; what an operating system leaves there is passed over."""
    pictures = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in PICTURES and not path.name.startswith(".")
    ]
    if not pictures:
        raise DataMissing(
            f"{benchmark.title} has no picture in {folder}; it comes from {benchmark.url}"
        )
    return pictures


def _list_file(root: Path, place: Path, split: str, benchmark: Benchmark, layout: Layout) -> Path:
    """The list of the split's images, AiTLAS's before the other."""
    names = [f"{begin}_{split}.csv" for begin in layout.lists] + [f"{split}.csv"]
    names += [f"{begin}{dash}{split}.txt" for begin in layout.lists for dash in "_-"] + [
        f"{split}.txt"
    ]
    folders = dict.fromkeys(
        (root, root / "splits", place, place.parent)
    )  # place.parent: "Images" holds classes, its parent lists
    inside = {
        folder: {path.name.lower(): path for path in _files(folder)}
        for folder in folders
        if folder == root or root in folder.parents
    }
    for name in names:
        for files in inside.values():
            if name in files:
                return files[name]
    problem = (
        f"the authors of {benchmark.title} publish no split; for {split!r} put {names[0]} of AiTLAS"
        f" ({LISTS}) into {root}"
    )
    raise OptionError(f"{problem}, or ask for the split 'all'")


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else ()


def _listed(source: Path, benchmark: Benchmark, layout: Layout) -> list[tuple[str, str]]:
    """(published class, file name) of each line of a list."""
    spellings = _spellings(benchmark, layout)
    listed: dict[tuple[str, str], int] = {}
    try:
        rows = list(csv.reader(source.read_text(encoding="utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataCorrupt(
            f"{source} is no list of pictures ({error}); {benchmark.title} takes one a line, as"
            " CLASS/FILE,CLASS"
        ) from error
    for line, row in enumerate(rows, 1):
        if not any(cell.strip() for cell in row):
            continue
        path = Path(row[0].strip())
        names = {
            spellings.get(_plain(given))
            for given in [path.parent.name, *(cell.strip() for cell in row[1:2])]
            if given
        }
        name = next(iter(names)) if names else _class_of(path.stem, spellings)
        if len(names) > 1 or name is None or path.suffix.lower() not in PICTURES:
            raise DataCorrupt(
                f"{source}, line {line}: {','.join(row)!r} is no picture of a class of"
                f" {benchmark.title}"
            )
        if (name, path.name) in listed:
            raise DataCorrupt(
                f"{source}, line {line}: {path} is there already, in line {listed[name, path.name]}"
            )
        listed[name, path.name] = line
    if not listed:
        raise DataCorrupt(f"{source} lists no picture of {benchmark.title}; it comes from {LISTS}")
    return list(listed)


def _class_of(stem: str, spellings: Mapping[str, str]) -> str | None:
    """The class whose name begins a file's.

    The longest, as "railway_station_007" also begins with "railway".
    """
    begins = [spelling for spelling in spellings if _plain(stem).startswith(spelling)]
    return spellings[max(begins, key=len)] if begins else None
