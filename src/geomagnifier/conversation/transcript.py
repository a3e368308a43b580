"""A conversation saved with its scene.

One JSON object a line, the regions with it, so that a reference still works the next day.

    harbour.tif  ->  harbour.tif.chat.jsonl beside it, or in the user's data folder where that
    folder is not writable, or not his alone

A line holds "version", "scene" [width, height], "question", "meant", "sort", "answer" (as in
answer.json) and "pool", the regions chosen from. The file is written anew at each turn and renamed.
A line that is damaged, of a later version or of a picture of another size is left out, with a
warning.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from geomagnifier import masks
from geomagnifier.atomic import Staging, output_error
from geomagnifier.conversation.dialogue import Turn
from geomagnifier.detections import Labels
from geomagnifier.errors import GeomagError, GeomagWarning
from geomagnifier.export.answer_json import to_json
from geomagnifier.inference.answer_mask import assemble_chosen
from geomagnifier.inference.references import Reference
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import Scene
from geomagnifier.results import Answer, Region, Trace
from geomagnifier.types import Granularity, Query

VERSION = 1
ENDING = ".chat.jsonl"


def place_of(image: str | os.PathLike[str]) -> Path:
    """The file of a picture's conversation.

    Beside it, or in the user's data folder where that cannot be, or is a shared folder.
    """
    beside = Path(f"{image}{ENDING}")
    if "://" not in str(image) and not str(image).startswith("/vsi") and _is_own(beside):
        return beside
    whole = str(image) if "://" in str(image) else str(Path(image).resolve())
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    name = f"{Path(image).name}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}{ENDING}"
    return home / "geomagnifier" / "chats" / name


def _is_own(beside: Path) -> bool:
    """Whether a file may be kept there: the folder is writable, this user's, and not everybody's.

    Or there is one of his already.
    """
    try:
        folder = beside.parent.stat()
        if not os.access(beside.parent, os.W_OK | os.X_OK):
            return False
        if not hasattr(os, "geteuid"):  # Windows keeps no such rights
            return True
        mine = os.geteuid()
        if beside.exists():
            return beside.stat().st_uid == mine
        return folder.st_uid == mine and not folder.st_mode & stat.S_IWOTH
    except OSError:
        return False


def forget(path: Path) -> None:
    """Remove a conversation, if there is one.

    Raises:
        OutputError: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(path, error) from error


def load(path: Path, scene: Scene) -> list[Turn]:
    """The turns of a file; none where there is no such file.

    Previews are drawn anew from the scene; traces are not kept.

    Args:
        path: of `save`.
        scene: that the conversation is about.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        warnings.warn(
            f"{path} cannot be read ({error.strerror or error}); a new chat is started",
            GeomagWarning,
            stacklevel=2,
        )
        return []
    rows, bad = [], 0
    for line in lines:
        try:
            rows.append(_checked(json.loads(line), scene))
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            OverflowError,
            RecursionError,
            GeomagError,
        ):
            bad += bool(line.strip())
    if bad:
        warnings.warn(
            f"{bad} lines of {path} are damaged or belong to another image, and were skipped",
            GeomagWarning,
            stacklevel=2,
        )
    preview = Preview(scene.info, scene.pyramid).view(scene).pixels if rows else None
    return [_turn(row, scene, preview) for row in rows]


def save(path: Path, turns: Sequence[Turn]) -> None:
    """Write the turns, all of them or nothing.

    Args:
        path: the file.
        turns: all turns, in order.

    Raises:
        OutputError: the file cannot be written.
    """
    with Staging(path.parent) as stage, stage.path(path.name).open("w", encoding="utf-8") as file:
        for turn in turns:
            file.write(json.dumps(_row(turn), ensure_ascii=False) + "\n")


def _row(turn: Turn) -> dict[str, Any]:
    info = turn.answer.scene
    refers = (
        None
        if turn.refers is None
        else {"words": turn.refers.words, "regions": [_plain(r) for r in turn.refers.regions]}
    )
    head = {
        "version": VERSION,
        "scene": [info.width, info.height],
        "question": turn.question,
        "meant": turn.meant,
        "sort": turn.sort,
    }
    return head | {
        "answer": to_json(turn.answer),
        "pool": [_plain(r) for r in turn.pool],
        "refers": refers,
    }


def _plain(region: Region) -> dict[str, Any]:
    return {
        "label": region.label,
        "score": float(region.score),
        "box": list(region.box),
        "segmentation": region.segmentation,
    }


def _checked(row: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    """A line of this version about this scene, its regions read.

    Raises:
        ValueError, KeyError, TypeError, AttributeError, OverflowError, GeomagError: it is no such
            line.
    """
    if row["version"] != VERSION or row["scene"] != [scene.info.width, scene.info.height]:
        raise ValueError("of another version or scene")
    if row["sort"] not in ("fresh", "choose", "beside", "swap"):
        raise ValueError("no turn")
    json.dumps(row, ensure_ascii=False).encode("utf-8")  # half of a letter could not be saved again
    Query(row["question"]), Query(row["meant"])
    said, refers = row["answer"], row["refers"]
    answer = Answer(
        row["question"],
        str(said["text"]),
        Granularity(said["granularity"]),
        _numbers(said["granularity_probabilities"]),
        scene.info,
        Trace(
            scene.info.pixels,
            int(said["cost"]["pixels_processed"]),
            float(said["cost"]["flops"]),
            _numbers(said["cost"]["seconds"]),
            model=str(said["cost"].get("model", "")),
        ),
        None,  # type: ignore[arg-type]  # the preview follows
        Labels((str(name), float(p)) for name, p in said["labels"]),
        _regions(said["regions"], scene),
        complete=bool(said["complete"]),
        value=_value(said.get("value")),
        unit=None if said.get("unit") is None else str(said["unit"]),
        understood=str(said.get("understood", "")),
    )
    about = (
        None
        if refers is None
        else Reference(_regions(refers["regions"], scene), str(refers["words"]), beside=True)
    )
    return {"row": row, "answer": answer, "pool": _regions(row["pool"], scene), "refers": about}


def _value(told: Any) -> bool | int | float | str | None:
    if told is not None and not isinstance(told, bool | int | float | str):
        raise ValueError("no value")
    return told


def _numbers(table: Mapping[str, Any]) -> dict[str, float]:
    return {str(name): float(value) for name, value in table.items()}


def _regions(rows: Sequence[Mapping[str, Any]], scene: Scene) -> tuple[Region, ...]:
    out = []
    for r in rows:
        x0, y0, x1, y1 = (float(v) for v in r["box"])
        if not (0 <= x0 < x1 <= scene.info.width and 0 <= y0 < y1 <= scene.info.height):
            raise ValueError("a box outside the scene, or without area")
        if not 0 <= float(r["score"]) <= 1:
            raise ValueError("no score")
        mask = (
            None
            if r["segmentation"] is None
            else masks.checked(r["segmentation"], (scene.info.height, scene.info.width))
        )
        out.append(
            Region(
                str(r["label"]), float(r["score"]), (x0, y0, x1, y1), mask, str(r.get("phrase", ""))
            )
        )
    return tuple(out)


def _turn(read: Mapping[str, Any], scene: Scene, preview: Any) -> Turn:
    answer, row = read["answer"], read["row"]
    patches = assemble_chosen(answer.regions) if answer.granularity is Granularity.PIXEL else None
    return Turn(
        row["question"],
        row["meant"],
        row["sort"],
        replace(answer, preview=preview, patches=patches),
        read["pool"],
        read["refers"],
    )
