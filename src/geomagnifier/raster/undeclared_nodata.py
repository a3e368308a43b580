"""Find nodata values that a raster does not declare, such as -9999, -3.4e38 or a collar of 65535.

Such a value is repeated exactly, lies at an end of the range, and stands alone: nothing is near it.
Taken for data it would stretch the image over a range in which everything else is black or white.
A value that is more than 0.1 % of the pixels is nodata if

    a usual nodata value (-9999 ...)         it stands apart by 1/20 of the range of the rest
    a float thousands of ranges away (1e20)  always
    0, or the largest number of its type     it is a collar of the scene, in all bands at once, and
                                             stands apart by 1/20
    any other, of three bands or more        the same
    any other                                it is a collar of the scene, in all bands at once, and
                                             stands apart by a whole range

So bright roofs that are clipped at 65535, or lakes at 0, stay data. A value that lies three ranges
away (a hole of 65535), or 1/20 in three bands or more at once, stays data as well, but is left out
of the stretch; where it is so frequent that it would darken the image, it is reported as doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geomagnifier.types import Bools

USUAL = frozenset(
    {
        -9999.0,
        -10000.0,
        -99999.0,
        -999.0,
        -32768.0,
        -32767.0,
        -(2.0**31),
        2.0**32 - 1,
        float(np.float32(9.96921e36)),
    }
)
"""Nodata values of common software that no sensor measures; the last is netCDF's."""

LEAST = 0.001
"""Smallest share of the pixels that a nodata value has."""
APART, FAR = 0.05, 1e4
"""Gap between a value and the rest, in ranges of the rest: for a usual nodata value, and for any
float.
"""
HUGE = 1e9
"""No sensor measures a value of that size."""
MIXED, FEW = 0.2, 0.02
"""Pixels that may lie between a value and the rest, for one pixel of the value: averages along its
edge, in overviews. MIXED for usual and huge values, FEW for others.
"""
LEVELS = 16
"""Fewest other values that there must be: fewer are classes, and the lowest of them is one too."""
COLLAR = 0.5
"""Share of the pixels of a collar that lie in straight lines from the border."""
DOUBTFUL, MOVING = 3.0, 0.02
"""Gap of a doubtful value, in ranges of the rest; share of the pixels that moves the 2nd or 98th
percentile.
"""
JOINT = 0.9
"""Share of a value's pixels that hold the extreme of every band."""
VALUES = 4
"""Most values that are found, one after another."""

_Band = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fill:
    """The range of data of each band; what is outside is nodata."""

    low: _Band
    """(bands,) float64, lowest value that is data."""
    high: _Band
    """(bands,) float64, highest value that is data."""
    darkest: _Band
    """(bands,) float64, lowest value that counts for the stretch."""
    brightest: _Band
    """(bands,) float64, highest value that counts for the stretch."""
    found: tuple[tuple[float, float], ...] = ()
    """Nodata values with their shares of the pixels, 0 to 1, by rising value."""
    doubtful: tuple[tuple[float, float], ...] = ()
    """The same for values that may be nodata, and are taken for data."""

    def holds(self, band: int, values: NDArray[np.generic]) -> Bools:
        """Return where values of one band are data.

        Args:
            band: index of the band, from 0.
            values: of any shape.
        """
        return np.asarray((values >= self.low[band]) & (values <= self.high[band]), bool)

    def measures(self, band: int, values: NDArray[np.generic]) -> Bools:
        """Return where values of one band count for the stretch.

        Args:
            band: index of the band, from 0.
            values: of any shape.
        """
        low, high = (
            max(self.low[band], self.darkest[band]),
            min(self.high[band], self.brightest[band]),
        )
        return np.asarray((values >= low) & (values <= high), bool)


def find(raw: NDArray[np.generic], valid: Bools | None) -> Fill:
    """Find nodata values that are not declared, in a sample of a scene.

    Args:
        raw: (bands, h, w), not averaged.
        valid: (h, w) bool, where it is not declared nodata; None: everywhere.
    """
    seen = (
        np.isfinite(raw.astype(np.float64)) if raw.dtype.kind == "f" else np.ones(raw.shape, bool)
    )
    seen &= True if valid is None else valid
    lows, highs = (np.full((2, len(raw)), end) for end in (-np.inf, np.inf))
    fill = Fill(lows[0], highs[0], lows[1], highs[1])
    shares: dict[float, float] = {}
    doubts: dict[float, float] = {}
    # Each round judges the lowest and the highest value that are left: below one nodata value
    # there may be another.
    for _ in range(VALUES):
        before = len(shares)
        for upper, ends, outer in (
            (False, fill.low, fill.darkest),
            (True, fill.high, fill.brightest),
        ):
            for band, value, share, cut, far in _ends(raw, seen, fill, upper):
                # 1e20, not 1.00000002e20
                shown = value if raw.dtype.kind != "f" else float(str(raw.dtype.type(value)))
                if cut is not None:
                    shares[shown], ends[band] = max(share, shares.get(shown, 0.0)), cut
                elif far is not None:
                    outer[band] = far
                    if share > MOVING:
                        doubts[shown] = max(share, doubts.get(shown, 0.0))
        if len(shares) == before:
            break
    found, doubtful = (tuple(sorted(kept.items())) for kept in (shares, doubts))
    return replace(fill, found=found, doubtful=doubtful)


