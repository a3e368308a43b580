"""Make an index of an archive, or bring it up to date.

New images are added, changed ones replaced and missing ones removed; no image is read twice.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from geomagnifier.atomic import output_error
from geomagnifier.errors import IndexBusy, IndexForeign, OutputError
from geomagnifier.folder_lock import locked
from geomagnifier.memory import give_back
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import embed
from geomagnifier.retrieval import index_table as rows
from geomagnifier.retrieval.discovery import Gathered, Picture, gather
from geomagnifier.retrieval.embeddings import Looked, Progress, embed_pictures
from geomagnifier.retrieval.index import (
    PROBE,
    TABLE,
    Index,
    Manifest,
    archive_of,
    connect,
    is_index,
    open_index,
    write_manifest,
)

BATCH, SECONDS = 256, 10.0
"""Images, or seconds, after which rows are written."""
KEPT = timedelta(hours=1)
"""Time for which replaced rows stay on the disk, as a reader may be using them."""
LOCK = ".lock.sqlite"
"""File in the index that its writer locks."""
NAMES = 500
"""Most paths in one SQL condition."""


@dataclass(frozen=True)
class Report:
    """The outcome of an update."""

    pictures: int
    """Images of the archive."""
    read: int
    """New and changed images among them."""
    removed: int
    """Images that were indexed and are gone."""
    unreadable: tuple[tuple[Path, str], ...]
    """Images that cannot be read, also from earlier runs, and folders that cannot be listed, each
    with the reason.
    """


def update(
    archive: str | os.PathLike[str],
    to: str | os.PathLike[str],
    model: Model,
    progress: Progress | None = None,
    asset: str | None = None,
) -> Report:
    """Make an index of an archive, or bring it up to date.

    It may be stopped, or killed, at any moment; the same call continues.

    Args:
        archive: a folder of images, or a STAC file (ItemCollection, Item, Collection, Catalog).
        to: folder of the index, made where needed.
        model: that makes the vectors.
        progress: called with (images done, images to be read).
        asset: name of the asset that is taken of each STAC item; None for the likeliest one.

    Raises:
        SceneNotFound, SceneUnreadable, DataCorrupt: see `gather`; the index is left as it is.
        IndexForeign: the index is of another archive, or was made by another model.
        IndexCorrupt: the index is damaged.
        IndexBusy: another process is writing it.
        OutputError: the folder is something else, is not writable, or the disk is full.
        LibraryMissing: the extra `archive` is not installed.
    """
    found, folder, place = gather(archive, asset), Path(to), Path(os.path.abspath(archive))
    found.warn()
    if not _begun(folder) and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is no index; choose a folder that is not there yet")
    database = connect(folder)
    with locked(
        folder / LOCK,
        IndexBusy(f"{folder} is being written by another process; wait for it to end"),
    ):
        model.remember(0)  # no image is embedded twice
        try:
            return _update(_opened(folder, place, model, database), found, model, progress)
        except (OSError, RuntimeError) as error:  # LanceDB raises either for a full disk
            raise output_error(folder, error) from error
        finally:
            model.remember(None)


def _begun(folder: Path) -> bool:
    return is_index(folder) or (folder / LOCK).exists()


def _opened(folder: Path, archive: Path, model: Model, database: Any) -> Index:
    """Open the index for writing, marked as not complete; it is made where there is none."""
    if is_index(folder):
        index = open_index(folder)
        index.check(model)
        there = archive_of(folder, index.manifest)
        if Path(os.path.abspath(there)) != archive and there.exists():
            raise IndexForeign(
                f"{folder} is the index of {there}; choose another folder for that of {archive}"
            )
        manifest = index.manifest
    else:  # the manifest is written last: an index without one was begun, and is begun again
        probe = tuple(float(number) for number in embed(PROBE, model))
        database.drop_table(TABLE, ignore_missing=True)
        database.create_table(TABLE, schema=rows.schema(len(probe)))
        manifest = Manifest(model.spec.name, model.spec.version, probe, "", "")
    nearby = os.path.relpath(archive, os.path.abspath(folder))
    write_manifest(
        folder,
        replace(manifest, archive=str(archive), nearby=Path(nearby).as_posix(), complete=False),
    )
    return open_index(folder)


def _update(index: Index, found: Gathered, model: Model, progress: Progress | None) -> Report:
    """Bring the rows of an index up to date."""
    table, root = index.table, Path(os.path.abspath(found.root))
    write_manifest(
        index.path, replace(index.manifest, pictures=len(found.pictures), complete=False)
    )
    names = {_name(picture.path, root): picture for picture in found.pictures}
    stamps = {name: _stamp(picture) for name, picture in names.items()}
    known = _known(table)
    # Images in a folder that may not be listed now are not gone.
    shut = tuple(f"{_name(path, root)}/" for path, _ in found.left_out if path.is_dir())
    gone = [name for name in known if name not in names and not name.startswith(shut)]
    fresh = [name for name in names if known.get(name) != stamps[name]]
    _remove(table, gone)
    unnamed: list[tuple[Path, str]] = []
    batch: list[dict[str, Any]] = []
    pending: list[str] = []
    begun = time.monotonic()
    for done, (name, looked) in enumerate(
        zip(fresh, embed_pictures([names[name] for name in fresh], model), strict=True), 1
    ):
        if not _printable(name):  # a name that is not UTF-8 has no place in a table
            unnamed.append(
                (looked.picture.path, looked.reason or "its name is not UTF-8; rename the file")
            )
        else:
            batch += rows.rows(_relative(looked, root), name, stamps[name])
            pending.append(name)
        if progress is not None:
            progress(done, len(fresh))
        if pending and (
            len(pending) >= BATCH or time.monotonic() - begun >= SECONDS or done == len(fresh)
        ):
            _write(index, batch, [name for name in pending if name in known])
            batch, pending, begun = [], [], time.monotonic()
            give_back()
    if pending:
        _write(index, batch, [name for name in pending if name in known])
    if fresh or gone:
        table.optimize(cleanup_older_than=KEPT)
    write_manifest(index.path, replace(index.manifest, pictures=len(names), complete=True))
    return Report(
        len(names), len(fresh), len(gone), (*index.unreadable(), *unnamed, *found.left_out)
    )


def _write(index: Index, batch: Sequence[dict[str, Any]], replaced: Sequence[str]) -> None:
    """Replace the rows of a batch, in two transactions at most.

    After a crash between the two, the next run takes the removed images for new ones.
    """
    _remove(index.table, replaced)
    index.table.add(rows.arrow(batch, len(index.manifest.probe)))


def _remove(table: Any, names: Sequence[str]) -> None:
    for start in range(0, len(names), NAMES):
        quoted = ", ".join(
            "'" + name.replace("'", "''") + "'" for name in names[start : start + NAMES]
        )
        table.delete(f"path IN ({quoted})")


def _known(table: Any) -> dict[str, str]:
    """Return the stamp of each image in the table, by its path there."""
    found = (
        table.search()
        .where("tile = 0 OR reason IS NOT NULL")
        .select(["path", "stamp"])
        .limit(None)
        .to_arrow()
    )
    return dict(zip(found["path"].to_pylist(), found["stamp"].to_pylist(), strict=True))


def _name(path: Path, root: Path) -> str:
    """Return a path relative to the root, with slashes; absolute where it lies elsewhere."""
    place = Path(os.path.abspath(path))
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else str(place)


def _stamp(picture: Picture) -> str:
    """Return a stamp that changes with the file, or with what its STAC item says of it."""
    try:
        status = (picture.file or picture.path).stat()
        stamp = f"{status.st_mtime_ns}:{status.st_size}"
    except OSError:  # it is gone, or its disk: reading it will give the reason
        stamp = "none"
    item = None if picture.date is None else picture.date.isoformat(), picture.outline
    return (
        stamp
        if item == (None, None)
        else f"{stamp}:{hashlib.sha256(repr(item).encode()).hexdigest()[:12]}"
    )


def _relative(looked: Looked, root: Path) -> Looked:
    """Let the reason name the file as the index does, so that the archive can be moved."""
    if looked.reason is None:
        return looked
    return replace(
        looked,
        reason=looked.reason.replace(f"{root}{os.sep}", "")
        .encode("utf-8", "backslashreplace")
        .decode(),
    )


def _printable(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
