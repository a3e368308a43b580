"""A safe reader of YAML as data.yaml needs it: a few lists and tables.

A short text can stand for gigabytes where aliases are followed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geomagnifier.errors import DataCorrupt
from geomagnifier.text_files import read_text

MOST, DEEPEST = 1_000_000, 20
"""Most bytes, and deepest nesting of lists."""


def read_yaml(path: Path) -> Any:
    """What the file holds: text, numbers, lists, tables.

    An alias may stand for a word, not for a list or table.

    Raises:
        DataCorrupt: it is not YAML, or more than that.
    """
    import yaml  # type: ignore[import-untyped]

    text = read_text(path, MOST)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth, words = 0, set()
    try:
        for event in yaml.parse(text, loader):
            if isinstance(event, yaml.ScalarEvent) and event.anchor:
                words.add(event.anchor)
            elif isinstance(event, yaml.CollectionStartEvent):
                words.discard(event.anchor)
            elif isinstance(event, yaml.AliasEvent) and event.anchor not in words:
                raise DataCorrupt(
                    f"{path}, line {event.start_mark.line + 1}: the alias *{event.anchor[:40]} is"
                    " not followed; write it out"
                )
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
                event, yaml.CollectionEndEvent
            )
            if depth > DEEPEST:
                raise DataCorrupt(
                    f"{path}, line {event.start_mark.line + 1}: lists are nested more than"
                    f" {DEEPEST} deep"
                )
        return yaml.load(text, loader)  # a safe loader
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise DataCorrupt(f"{path} is not YAML ({' '.join(str(error).split())})") from error
