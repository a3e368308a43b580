"""SHA256SUMS of a model folder: whether its files are, to the last bit, those that were written.

`sha256sum --check` reads it as well. A folder without it is taken as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from geomagnifier.atomic import rename
from geomagnifier.errors import ModelCorrupt

SUMS = "SHA256SUMS"
LARGEST = 1 << 16
"""Most bytes of the list; each of its lines has a hundred."""
_LINE = re.compile(r"([0-9a-f]{64}) [ *](\S+)")


def write(path: Path, files: Mapping[str, Path]) -> None:
    """Write the list, under a temporary name first.

    Args:
        path: of the list.
        files: by name in the model folder, where they lie now.
    """
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_text(
        "".join(f"{_sum(file)}  {name}\n" for name, file in sorted(files.items())), "ascii"
    )
    rename(temporary, path)


def check(folder: Path, names: Sequence[str]) -> None:
    """Check the files of a model folder against its list, where it has one.

    Args:
        folder: of the model.
        names: of the files that a model is read from; those that are there must be listed, and
            those that are listed must be there.

    Raises:
        ModelCorrupt: a file is not the one that was written, or missing, or the list is damaged.
    """
    listed = read(folder)
    for name in names if listed is not None else ():
        path, expected = folder / name, listed.get(name) if listed else None
        if expected is None and not path.is_file():
            continue
        if expected is None:
            raise ModelCorrupt(
                f"{path} is not in {SUMS}, which lists the files of the model; remove it, or copy"
                " the folder anew"
            )
        if not path.is_file():
            raise ModelCorrupt(
                f"{folder} lacks {name}, which {SUMS} lists; install the package again or copy the"
                " folder anew"
            )
        if _sum(path) != expected:
            raise ModelCorrupt(
                f"{path} is not the file that was written: its SHA-256 differs from the one in"
                f" {SUMS}; install the package again or copy the file again"
            )


def fingerprint(folder: Path) -> str | None:
    """A few digits that stand for all files of a folder; None where it has no list."""
    return (
        hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()[:12]
        if (folder / SUMS).is_file()
        else None
    )


def read(folder: Path) -> dict[str, str] | None:
    """SHA-256 of each file in the list of a model folder; None where it has no list.

    Raises:
        ModelCorrupt: the list is damaged.
    """
    path = folder / SUMS
    if not path.is_file():
        if os.path.lexists(path):
            raise ModelCorrupt(f"{path} is no file; copy the folder again")
        return None
    with path.open("rb") as file:
        lines = file.read(LARGEST).decode("ascii", "replace").splitlines()
    found = [_LINE.fullmatch(line) for line in lines]
    if not found or None in found:
        raise ModelCorrupt(f"{path} is damaged; install the package again or copy the folder again")
    return {line[2]: line[1] for line in found if line is not None}


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
