"""What a link stands for: the scene, the question and its options, by the id of the job.

Whoever has the link may see it: an id is random. With a folder, links outlive the service.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections import OrderedDict
from pathlib import Path

from geomagnifier.atomic import Staging
from geomagnifier.server.ui.history import Entry, entry_json, entry_of

MOST = 5000
"""Links that are kept; the oldest go first."""
ID = re.compile(r"[\w-]{8,40}")


class Links:
    """All links of a service.

    Args:
        folder: of files, one a link; None: they end with the service.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Entry | None] = OrderedDict()  # None: to be read
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
            self._known.update((path.stem, None) for path in files)

    def put(self, entry: Entry) -> None:
        """Keep an entry under the id of its job."""
        with self._lock:
            self._known[entry.job] = entry
            self._known.move_to_end(entry.job)
            old = [
                self._known.popitem(last=False)[0] for _ in range(max(0, len(self._known) - MOST))
            ]
        if self._folder is not None:
            text = json.dumps(entry_json(entry), ensure_ascii=False)
            with Staging(self._folder) as stage:
                stage.path(f"{entry.job}.json").write_text(text, encoding="utf-8")
            for id in old:
                self._path(id).unlink(missing_ok=True)

    def find(self, id: str) -> Entry | None:
        """The entry of a link; None where there is none, or not any more."""
        with self._lock:
            entry = self._known.get(id)
            if entry is None and id in self._known and ID.fullmatch(id):
                with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                    entry = entry_of(json.loads(self._path(id).read_text(encoding="utf-8")))
        return entry

    def _path(self, id: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{id}.json"
