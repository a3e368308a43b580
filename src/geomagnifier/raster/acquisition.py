"""When a picture was taken, by its tags or its name, and who says so.

All dates are UTC without a time zone of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

TAGS = {"ACQUISITIONDATETIME": "tag", "EXIF_DateTimeOriginal": "EXIF"}
"""Tags that tell when the picture was taken. Read first."""
WRITTEN = "TIFFTAG_DATETIME"
"""Tells when the file was written, as often as when the picture was taken. Read last, after the
name.
"""
NAMED = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[T_-]?([01]\d|2[0-3])([0-5]\d)([0-5]\d))?(?!\d)"
)
"""20240131, 2024-01-31, 2024_01_31, and with a time 20240131T101500."""
FORMS = ("%Y:%m:%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y:%m:%d", "%Y-%m-%d")


def date_of(tags: Mapping[str, str], name: str) -> tuple[datetime | None, str | None]:
    """The date of a picture, and where it comes from: "tag", "EXIF" or "name".

    Args:
        tags: of the file.
        name: of the file.

    Example:
        >>> date_of({}, "S2A_MSIL1C_20240131T101500_N0510.tif")
        (datetime.datetime(2024, 1, 31, 10, 15), 'name')
    """
    for tag, source in TAGS.items():
        if (date := parse(tags.get(tag, ""))) is not None:
            return date, source
    if (date := named(name)) is not None:
        return date, "name"
    date = parse(tags.get(WRITTEN, ""))
    return date, None if date is None else "tag"


def parse(text: str) -> datetime | None:
    """A date of EXIF, TIFF or ISO 8601, or None."""
    text = text.strip().strip("\0")
    for form in FORMS:
        try:
            return _sane(datetime.strptime(text, form))
        except ValueError:
            continue
    try:
        return _sane(utc(datetime.fromisoformat(text)))
    except (ValueError, OverflowError):
        return None


def named(name: str) -> datetime | None:
    """The first date in a file name, or None."""
    for found in NAMED.finditer(name):
        year, _, month, day, hour, minute, second = found.groups()
        try:
            return datetime(*(int(part or 0) for part in (year, month, day, hour, minute, second)))  # type: ignore[arg-type]
        except ValueError:  # the thirtieth of February
            continue
    return None


def utc(date: datetime) -> datetime:
    """The same moment, UTC, without a time zone; one that has none is taken for UTC."""
    return date if date.tzinfo is None else date.astimezone(UTC).replace(tzinfo=None)


def _sane(date: datetime) -> datetime | None:
    """None for the zeros and ones that cameras without a clock write."""
    return date if date.year >= 1900 else None
