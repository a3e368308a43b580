"""An index: the vectors of an archive in a LanceDB table, with what is known of each picture.

A folder that can be moved with the archive.

    geomag-index.json   which model made the vectors, of which folder, and whether all of it is there
    rows.lance          the table, see `table`

A batch of pictures is one transaction of the table: after a crash it is there wholly or not at all,
and the next run goes on behind it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.atomic import Staging, output_error
from geomagnifier.errors import IndexCorrupt, IndexForeign, LibraryMissing, OptionError, install
from geomagnifier.export.search_hit import Hit
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import embed
from geomagnifier.retrieval import index_table as rows
from geomagnifier.retrieval.discovery import COLLECTIONS
from geomagnifier.retrieval.query import NEAR, SearchQuery
from geomagnifier.types import Floats

MANIFEST = "geomag-index.json"
TABLE = "rows"
FORMAT = 1
"""Raised when older versions can no longer read what is written."""
PROBE = "a harbor with many boats"
"""Its vector tells models apart that share a name."""
ALIKE = 0.995
"""Cosine of a model's vectors of PROBE on machines with other arithmetic; other weights are far
below.
"""
FIRST = 64
"""Rows that are asked for at first; more where too few of them fit."""
FRESH = timedelta(seconds=5)
"""After so long a reader looks whether the table has grown."""


@dataclass(frozen=True)
class Manifest:
    """What geomag-index.json says.

    model, version, probe: what made the vectors.  archive: the folder or ItemCollection; nearby:
        the same, from the index's folder.
    pictures: that were there to be indexed.  complete: all of them are.
    """

    model: str
    version: str
    probe: tuple[float, ...]
    archive: str
    nearby: str
    pictures: int = 0
    complete: bool = False
    format: int = FORMAT


class Index:
    """An index that is open for reading.

    Calls may come from several threads; what a writer adds is seen after seconds.

    Made by `open_index`.
    """

    def __init__(self, path: Path, manifest: Manifest, table: Any) -> None:
        self.path, self.table = path, table
        self._manifest = manifest

    @property
    def manifest(self) -> Manifest:
        """As it is now: a writer may be at work."""
        with suppress(IndexCorrupt):  # for the moment in which it is renamed on some disks
            self._manifest = read_manifest(self.path)
        return self._manifest

    @property
    def root(self) -> Path:
        """The folder that paths start at.

        Beside the index as it was, if it is still there, else where it was.
        """
        archive = archive_of(self.path, self._manifest)
        return (
            archive.parent
            if archive.suffix.lower() in COLLECTIONS and not archive.is_dir()
            else archive
        )

    @property
    def pictures(self) -> int:
        """That can be found."""
        return int(self.table.count_rows("tile = 0"))

    def unreadable(self) -> tuple[tuple[Path, str], ...]:
        """Pictures that could not be read when they were indexed, each with the reason."""
        found = (
            self.table.search()
            .where("reason IS NOT NULL")
            .select(["path", "reason"])
            .limit(None)
            .to_arrow()
        )
        pairs = zip(found["path"].to_pylist(), found["reason"].to_pylist(), strict=True)
        return tuple(sorted((self.root / path, reason) for path, reason in pairs))

    def check(self, model: Model) -> None:
        """Whether a model's vectors can be compared with these.

        Raises:
            IndexForeign: they were made by another one.
        """
        made = self._manifest
        probe = embed(PROBE, model)
        if len(probe) != len(made.probe) or float(np.dot(probe, made.probe)) < ALIKE:
            asked = f"{model.spec.name} {model.spec.version}"
            raise IndexForeign(
                f"{self.path} was made by the model {made.model} {made.version}, not by this"
                f" {asked}; name it with --model, or index anew"
            )

    def search(self, wanted: SearchQuery, top: int | None = None) -> list[Hit]:
        """Hits, the best first, each picture once.

        Args:
            wanted: its vector must be of the model that made the index, see `check`.
            top: how many; all without.

        Raises:
            OptionError: the vector has another length.
        """
        if wanted.vector is not None:
            return self._likest(wanted, wanted.vector, top)
        if wanted.near is None or top is None:
            return self._listed(wanted, top)
        reach = min(wanted.within, NEAR)
        while True:
            hits = self._listed(replace(wanted, within=reach), top)
            if len(hits) >= top or reach >= wanted.within:
                return hits
            reach = min(wanted.within, 8 * reach)

    def _listed(self, wanted: SearchQuery, top: int | None) -> list[Hit]:
        found = (
            self.table.search()
            .where(rows.condition(wanted))
            .select(rows.SHOWN)
            .limit(None)
            .to_arrow()
        )
        return wanted.fitting(rows.hits(found, self.root), top)

    def _likest(self, wanted: SearchQuery, vector: Floats, top: int | None) -> list[Hit]:
        if len(vector) != len(self._manifest.probe):
            raise OptionError(
                f"the vector has {len(vector)} numbers, those of {self.path} have"
                f" {len(self._manifest.probe)}"
            )
        where, limit = rows.condition(wanted), FIRST if top is None else max(FIRST, 4 * top)
        while True:
            ranked = (
                self.table.search(np.asarray(vector, np.float16))
                .distance_type("dot")
                .where(where, prefilter=True)
            )
            found = ranked.select([*rows.SHOWN, "_distance"]).limit(limit).to_arrow()
            hits = wanted.fitting(rows.hits(found, self.root), top)
            if found.num_rows < limit or (top is not None and len(hits) >= top):
                return hits
            limit *= 8


def is_index(path: str | os.PathLike[str]) -> bool:
    """Whether a folder is an index."""
    return (Path(path) / MANIFEST).is_file()


def open_index(path: str | os.PathLike[str]) -> Index:
    """Open an index for reading.

    Raises:
        IndexCorrupt: it is none, or damaged.
        LibraryMissing: the extra is not installed.

    Example:
        >>> open_index("scenes.index").search(Wanted(near=(11.57, 48.14)))  # doctest: +SKIP
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    database = connect(folder)
    try:
        table = database.open_table(TABLE)
        if table.schema.names != rows.schema(len(manifest.probe)).names:
            raise ValueError("its columns are others")
    except Exception as error:  # LanceDB has no errors of its own
        raise IndexCorrupt(
            f"{folder} is damaged ({_first_line(error)}); remove it and index anew"
        ) from error
    return Index(folder, manifest, table)


