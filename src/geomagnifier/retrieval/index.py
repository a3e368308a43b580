"""Open and search an index: the vectors of an archive in a LanceDB table, with place and time.

It is a folder that can be moved together with the archive.

    geomag-index.json   the model of the vectors, the archive, and whether all of it is indexed
    rows.lance          the table, see `index_table`

A batch of images is one transaction of the table: after a crash all of it is there, or nothing, and
the next run continues after it.
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
from geomagnifier.retrieval.held_rows import HeldRows
from geomagnifier.retrieval.query import NEAR, SearchQuery
from geomagnifier.types import Floats

MANIFEST = "geomag-index.json"
TABLE = "rows"
FORMAT = 1
"""Version of the format; it is raised when older releases can no longer read what is written."""
PROBE = "a harbor with many boats"
"""A sentence whose vector tells models apart that share a name."""
ALIKE = 0.995
"""Lowest cosine of one model's vectors of PROBE on machines with other arithmetic; that of other
weights is far lower.
"""
FIRST = 64
"""Rows that are fetched at first; more where too few of them fit."""
FRESH = timedelta(seconds=5)
"""Time after which a reader checks whether the table has grown."""


@dataclass(frozen=True)
class Manifest:
    """The content of geomag-index.json."""

    model: str
    """Name of the model that made the vectors."""
    version: str
    """Version of that model."""
    probe: tuple[float, ...]
    """(D,) its vector of PROBE."""
    archive: str
    """Absolute path of the folder or STAC file."""
    nearby: str
    """The same, relative to the folder of the index."""
    pictures: int = 0
    """Number of images that were there to be indexed."""
    complete: bool = False
    """Whether all of them are indexed."""
    format: int = FORMAT
    """Version of the format."""


class Index:
    """An index that is open for reading, from `open_index`.

    Several threads may use it; what a writer adds is seen after some seconds.

    Args:
        path: folder of the index.
        manifest: its geomag-index.json.
        table: its LanceDB table.
        held: whether its rows are held in memory, up to `held_rows.MOST` bytes, once one is asked
            for: many queries are answered in a fraction of the time, the first one takes longer.
    """

    def __init__(self, path: Path, manifest: Manifest, table: Any, held: bool = False) -> None:
        self.path, self.table = path, table
        self._manifest = manifest
        self._held = HeldRows(table, len(manifest.probe)) if held else None

    @property
    def manifest(self) -> Manifest:
        """The manifest as it is now: a writer may be at work."""
        with suppress(IndexCorrupt):  # on some disks it is gone for a moment while it is replaced
            self._manifest = read_manifest(self.path)
        return self._manifest

    @property
    def root(self) -> Path:
        """Folder of the archive, to which paths are relative.

        It is found relative to the index if it is still there, else at its old absolute path.
        """
        archive = archive_of(self.path, self._manifest)
        return (
            archive.parent
            if archive.suffix.lower() in COLLECTIONS and not archive.is_dir()
            else archive
        )

    @property
    def pictures(self) -> int:
        """Number of images that can be found."""
        return int(self.table.count_rows("tile = 0"))

    def unreadable(self) -> tuple[tuple[Path, str], ...]:
        """List the images that could not be read when they were indexed, each with the reason."""
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
        """Check that a model's vectors can be compared with those of the index.

        Raises:
            IndexForeign: these were made by another model.
        """
        made = self._manifest
        probe = embed(PROBE, model)
        if len(probe) != len(made.probe) or float(np.dot(probe, made.probe)) < ALIKE:
            asked = f"{model.spec.name} {model.spec.version}"
            raise IndexForeign(
                f"{self.path} was made by the model {made.model} {made.version}, not by this"
                f" {asked}; name it with --model, or index again"
            )

    def search(self, wanted: SearchQuery, top: int | None = None) -> list[Hit]:
        """Return hits, best first, each image once.

        Args:
            wanted: the query; its vector must be of the model that made the index, see `check`.
            top: most hits, None for all.

        Raises:
            OptionError: the vector has another length.
        """
        if wanted.vector is not None:
            return self._most_similar(wanted, wanted.vector, top)
        if wanted.near is None or top is None:
            return self._listed(wanted, top)
        # Distances are measured exactly for few rows alone: begin with a small circle, and widen it
        # until there are enough.
        reach = min(wanted.within, NEAR)
        while True:
            hits = self._listed(replace(wanted, within=reach), top)
            if len(hits) >= top or reach >= wanted.within:
                return hits
            reach = min(wanted.within, 8 * reach)

    def _listed(self, wanted: SearchQuery, top: int | None) -> list[Hit]:
        held = None if self._held is None else self._held.now()
        found = (
            self.table.search()
            .where(rows.condition(wanted))
            .select(rows.SHOWN)
            .limit(None)
            .to_arrow()
            if held is None
            else held.listed(wanted)
        )
        return wanted.fitting(rows.hits(found, self.root), top)

    def _most_similar(self, wanted: SearchQuery, vector: Floats, top: int | None) -> list[Hit]:
        if len(vector) != len(self._manifest.probe):
            raise OptionError(
                f"the vector has {len(vector)} numbers, those of {self.path} have"
                f" {len(self._manifest.probe)}"
            )
        # The condition lets rows through that do not fit, and an image has several rows: fetch
        # more of the ranking until enough images fit, or there are no more rows.
        where, limit = rows.condition(wanted), FIRST if top is None else max(FIRST, 4 * top)
        held = None if self._held is None else self._held.now()
        if held is not None and top is not None and not wanted.boxes:
            limit = top  # each row fits, and is of another image
        while True:
            if held is not None:
                found = held.ranked(wanted, vector, limit)
            else:
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
    """Return whether a folder is an index."""
    return (Path(path) / MANIFEST).is_file()


def open_index(path: str | os.PathLike[str], held: bool = False) -> Index:
    """Open an index for reading.

    Args:
        path: folder of the index.
        held: whether its rows are held in memory, see `Index`.

    Raises:
        IndexCorrupt: the folder is no index, or damaged.
        LibraryMissing: the extra `archive` is not installed.

    Example:
        >>> open_index("scenes.index").search(SearchQuery(near=(11.57, 48.14)))  # doctest: +SKIP
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
            f"{folder} is damaged ({_first_line(error)}); remove it and index again"
        ) from error
    return Index(folder, manifest, table, held)


