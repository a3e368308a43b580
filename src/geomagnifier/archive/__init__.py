"""Ask one question about many scenes, on Ray: one model a worker, one result a scene.

    scenes -> manifest -> workers -> answer.json, mask.tif (COG), regions.parquet of each scene
                                  -> partitions of a thousand scenes (GeoParquet)
    a large scene -> shares of its windows, a worker each -> one journal -> its answer

The driver alone writes the manifest, and only when a scene's files are in place. A worker that dies
is restarted by Ray, on another machine where its own is gone, and its scene is given to a worker
that is ready; a scene that three workers died of is marked as failed. Scenes, model and output
folder must lie where every worker sees them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from geomagnifier.archive import cluster, driver_process
from geomagnifier.archive.manifest import DONE, FAILED, WAITING, Entry, Manifest
from geomagnifier.archive.tasks import INDEX as INDEX
from geomagnifier.archive.tasks import MANIFEST as MANIFEST
from geomagnifier.archive.tasks import REGIONS as REGIONS
from geomagnifier.archive.tasks import SCENES as SCENES
from geomagnifier.archive.tasks import Tally as Tally
from geomagnifier.archive.tasks import Task as Task
from geomagnifier.archive.tasks import part_name
from geomagnifier.errors import OptionError
from geomagnifier.export import geoparquet

SPLIT = 100_000_000
"""Scene px above which all workers search a scene together."""


def entries(paths: Iterable[Path | str]) -> Iterator[Entry]:
    """Make manifest entries of scenes, named by their paths below their common folder.

    A text is an address on the network, which is named by itself.

    Raises:
        OptionError: a path is given twice, or there is none.
    """
    listed: list[Path | str] = [
        path if isinstance(path, str) else Path(os.path.abspath(path)) for path in paths
    ]
    if not listed:
        raise OptionError(
            "there are no scenes to ask; give a folder, a list of paths or a STAC file"
        )
    [[twice, times]] = Counter(listed).most_common(1)
    if times > 1:
        raise OptionError(f"{twice} is listed twice; list each scene once")
    folders = [path.parent for path in listed if isinstance(path, Path)]
    root = os.path.commonpath(folders) if folders else ""
    for path in listed:
        if isinstance(path, str):
            yield Entry(quote(path.replace("://", "/"), safe="/"), path, -1, 0.0)
            continue
        try:
            stat = Path(str(path).partition("#")[0] if not path.exists() else path).stat()
        except OSError:
            stat = None  # the worker says so, in the words of `open_scene`
        yield Entry(
            os.path.relpath(path, root),
            str(path),
            stat.st_size if stat else -1,
            stat.st_mtime if stat else 0.0,
        )


def run(
    scenes: Iterable[Entry],
    task: Task,
    *,
    workers: int | None = None,
    address: str | None = None,
    again: bool = False,
    split: int = SPLIT,
    progress: Callable[[Tally], object] | None = None,
) -> Tally:
    """Ask a question about all scenes, and write the answers to a folder.

    Scenes that are answered there already are not asked again.

    Args:
        scenes: from `entries`.
        task: the question, the model and the folder.
        workers: processes with a model each; None for one a core, of this machine as far as its
            memory allows, or of the cluster.
        address: of a Ray cluster, "ray://host:10001" or "auto"; None for one that is started here
            and ends with this call.
        again: whether scenes that failed before are asked again.
        split: scene px above which all workers share a scene.
        progress: called after every scene.

    Returns:
        The final tally.

    Raises:
        LibraryMissing: Ray or geopandas is not installed.
        OptionError: the folder holds the answers to another question, or the cluster cannot be
            reached.
        OutputError: the folder cannot be written.
        ModelError: the workers cannot load the model.
        KeyboardInterrupt: Ctrl-C or SIGTERM, where this is the main thread; answers so far are
            kept. Ray has ended by then.
    """
    geoparquet.library()
    cluster.check()
    if workers is not None and workers < 1:
        raise OptionError(f"workers is the number of processes, at least 1, not {workers}")
    key = _key(task)
    manifest = Manifest(task.out / MANIFEST, key)
    try:
        for entry in manifest.add(scenes):
            assert entry.part is not None
            geoparquet.drop(task.out / REGIONS / part_name(entry.part), [entry.name])
        if again:
            manifest.again()
        counts = manifest.counts()
    finally:
        manifest.close()
    if not counts[WAITING] and (task.out / INDEX).exists():
        return Tally(counts[DONE], counts[FAILED], sum(counts.values()), 0, 0.0, 0)
    return driver_process.run(driver_process.Order(task, key, workers, address, split), progress)


def failures(task: Task, most: int) -> list[tuple[str, str]]:
    """List scenes that failed, by name and reason, from the manifest of the folder.

    Args:
        task: whose folder it is.
        most: scenes that are listed.
    """
    manifest = Manifest(task.out / MANIFEST, _key(task))
    try:
        return manifest.failures(most)
    finally:
        manifest.close()


def _key(task: Task) -> dict[str, Any]:
    bands = {} if task.bands is None else {"bands": task.bands}
    return {
        "question": task.question,
        "model": task.model,
        "model options": dict(task.model_options),
        **task.asked,
        **bands,
    }
