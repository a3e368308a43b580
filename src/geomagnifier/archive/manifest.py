"""Record the state of every scene of an archive in one SQLite file, intact after any crash.

    waiting -> done | failed            a scene whose file has changed waits again

One process writes it, the driver. A scene's result is on the disk before its row says so: a row is
never ahead of its files.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomagnifier.atomic import output_error
from geomagnifier.errors import OptionError

WAITING, DONE, FAILED = "waiting", "done", "failed"
"""States of a scene."""
_TABLE = """
CREATE TABLE IF NOT EXISTS scenes (
  name TEXT PRIMARY KEY, path TEXT, bytes INTEGER, modified REAL, state TEXT, why TEXT, facts TEXT,
  part INTEGER, finished REAL)
"""
_ADD = """
INSERT INTO scenes (name, path, bytes, modified, state) VALUES (?, ?, ?, ?, 'waiting')
  ON CONFLICT (name) DO UPDATE SET
    state = 'waiting', why = NULL, facts = NULL,
    path = excluded.path, bytes = excluded.bytes, modified = excluded.modified
  WHERE bytes IS NOT excluded.bytes
    OR modified IS NOT excluded.modified
    OR path IS NOT excluded.path
"""


@dataclass(frozen=True)
class Entry:
    """A scene of the archive."""

    name: str
    """Its name in the archive: a relative path, unique."""
    path: str
    """Absolute path of the file."""
    bytes: int
    """Size of the file, -1 where it cannot be read."""
    modified: float
    """Modification time of the file, seconds since 1970."""
    part: int | None = None
    """Number of the partition that holds its regions, once it has one."""


class Manifest:
    """The scenes of one question, and their states.

    Args:
        path: of the file, made where needed.
        key: the question, the model and their options, as plain values.

    Raises:
        OptionError: the file is of another question, or no manifest.
        OutputError: it cannot be written.
    """

    def __init__(self, path: Path, key: Mapping[str, Any]) -> None:
        self.path = path
        with self._writing():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path)
        try:
            self._base.execute("PRAGMA synchronous = NORMAL")
            with self._base:
                self._base.execute("CREATE TABLE IF NOT EXISTS asked (key TEXT)")
                self._base.execute(_TABLE)
                self._base.execute(
                    "CREATE INDEX IF NOT EXISTS by_state ON scenes (state, part, name)"
                )
                kept = self._base.execute("SELECT key FROM asked").fetchone()
                if kept is None:
                    self._base.execute("INSERT INTO asked VALUES (?)", (json.dumps(dict(key)),))
        except sqlite3.OperationalError as error:
            self._base.close()
            raise output_error(path, error) from error
        except sqlite3.DatabaseError as error:
            self._base.close()
            raise OptionError(
                f"{path} is not a manifest of geomag map; choose another folder"
            ) from error
        before = dict(key) if kept is None else json.loads(kept[0])
        other = next(
            (name for name in {**before, **key} if before.get(name) != key.get(name)), None
        )
        if other is not None:
            self._base.close()
            difference = f"{other}: {before.get(other)!r}, not {key.get(other)!r}"
            raise OptionError(
                f"{path.parent} holds the answers to another question ({difference}); choose"
                " another folder"
            )

    def add(self, entries: Iterable[Entry]) -> list[Entry]:
        """Add scenes; those that are known and unchanged stay as they are.

        Returns:
            The scenes that have changed since they were answered, with the partition that still
            holds their old regions.
        """
        changed = []
        with self._writing(), self._base:
            for entry in entries:
                row = self._base.execute(
                    "SELECT bytes, modified, path, part FROM scenes WHERE name = ?", (entry.name,)
                ).fetchone()
                if (
                    row is not None
                    and row[3] is not None
                    and tuple(row[:3]) != (entry.bytes, entry.modified, entry.path)
                ):
                    changed.append(
                        Entry(entry.name, entry.path, entry.bytes, entry.modified, row[3])
                    )
                self._base.execute(_ADD, (entry.name, entry.path, entry.bytes, entry.modified))
        return changed

    def waiting(self) -> Iterator[Entry]:
        """Yield the scenes that wait, by name, a thousand at a time: there may be a million."""
        last = ""
        while rows := self._base.execute(
            "SELECT name, path, bytes, modified FROM scenes WHERE state = 'waiting' AND name > ?"
            " ORDER BY name LIMIT 1000",
            (last,),
        ).fetchall():
            yield from (Entry(*row) for row in rows)
            last = rows[-1][0]

    def again(self) -> None:
        """Let scenes that failed wait again."""
        with self._writing(), self._base:
            self._base.execute(
                "UPDATE scenes SET state = 'waiting', why = NULL WHERE state = 'failed'"
            )

    def finish(self, name: str, facts: Mapping[str, Any]) -> None:
        """Record that a scene is answered.

        Args:
            name: of the scene.
            facts: plain values about its answer.
        """
        with self._writing(), self._base:
            self._base.execute(
                "UPDATE scenes SET state = 'done', why = NULL, facts = ?, part = NULL, finished = ?"
                " WHERE name = ?",
                (json.dumps(dict(facts), ensure_ascii=False), time.time(), name),
            )

    def fail(self, name: str, why: str) -> None:
        """Record that a scene failed.

        Args:
            name: of the scene.
            why: the reason.
        """
        with self._writing(), self._base:
            self._base.execute(
                "UPDATE scenes SET state = 'failed', why = ?, finished = ? WHERE name = ?",
                (why, time.time(), name),
            )

    def unpacked(self, most: int) -> list[str]:
        """List answered scenes whose regions are in no partition yet, at most so many."""
        rows = self._base.execute(
            "SELECT name FROM scenes WHERE state = 'done' AND part IS NULL ORDER BY name LIMIT ?",
            (most,),
        )
        return [name for (name,) in rows]

    def next_part(self) -> int:
        """Return the number of the next partition."""
        return int(
            self._base.execute("SELECT coalesce(max(part), -1) + 1 FROM scenes").fetchone()[0]
        )

    def packed(self, names: Sequence[str], part: int) -> None:
        """Record that the regions of some scenes are in a partition, which is on the disk.

        Args:
            names: of the scenes.
            part: number of the partition.
        """
        with self._writing(), self._base:
            self._base.executemany(
                "UPDATE scenes SET part = ? WHERE name = ?", [(part, name) for name in names]
            )

    def counts(self) -> dict[str, int]:
        """Count the scenes in each state."""
        found = dict(
            self._base.execute("SELECT state, count(*) FROM scenes GROUP BY state").fetchall()
        )
        return {state: int(found.get(state, 0)) for state in (WAITING, DONE, FAILED)}

    def failures(self, most: int) -> list[tuple[str, str]]:
        """List names and reasons of scenes that failed, at most so many."""
        return self._base.execute(
            "SELECT name, why FROM scenes WHERE state = 'failed' ORDER BY name LIMIT ?", (most,)
        ).fetchall()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield all scenes by name: scene, path, state, why, and the facts of answered ones."""
        for name, path, state, why, facts in self._base.execute(
            "SELECT name, path, state, why, facts FROM scenes ORDER BY name"
        ):
            yield {
                "scene": name,
                "path": path,
                "state": state,
                "why": why,
                **json.loads(facts or "{}"),
            }

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise output_error(self.path, error) from error