def read_manifest(folder: Path) -> Manifest:
    """Read geomag-index.json of an index.

    Raises:
        IndexCorrupt: the folder is no index, is damaged, or of another version.
    """
    try:
        members: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if members["format"] != FORMAT:
            raise IndexCorrupt(
                f"{folder} was written by another version of geomagnifier; remove it and index"
                " again"
            )
        return replace(Manifest(**members), probe=tuple(map(float, members["probe"])))
    except FileNotFoundError:
        raise IndexCorrupt(
            f"{folder} is no index; make one with geomag index FOLDER --to {folder}"
        ) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexCorrupt(
            f"{folder / MANIFEST} is damaged ({_first_line(error)}); remove {folder} and index"
            " again"
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write geomag-index.json, whole or not at all.

    Args:
        folder: of the index.
        manifest: its new content.
    """
    with Staging(folder) as stage:
        stage.path(MANIFEST).write_text(json.dumps(asdict(manifest)) + "\n", encoding="utf-8")


def archive_of(folder: Path, manifest: Manifest) -> Path:
    """Return where the archive is now: moved together with the index, or where it was.

    Args:
        folder: of the index.
        manifest: of the index.
    """
    moved = Path(os.path.normpath(folder / manifest.nearby))
    return moved if moved.exists() else Path(manifest.archive)


def connect(folder: Path) -> Any:
    """Open LanceDB in a folder, which is made where needed.

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
