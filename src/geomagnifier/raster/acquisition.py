"""Find when an image was acquired, from its tags or its file name, and say which one it was.

All dates are naive datetimes in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

TAGS = {"ACQUISITIONDATETIME": "tag", "EXIF_DateTimeOriginal": "EXIF"}
"""Tags that hold the acquisition time. Read first."""
WRITTEN = "TIFFTAG_DATETIME"
"""This tag holds the time at which the file was written as often as the acquisition time. Read
last, after the file name.
"""
NAMED = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[T_-]?([01]\d|2[0-3])([0-5]\d)([0-5]\d))?(?!\d)"
)
"""20240131, 2024-01-31, 2024_01_31, and with a time 20240131T101500."""
FORMS = ("%Y:%m:%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y:%m:%d", "%Y-%m-%d")


def date_of(tags: Mapping[str, str], name: str) -> tuple[datetime | None, str | None]:
    """Return the acquisition date of an image, and its source: "tag", "EXIF" or "name".

    Args:
        tags: GDAL tags of the file.
        name: file name, without the folder.

    Returns:
        The date in UTC and its source; None for both where nothing gives a date.

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
    """Read a date in the form of EXIF, TIFF or ISO 8601; None where it is none."""
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
    """Return the first date in a file name, or None."""
    for found in NAMED.finditer(name):
        year, _, month, day, hour, minute, second = found.groups()
        try:
            return datetime(*(int(part or 0) for part in (year, month, day, hour, minute, second)))  # type: ignore[arg-type]
        except ValueError:  # the thirtieth of February
            continue
    return None


def utc(date: datetime) -> datetime:
    """Convert a datetime to naive UTC; one without a time zone is taken to be UTC already."""
    return date if date.tzinfo is None else date.astimezone(UTC).replace(tzinfo=None)


def _sane(date: datetime) -> datetime | None:
    """Return None for the year 0 or 1 that cameras without a clock write."""
    return date if date.year >= 1900 else None
