"""Describe a model or a raster in plain words, for `geomag info`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geomagnifier.errors import printable
from geomagnifier.translation import gettext as _
from geomagnifier.translation import translated

if TYPE_CHECKING:
    from geomagnifier.raster.file_layout import Layout
    from geomagnifier.types import ModelSpec, SceneInfo

LARGE = 20_000_000
"""Scene px from which tiles and overviews are worth having."""
Rows = list[tuple[str, str]]
"""Pairs of a heading and a line, in the language of messages."""


def raster(info: SceneInfo, layout: Layout) -> Rows:
    """Describe a raster.

    Args:
        info: size, bands, CRS and GSD of the raster.
        layout: how its file stores it.
    """
    width, height = layout.block
    blocks = (
        translated(f"tiles of {width} x {height} px")
        if layout.tiled
        else translated(f"strips of {width} x {height} px, not tiled")
    )
    overviews = ", ".join(f"1/{factor}" for factor in layout.overviews)
    found = [
        (_("raster"), info.name),
        (_("size"), f"{info.width:,} x {info.height:,} px, {info.pixels / 1e6:,.1f} Mpx"),
        (_("bands"), _bands(layout)),
        (_("shown as"), _shown(info)),
        (_("dtype"), _each(layout.dtypes)),
        (
            _("nodata"),
            _each([_("none") if value is None else f"{value:.10g}" for value in layout.nodata]),
        ),
        (
            _("format"),
            (
                f"{layout.driver},"
                f" {layout.compression.lower() if layout.compression else _('not compressed')},"
                f" {blocks}"
            ),
        ),
        (_("overviews"), overviews or _("none")),
        ("CRS", info.crs or _("none: answers are in pixels")),
        (_("bounds"), _bounds(info, layout)),
        ("GSD", translated(f"{info.gsd:.4g} m per pixel") if info.gsd else _("unknown")),
    ]
    if values := _values(layout):
        found.append(("values", values))
    if layout.stated_by is not None:
        found.append(("stated by", f"{layout.stated_by}, where the file says nothing"))
    found += [("place", f"approximate: {why}") for why in layout.approximate]
    if info.pixels > LARGE and not (layout.tiled and layout.overviews):
        found.append(
            (
                _("advice"),
                _(
                    "slow to read; make a copy with tiles and overviews: rio convert IN"
                    " OUT.tif --format COG"
                ),
            )
        )
    return [(name, printable(line)) for name, line in found]


def _values(layout: Layout) -> str:
    """Describe scale, offset and unit of the numbers, if any of them is given."""
    told = []
    if any(scale != 1 for scale in layout.scale):
        told.append(f"times {_each([f'{scale:.6g}' for scale in layout.scale])}")
    if any(layout.offset):
        told.append(f"plus {_each([f'{offset:.6g}' for offset in layout.offset])}")
    if any(layout.units):
        told.append(f"in {_each([unit or 'no unit' for unit in layout.units])}")
    return "stored numbers " + ", ".join(told) if told else ""


def model(spec: ModelSpec, weights: str | None = None) -> Rows:
    """Describe what a model knows.

    Args:
        spec: of the model.
        weights: line on its files; None: none.
    """
    scenes = [name for name in spec.scenes if name not in spec.broader]
    found = [
        (
            _("model"),
            (
                (
                    translated(
                        f"{spec.name} {spec.version}, {spec.parameters / 1e6:.1f} M parameters"
                    )
                    if spec.parameters
                    else f"{spec.name} {spec.version}"
                )
                + ("" if spec.trained else _(", untrained"))
            ),
        ),
        (
            _("classes"),
            (
                translated(f"{len(spec.kinds)} classes: {', '.join(spec.kinds)}")
                if spec.kinds
                else _("any, by name")
            ),
        ),
    ]
    if spec.quality:
        scores = [
            f"{class_name} {spec.quality[class_name]:.2f}"
            for class_name in spec.kinds
            if class_name in spec.quality
        ]
        found.append(
            (
                _("quality"),
                translated(
                    f"F1 of objects and IoU of land cover on validation images: {', '.join(scores)}"
                ),
            )
        )
    if scenes:
        found.append((_("scenes"), translated(f"{len(scenes)} scene classes: {', '.join(scenes)}")))
    if spec.broader:
        found.append(
            (
                "",
                translated(
                    f"and {len(spec.broader)} broader ones, each of several of these:"
                    f" {', '.join(spec.broader)}"
                ),
            )
        )
    if spec.recall:
        found.append(("--recall", translated(f"up to {spec.recall[-1][0]:.3g}")))
    if weights:
        found.append((_("weights"), weights))
    return [(name, printable(line)) for name, line in found]


def _shown(info: SceneInfo) -> str:
    if len(info.rgb) == 3:
        return translated(f"red, green, blue from bands {', '.join(map(str, info.rgb))}")
    return _("grey") if info.rgb else "CMYK"


def _bands(layout: Layout) -> str:
    names = [
        description or (colour if colour != "undefined" else "")
        for description, colour in zip(layout.descriptions, layout.colours, strict=True)
    ]
    named = ", ".join(name or _("unnamed") for name in names) if any(names) else ""
    return f"{len(names)}{f': {named}' if named else ''}"


def _each(values: Sequence[str]) -> str:
    """One value where all bands have the same, else one for each band."""
    return values[0] if len(set(values)) == 1 else ", ".join(values)


def _bounds(info: SceneInfo, layout: Layout) -> str:
    if layout.bounds is None:
        return _("unknown")
    west, south, east, north = (f"{side:.10g}" for side in layout.bounds)
    ground = f"; {info.width * info.gsd:,.0f} x {info.height * info.gsd:,.0f} m" if info.gsd else ""
    return translated(f"x {west} to {east}, y {south} to {north}") + ground