def read_manifest(folder: Path) -> Manifest:
    """What the index says of itself.

    Raises:
        IndexCorrupt: it is none, damaged, or of another version.
    """
    try:
        told: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise IndexCorrupt(
                f"{folder} was written by another version of geomagnifier; remove it and index anew"
            )
        return replace(Manifest(**told), probe=tuple(map(float, told["probe"])))
    except FileNotFoundError:
        raise IndexCorrupt(
            f"{folder} is no index; make one with geomag index FOLDER --to {folder}"
        ) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexCorrupt(
            f"{folder / MANIFEST} is damaged ({_first_line(error)}); remove {folder} and index anew"
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write what the index says of itself, whole or not at all."""
    with Staging(folder) as stage:
        stage.path(MANIFEST).write_text(json.dumps(asdict(manifest)) + "\n", encoding="utf-8")


def archive_of(folder: Path, manifest: Manifest) -> Path:
    """Where the archive is now: moved together with the index, or where it was."""
    moved = Path(os.path.normpath(folder / manifest.nearby))
    return moved if moved.exists() else Path(manifest.archive)


def connect(folder: Path) -> Any:
    """LanceDB in a folder.

    Raises:
        LibraryMissing: the extra is not installed.
        OutputError: the folder cannot be made.
    """
    try:
        import lancedb
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise LibraryMissing(
            f"an index needs the extra archive; install it: {install('archive')} ({error})"
        ) from error
    try:
        return lancedb.connect(folder, read_consistency_interval=FRESH)
    except OSError as error:  # it makes the folder
        raise output_error(folder, error) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:160]