def _ends(
    raw: NDArray[np.generic], seen: Bools, fill: Fill, upper: bool
) -> list[tuple[int, float, float, float | None, float | None]]:
    """Judge the lowest (or highest) value of each band in which it is frequent enough for nodata.

    Args:
        raw: (bands, h, w).
        seen: (bands, h, w) bool, pixels that may be data.
        fill: what has been found so far.
        upper: whether the highest value is judged; else the lowest.

    Returns:
        For each such band its index, the value, its share of the pixels, where data begin (or end)
        if the value is nodata, and where they begin (or end) if it only lies far away; None for
        either where it does not.
    """
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
    collar = _is_collar(all_bands) if found else False
    judged = []
    for band, value, count, rest in found:
        cut = _cut(value, count, rest, upper, collar, raw)
        joint = len(raw) >= 3 and int(all_bands.sum()) > JOINT * count
        far = (
            None
            if cut is not None
            else _far(value, count, rest, upper, APART if joint else DOUBTFUL)
        )
        judged.append((band, value, count / int(seen[band].sum()), cut, far))
    return judged


def _is_collar(cells: Bools) -> bool:
    """Return whether pixels (h, w) include a corner and lie along the border."""
    if not any(cells[row, column] for row in (0, -1) for column in (0, -1)):
        return False
    reached = np.zeros_like(cells)
    for axis in (0, 1):
        for way in (slice(None), slice(None, None, -1)):
            turn = (way, slice(None)) if axis == 0 else (slice(None), way)
            reached |= np.logical_and.accumulate(cells[turn], axis)[turn]
    return bool(reached.sum() >= COLLAR * cells.sum())


def _far(value: float, count: int, rest: _Band, upper: bool, apart: float) -> float | None:
    """Return where the rest ends if a value lies over `apart` of its ranges away, else None."""
    if np.unique(rest).size < LEVELS:
        return None
    side = -1.0 if upper else 1.0
    rest = np.sort(side * rest)
    near, middle = float(rest[min(int(FEW * count), rest.size // 2)]), float(rest[rest.size // 2])
    return side * near if near - side * value > apart * 2 * (middle - near) else None


def _cut(
    value: float, count: int, rest: _Band, upper: bool, collar: bool, raw: NDArray[np.generic]
) -> float | None:
    """Return where data end if the value beyond is nodata, else None.

    Args:
        value: the lowest or highest of a band.
        count: its pixels.
        rest: (n,) the other values of the band.
        upper: whether it is the highest.
        collar: whether it is a collar of the scene.
        raw: (bands, h, w), for its type and number of bands.
    """
    dtype = raw.dtype
    usual = value in USUAL and upper == (value > 0)
    huge = dtype.kind == "f" and abs(value) > HUGE
    if rest.size == 0:  # all of it
        return (
            float(np.nextafter(value, -np.inf if upper else np.inf))
            if usual or (huge and abs(value) > 1e30)
            else None
        )
    side = -1.0 if upper else 1.0  # from here on the value is the lowest
    rest = np.sort(side * rest)
    near = float(rest[min(int((MIXED if usual or huge else FEW) * count), rest.size // 2)])
    gap, span = near - side * value, 2 * (float(rest[rest.size // 2]) - near)
    clipped = value in ((0.0,) if dtype.kind == "f" else (0.0, float(np.iinfo(dtype).max)))  # type: ignore[type-var]
    if usual:
        alone = gap > APART * span
    elif huge and gap > FAR * span:
        alone = True
    else:
        several = int(np.count_nonzero(np.diff(rest))) >= LEVELS
        alone = collar and several and gap > (APART if clipped or len(raw) >= 3 else 1.0) * span
    if not alone:
        return None
    return side * (near - (min(gap / 2, span) if span > 0 else gap / 2))
