"""Values that stand for "no data" in a raster that does not declare them: -9999, -3.4e38, 65535 in a collar.

Such a value is repeated exactly, lies at an end of the range, and stands alone: nothing is near it. Shown as data it would stretch the
picture over a range in which everything else is black or white.

    value                                       is nodata where it is more than 0.1 % of the pixels and
    a usual nodata value (-9999 ...)            stands apart by 1/20 of the range of the rest
    a float thousands of ranges away (1e20)     anywhere
    0, or the largest number of its type        makes a collar of the scene, in all bands at once, and stands apart by 1/20
    any other                                   makes a collar of the scene, in all bands at once, and stands apart by a whole range

So bright roofs that are clipped at 65535, or lakes at 0, stay data. Where such a value lies three ranges away and is so frequent that it
darkens the picture (a hole of 65535), it is told as doubtful, and stays data as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomagnifier.values import Bools

USUAL = frozenset({-9999.0, -99999.0, -999.0, -32768.0, -32767.0, -(2.0**31), 2.0**32 - 1, float(np.float32(9.96921e36))})
"""Nodata values of common software that no sensor measures; the last is netCDF's."""

LEAST = 0.001
"""Share of the pixels."""
APART, FAR = 0.05, 1e4
"""Ranges of the rest between a value and the rest: of a value that is usual for nodata, of any float."""
HUGE = 1e9
"""Of that size no sensor measures anything."""
MIXED, FEW = 0.2, 0.02
"""Pixels between a value and the rest, for one pixel of the value: averages along its edge, in overviews."""
LEVELS = 16
"""Other values that there must be: fewer are classes, and the first of them is one as well."""
COLLAR = 0.5
"""Of the pixels of a collar so many lie in straight lines from the border."""
DOUBTFUL, MOVING = 3.0, 0.02
"""Ranges of the rest; share of the pixels that moves the 2nd or 98th percentile."""
VALUES = 4
"""At most so many are looked for, one after another."""

_Band = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fill:
    """What is outside low..high is nodata. low, high: (bands,) float64.

    found: value and its share of the pixels, by rising value.  doubtful: the same of values that may be nodata, and are taken for data.
    """

    low: _Band
    high: _Band
    found: tuple[tuple[float, float], ...] = ()
    doubtful: tuple[tuple[float, float], ...] = ()

    def holds(self, band: int, values: NDArray[np.generic]) -> Bools:
        """Where values of one band are data, of any shape."""
        return np.asarray((values >= self.low[band]) & (values <= self.high[band]), bool)


def find(raw: NDArray[np.generic], valid: Bools | None) -> Fill:
    """Nodata values that are not declared, in a sample of a scene.

    Args:
        raw: (bands, h, w), not averaged.
        valid: (h, w), where it is not nodata by what is declared; None: everywhere.
    """
    seen = np.isfinite(raw.astype(np.float64)) if raw.dtype.kind == "f" else np.ones(raw.shape, bool)
    seen &= True if valid is None else valid
    fill = Fill(np.full(len(raw), -np.inf), np.full(len(raw), np.inf))
    shares: dict[float, float] = {}
    doubts: dict[float, float] = {}
    for _ in range(VALUES):
        before = len(shares)
        for upper, ends in ((False, fill.low), (True, fill.high)):
            for band, value, share, cut in _ends(raw, seen, fill, upper):
                shown = value if raw.dtype.kind != "f" else float(str(raw.dtype.type(value)))  # 1e20, not 1.00000002e20
                kept = doubts if cut is None else shares
                kept[shown] = max(share, kept.get(shown, 0.0))
                ends[band] = ends[band] if cut is None else cut
        if len(shares) == before:
            break
    return Fill(fill.low, fill.high, tuple(sorted(shares.items())), tuple(sorted(doubts.items())))


def _ends(raw: NDArray[np.generic], seen: Bools, fill: Fill, upper: bool) -> list[tuple[int, float, float, float | None]]:
    """Of each band whose lowest (or highest) value is nodata: band, value, share and where data begin (or end), None where doubtful."""
    found, all_bands = [], np.ones(raw.shape[1:], bool)
    for band, values in enumerate(raw):
        here = seen[band] & fill.holds(band, values)
        numbers = values[here].astype(np.float64)
        if numbers.size == 0:
            all_bands[:] = False
            continue
        value = float(numbers.max() if upper else numbers.min())
        same = here & (values == np.asarray(value).astype(values.dtype))
        all_bands &= same
        count = int(same.sum())
        if count > LEAST * seen[band].sum():
            found.append((band, value, count, numbers[numbers != value]))
    collar = bool(found) and _is_collar(all_bands)
    told = []
    for band, value, count, rest in found:
        share = count / int(seen[band].sum())
        cut = _cut(value, count, rest, upper, collar, raw.dtype)
        if cut is not None or (share > MOVING and _is_far(value, rest, upper)):
            told.append((band, value, share, cut))
    return told


def _is_collar(cells: Bools) -> bool:
    """Whether cells (h, w) hold a corner and lie along the border."""
    if not any(cells[row, column] for row in (0, -1) for column in (0, -1)):
        return False
    reached = np.zeros_like(cells)
    for axis in (0, 1):
        for way in (slice(None), slice(None, None, -1)):
            turn = (way, slice(None)) if axis == 0 else (slice(None), way)
            reached |= np.logical_and.accumulate(cells[turn], axis)[turn]
    return bool(reached.sum() >= COLLAR * cells.sum())


def _is_far(value: float, rest: _Band, upper: bool) -> bool:
    """Whether a value is three ranges of the rest away from it."""
    if np.unique(rest).size < LEVELS:
        return False
    near, middle = float(rest.max() if upper else rest.min()), float(np.median(rest))
    return abs(value - near) > DOUBTFUL * 2 * abs(middle - near)


def _cut(value: float, count: int, rest: _Band, upper: bool, collar: bool, kind: np.dtype[np.generic]) -> float | None:
    """Where data end, if the value beyond is nodata; else None."""
    usual = value in USUAL and upper == (value > 0)
    huge = kind.kind == "f" and abs(value) > HUGE
    if rest.size == 0:  # all of it
        return float(np.nextafter(value, -np.inf if upper else np.inf)) if usual or (huge and abs(value) > 1e30) else None
    side = -1.0 if upper else 1.0  # from here on the value is the lowest
    rest = np.sort(side * rest)
    near = float(rest[min(int((MIXED if usual or huge else FEW) * count), rest.size // 2)])
    gap, span = near - side * value, 2 * (float(rest[rest.size // 2]) - near)
    clipped = value in ((0.0,) if kind.kind == "f" else (0.0, float(np.iinfo(kind).max)))  # type: ignore[type-var]
    if usual:
        alone = gap > APART * span
    elif huge and gap > FAR * span:
        alone = True
    else:
        several = int(np.count_nonzero(np.diff(rest))) >= LEVELS
        alone = collar and several and gap > (APART if clipped else 1.0) * span
    if not alone:
        return None
    return side * (near - (min(gap / 2, span) if span > 0 else gap / 2))
