"""GeoPackage and MBTiles: what they may hold before GDAL opens them, and which raster is meant.

A view or a virtual table is SQL that GDAL runs; some functions and modules of its SQL open other
files.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from geomagnifier.errors import SceneUnreadable

DRIVERS = ("GPKG", "MBTiles")
"""GDAL's names of the formats."""
MAGIC = b"SQLite format 3\0"
"""First bytes of both."""
NAMED = re.compile(r"GPKG:(?P<file>.+):(?P<table>[^:]+)")
"""A raster of a GeoPackage, as GDAL writes it."""
CALL = re.compile(r"\b(?:gdal|ogr|st|load|read|write|eval|import|create)\w*\s*\(", re.IGNORECASE)
"""A call of a function that is none of SQLite's own for numbers and text."""
MODULE = re.compile(r"\busing\s+[\"'`\[]?(?:rtree|fts[345])\b", re.IGNORECASE)
"""The modules of virtual tables that are SQLite's own."""
MOST = 10_000_000
"""Most characters of the definitions of all tables."""


def is_sqlite(path: Path) -> bool:
    """Return whether a file is a database of SQLite."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def split_name(name: str) -> tuple[str, str] | None:
    """Split GPKG:FILE:TABLE into file and table; None where it is no such name."""
    known = NAMED.fullmatch(name)
    return None if known is None else (known["file"], known["table"])


def check_tables(path: Path) -> None:
    """Refuse a database whose definitions do more than hold tables.

    Raises:
        SceneUnreadable: it is damaged, or has a view or virtual table that calls what is not
            SQLite's own.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
            rows = base.execute(
                "SELECT type, name, substr(sql, 1, ?) FROM sqlite_master WHERE sql IS NOT NULL",
                (MOST,),
            ).fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise SceneUnreadable(
            f"{path.name} is a damaged database ({error}); download it again"
        ) from error
    for sort, name, text in rows:
        plain = re.sub(r"\s+", " ", text)
        virtual = sort == "table" and re.match(r"create virtual table", plain, re.IGNORECASE)
        if (sort == "view" and CALL.search(plain)) or (virtual and not MODULE.search(plain)):
            raise SceneUnreadable(
                f"{path.name} has the {'table' if virtual else 'view'} {name[:50]!r}, which may"
                " reach other files; make it a GeoTIFF with gdal_translate"
            )


def check_one_raster(dataset: Any, name: str) -> None:
    """Refuse a GeoPackage with several rasters, of which none was named.

    Args:
        dataset: the opened dataset.
        name: of the file, for the message.

    Raises:
        SceneUnreadable: it lists them.
    """
    tables = [named[1] for place in dataset.subdatasets if (named := split_name(place))]
    if dataset.count == 0 and tables:
        raise SceneUnreadable(
            f"{name} holds several rasters ({', '.join(tables[:20])}); choose one with --layer, or"
            f" as GPKG:{name}:{tables[0]}"
        )
