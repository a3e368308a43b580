"""What an unfinished answer has seen so far.

One SQLite file, a row for each finished window, whole after any crash.

    key     what was asked of what, as JSON: a journal of another question is refused
    facts   what the first run worked out of the machine, and later ones keep to
    windows box, size and role of a window -> its heat map, its part of the answer, what it cost

A window's row is there wholly or not at all, so that a run that is killed goes on from the last one
that was finished.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.atomic import output_error
from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box, Placement
from geomagnifier.masks import MaskPatch
from geomagnifier.results import ClassMaskPatch, Region, WindowResult
from geomagnifier.types import Floats, Window


@dataclass(frozen=True, eq=False)
class Spent:
    """What a window cost, and what of it is damaged."""

    pixels: int = 0
    """That went through a network."""
    flops: float = 0.0
    """Multiply-adds x 2."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """By stage, since the window before it."""
    broken: tuple[Box, ...] = ()
    """Boxes that cannot be read, scene px."""


class Journal:
    """Finished windows of one question. The file is made at the first window that is kept.

    Args:
        path: of the file.
        key: what was asked of what, plain values.

    Raises:
        OptionError: the file is of another question, or no journal.
    """

    def __init__(self, path: Path, key: Mapping[str, Any]) -> None:
        self.path, self.key = path, json.dumps(key, sort_keys=True, ensure_ascii=False)
        self._base: sqlite3.Connection | None = None
        self._facts: dict[str, str] = {}
        if path.exists():
            self._open()

    def settled(self, name: str, value: Any) -> Any:
        """A fact that the first run settled.

        Args:
            name: of the fact.
            value: plain values for JSON; written with the next window where the journal has none.
        """
        row = (
            None
            if self._base is None
            else self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        )
        if row is not None:
            return json.loads(row[0])
        self._facts[name] = json.dumps(value)
        return value

    def heat(self, window: Window) -> Floats | None:
        """The relevance map that was kept of a window; None for none."""
        data = self._get(window, "heat")
        if data is None:
            return None
        (height, width), cells = np.frombuffer(data[:8], np.int32), zlib.decompress(data[8:])
        half = len(cells) < 4 * height * width  # of an earlier version
        return (
            np.frombuffer(cells, np.float16 if half else np.float32)
            .reshape(height, width)
            .astype(np.float32)
        )

    def part(self, window: Window) -> WindowResult | None:
        """What was kept of a window's part of the answer."""
        data = self._get(window, "part")
        return None if data is None else _load_part(window, data)

    def spent(self, window: Window) -> Spent:
        """What a kept window cost.

        Its pixels alone in a journal of an earlier version, which did not keep that.
        """
        data = self._get(window, "spent")
        if data is None:
            return Spent(window.width * window.height)
        row = json.loads(data)
        return Spent(
            row["pixels"], row["flops"], row["seconds"], tuple(Box(*box) for box in row["broken"])
        )

    def keep(
        self,
        window: Window,
        *,
        heat: Floats | None = None,
        part: WindowResult | None = None,
        spent: Spent | None = None,
    ) -> None:
        """Write down a finished window.

        Args:
            window: that was looked at.
            heat: its heat map, (h, w).
            part: its part of the answer.
            spent: what it cost.

        Raises:
            OutputError: the disk is full, or the folder cannot be written.
        """
        rows = {
            "heat": heat is not None and _dump_heat(heat),
            "part": part is not None and _dump_part(part),
        }
        rows["spent"] = (
            spent is not None
            and json.dumps(
                asdict(spent) | {"broken": [box.tuple() for box in spent.broken]}
            ).encode()
        )
        try:
            if self._base is None:
                self._open()
            assert self._base is not None
            with self._base:
                kept = [(_row(window), name, data) for name, data in rows.items() if data]
                self._base.executemany("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", kept)
                self._base.executemany(
                    "INSERT OR IGNORE INTO facts VALUES (?, ?)", self._facts.items()
                )
        except (sqlite3.Error, OSError) as error:
            raise output_error(self.path, error) from error

    def close(self) -> None:
        """Let go of the file; it stays."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(self.path)
        try:
            base.execute("PRAGMA cache_size = -2000")
            base.execute("PRAGMA synchronous = NORMAL")
            with base:
                base.execute("CREATE TABLE IF NOT EXISTS asked (key TEXT)")
                base.execute("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT)")
                base.execute(
                    "CREATE TABLE IF NOT EXISTS windows (name TEXT, what TEXT, data BLOB, PRIMARY"
                    " KEY (name, what))"
                )
                kept = base.execute("SELECT key FROM asked").fetchone()
                if kept is None:
                    base.execute("INSERT INTO asked VALUES (?)", (self.key,))
        except sqlite3.DatabaseError as error:
            base.close()
            if isinstance(error, sqlite3.OperationalError):
                raise
            raise OptionError(
                f"{self.path} is no journal of an unfinished answer; delete it and ask again"
            ) from error
        if kept is not None and kept[0] != self.key:
            base.close()
            raise OptionError(
                f"{self.path} is of another question, scene or setting"
                f" ({_differs(kept[0], self.key)}); ask that, or remove the file to start again"
            )
        self._base = base

    def _get(self, window: Window, what: str) -> bytes | None:
        if self._base is None:
            return None
        row = self._base.execute(
            "SELECT data FROM windows WHERE name = ? AND what = ?", (_row(window), what)
        ).fetchone()
        return None if row is None else bytes(row[0])


def join(into: Path, others: Sequence[Path]) -> None:
    """Merge the journals of other processes into one.

    A process that saw no window has left no file.

    Args:
        into: the journal that goes on.
        others: the journals of the other processes.

    Raises:
        OptionError: they are of different questions, or no journals.
        OutputError: the journal cannot be written.
    """
    for other in (path for path in others if path.exists()):
        if not into.exists():
            try:
                shutil.copyfile(other, into)
            except OSError as error:
                raise output_error(into, error) from error
            continue
        with closing(sqlite3.connect(into)) as base:
            key = base.execute("SELECT key FROM asked").fetchone()[0]
            Journal(other, json.loads(key)).close()  # of the same question
            try:
                base.execute("ATTACH ? AS other", (str(other),))
                with base:
                    base.execute("INSERT OR IGNORE INTO windows SELECT * FROM other.windows")
            except sqlite3.Error as error:
                raise output_error(into, error) from error


def _differs(kept: str, key: str) -> str:
    before, now = json.loads(kept), json.loads(key)
    name = next(name for name in {**before, **now} if before.get(name) != now.get(name))
    return f"{name}: {str(before.get(name))[:60]!r}, not {str(now.get(name))[:60]!r}"


def _row(window: Window) -> str:
    return json.dumps(
        [*window.box.tuple(), window.width, window.height, *window.core.tuple(), window.role]
    )


def _dump_heat(heat: Floats) -> bytes:
    return np.array(heat.shape, np.int32).tobytes() + zlib.compress(
        heat.astype(np.float32).tobytes(), 1
    )  # to the last digit


def _dump_part(part: WindowResult) -> bytes:
    """JSON, a zero byte, then the patches of the layers one after another."""
    packed = [layer.patch.packed() for layer in part.layers]
    blobs = [patch.data for patch in packed if isinstance(patch.data, bytes)]
    head = {
        "objects": [
            [r.label, float(r.score), [float(v) for v in r.box], r.segmentation, float(rank)]
            for r, rank in part.objects
        ],
        "layers": [
            [layer.label, float(layer.score), layer.separate, *_placed(patch), len(blob)]
            for layer, patch, blob in zip(part.layers, packed, blobs, strict=True)
        ],
    }
    return json.dumps(head).encode() + b"\0" + b"".join(blobs)


def _placed(patch: MaskPatch) -> list[Any]:
    return [
        patch.placement.box.tuple(),
        patch.placement.width,
        patch.placement.height,
        patch.core.tuple(),
        patch.threshold,
    ]


def _load_part(window: Window, data: bytes) -> WindowResult:
    text, _, rest = data.partition(b"\0")
    head = json.loads(text)
    objects = [
        (Region(label, score, tuple(box), rle), rank)
        for label, score, box, rle, rank in head["objects"]
    ]
    layers, start = [], 0
    for label, score, separate, box, width, height, core, threshold, size in head["layers"]:
        patch = MaskPatch(
            Placement(Box(*box), width, height), Box(*core), rest[start : start + size], threshold
        )
        layers.append(ClassMaskPatch(label, score, separate, patch))
        start += size
    return WindowResult(window, tuple(objects), tuple(layers))
