"""Published figures of other systems on the same tasks, each with split, metric and source.

Only figures that were read in their authors' own tables or abstracts are here, or in a named table
of somebody else's. Percent. Figures of different tables were not measured under one protocol:
compare them with care.
"""

from __future__ import annotations

from dataclasses import dataclass

GEOPIXEL = "GeoPixel (arXiv:2501.13925), table of RRSIS-D in the authors' repository"
GEOPIXEL_TALK = (
    "GeoPixel (arXiv:2501.13925), table of grounded conversation in the authors' repository"
)
GEOGROUND_MASKS = "GeoGround (arXiv:2411.11904), table 3 in the authors' repository"
GEOGROUND_BOXES = "GeoGround (arXiv:2411.11904), table 1 in the authors' repository"
LPVA = "LPVA (TGRS 2024, doi:10.1109/TGRS.2024.3423663), table in the authors' repository"
SAHI = "SAHI (arXiv:2202.06934), abstract"


@dataclass(frozen=True)
class Published:
    """Figures of one system on one data set."""

    system: str
    """Name of the system."""
    data: str
    """Data set and split."""
    figures: dict[str, float]
    """By the metric's published name, percent (points of AP where a name begins with +)."""
    source: str
    """Where the figures were read."""
    note: str = ""
    """What must be known to compare them."""


def _masks(system: str, p: float, overall: float, mean: float, note: str = "") -> Published:
    return Published(
        system, "RRSIS-D, test", {"P@0.5": p, "oIoU": overall, "mIoU": mean}, GEOPIXEL, note
    )


def _few(system: str, p: float, mean: float, note: str = "") -> Published:
    return Published(system, "RRSIS-D, test", {"P@0.5": p, "mIoU": mean}, GEOGROUND_MASKS, note)


def _boxes(system: str, p: float, source: str, note: str = "", **more: float) -> Published:
    return Published(system, "DIOR-RSVG, test", {"Pr@0.5": p, **more}, source, note)


def _talk(system: str, ap: float, mean: float, recall: float, note: str = "") -> Published:
    return Published(
        system,
        "GeoPixelD, test, all targets",
        {"AP50": ap, "mIoU": mean, "recall": recall},
        GEOPIXEL_TALK,
        note,
    )


PEERS = (
    _masks("LGCE", 67.65, 76.34, 59.37),
    _masks("LAVT", 69.52, 77.19, 61.04),
    _masks("RMSIN", 74.26, 77.79, 64.20),
    _masks("GeoPixel", 83.33, 84.90, 67.30, "tuned on its training part"),
    _few("LISA", 24.51, 26.78),
    _few("PixelLM", 28.81, 31.65),
    _few("NExT-Chat", 26.37, 24.98),
    _few("GeoGround + SAM", 67.50, 60.50, "tuned on refGeo, which holds its training part"),
    _boxes("TransVG", 72.41, LPVA, meanIoU=63.56, cumIoU=76.27),
    _boxes("MGVLF", 76.78, GEOGROUND_BOXES, "75.98, meanIoU 67.48, cumIoU 78.63 in LPVA's table"),
    _boxes("LPVA", 82.27, LPVA, meanIoU=72.35, cumIoU=85.11),
    _boxes("GeoChat", 24.05, GEOGROUND_BOXES, "61.96 when tuned on refGeo"),
    _boxes("Qwen2-VL", 44.25, GEOGROUND_BOXES),
    _boxes("EarthGPT", 76.65, GEOGROUND_BOXES),
    _boxes("GeoGround", 77.73, GEOGROUND_BOXES, "tuned on refGeo, which holds its training part"),
    _talk("LISA", 8.5, 42.7, 29.0, "tuned on its training part"),
    _talk("PixelLM", 10.5, 42.4, 29.6, "tuned on its training part"),
    _talk("GLaMM", 12.5, 46.4, 32.8, "tuned on its training part; 0.5, 16.9, 7.1 as it comes"),
    _talk("GeoPixel", 19.0, 52.3, 38.8),
    Published(
        "SAHI",
        "VisDrone and xView",
        {"+AP FCOS": 6.8, "+AP VFNet": 5.1, "+AP TOOD": 5.3},
        SAHI,
        "slicing alone; 12.7, 13.4 and 14.5 with tuning on slices",
    ),
)
UNVERIFIED = (
    (
        "GeoMag's own figures on RRSIS-D, RefSegRS and DIOR-RSVG: the text gives none, and the"
        " paper's tables were not at hand."
    ),
    "Figures on RefSegRS, RISBench and EarthReason: no table of their authors was at hand.",
)


def table() -> list[dict[str, str]]:
    """The rows as text, for JSON and for a page.

    {"system", "data", "figures", "source", "note"}.
    """
    return [
        {
            "system": p.system,
            "data": p.data,
            "figures": ", ".join(f"{name} {value:.4g}" for name, value in p.figures.items()),
            "source": p.source,
            "note": p.note,
        }
        for p in PEERS
    ]
