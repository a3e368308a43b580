"""Find the red, green and blue bands of a raster by name, colour interpretation or wavelength.

Somebody wrote names (band descriptions) and wavelengths on purpose; the colour interpretation is
often the default of the tool that wrote the file (GDAL calls the first three bands of any 8-bit
GeoTIFF red, green and blue), so it comes second where they differ.

Band numbers of satellites: B2, B3, B4 of Sentinel-2 and of Landsat 8 and 9 are blue, green and red;
those of Landsat 4 to 7 are B1, B2, B3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rasterio.enums import ColorInterp

from geomagnifier.errors import OptionError
from geomagnifier.raster.dataset import tags_of

MOST = 1024
"""Most bands whose names and wavelengths are read."""

OTHER = {
    "edge",
    "infra",
    "infrared",
    "near",
    "nir",
    "swir",
    "mwir",
    "lwir",
    "tir",
    "far",
    "short",
    "shortwave",
    "coastal",
    "ultra",
    "deep",
}
"""Words that make a band with red, green or blue in its name a different one ("red edge", "coastal
blue").
"""

CHINESE = {
    "近红外": "nir",
    "红外": "infrared",
    "红边": "rededge",
    "红": "red",
    "绿": "green",
    "蓝": "blue",
}
"""Chinese words for bands, the longer ones first: the red in 红外 (infrared) is then gone."""

ELSEWHERE = {
    "rot": "red", "rouge": "red", "rojo": "red", "roja": "red", "rosso": "red", "vermelho": "red",
    "grün": "green", "gruen": "green", "vert": "green", "verde": "green",
    "blau": "blue", "bleu": "blue", "azul": "blue", "blu": "blue",
    "pir": "nir",
}  # fmt: skip
"""The colours in German, French, Spanish, Italian and Portuguese."""

CODE = re.compile(r"(?:^|[^a-z0-9])b(?:and)?[ _-]?(\d{1,2})(a?)(?![a-z0-9])")
"""A band number: B04, B8A, SR_B4, Band 4, T32_B04_10m."""
LENGTH = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?|\.\d+) ?(nm|nanomet|um|µm|μm|micromet|micron)")
"""A wavelength with its unit: 490 nm, 0.49 um."""
BARE = re.compile(r"(?:.*wavelength\W*)?(\d+(?:\.\d+)?|\.\d+)")
"""A description that is a wavelength without its unit: 490, 0.49, wavelength=490."""
BETWEEN = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""The place between the words of BlueBand and NIRBand."""
LETTER = re.compile(r"(?<![a-z0-9])[rgbn](?![a-z0-9])")
"""A colour's letter: the B of "Channel 1 (B)", not of B4."""
NUMBERED = re.compile(r"layer[ _-]?\d+")
"""The description that ERDAS Imagine gives to bands without one."""
NAMES = ("bandname", "band_name", "name", "long_name", "description")
"""Tags of a band that hold its name where it has no description."""
SENTINEL = re.compile(r"sentinel-?2|(?<![a-z0-9])s2[a-d](?![a-z0-9])|(?<![a-z0-9])s2[a-d]_")
LANDSAT = re.compile(r"landsat[ _-]?([4-9])|(?<![a-z0-9])l[cotem]0?([4-9])(?![0-9])")

CENTRES = {
    "blue": (430, 510, 485),
    "green": (510, 595, 555),
    "red": (600, 700, 660),
    "nir": (760, 950, 842),
}
"""Lowest, highest and usual wavelength of a colour, nm."""

INTERPRETED = {
    "red": ColorInterp.red,
    "green": ColorInterp.green,
    "blue": ColorInterp.blue,
    "nir": getattr(ColorInterp, "nir", None),
}

Roles = dict[str, int]
"""Colour ("red", "green", "blue", "nir") -> band number, 1-based."""


def names(dataset: Any) -> tuple[str, ...]:
    """Return the description of each band, else its name from a tag, else ""."""
    number = min(int(dataset.count), MOST)
    try:
        known: list[str | None] = list(dataset.descriptions[:number])
    except UnicodeDecodeError:  # rasterio takes no other encoding than UTF-8
        known = [None] * number
    if not any(known):
        tags = [
            {key.casefold(): text for key, text in tags_of(dataset, band).items()}
            for band in range(1, number + 1)
        ]
        known = [next((texts[key] for key in NAMES if texts.get(key)), None) for texts in tags]
    return tuple((text or "").strip() for text in known)


def named_roles(dataset: Any, name: str) -> Roles:
    """Read the roles of bands from their names or wavelengths.

    Args:
        dataset: an open rasterio dataset.
        name: file name, which may contain that of the satellite.

    Returns:
        Red, green and blue together, or none of them where not all three are known; "nir" where it
        is known.
    """
    found: Roles = {}
    for source in (_words(names(dataset)), _codes(dataset, name), _waves(dataset)):
        if all(colour in source for colour in ("red", "green", "blue")):
            return found | source
        found |= {
            colour: band
            for colour, band in source.items()
            if colour == "nir" and colour not in found
        }
    return found


def interpreted_roles(interpretation: Sequence[ColorInterp]) -> Roles:
    """Read the roles of bands from the colour interpretation of each."""
    return {
        colour: interpretation.index(meaning) + 1
        for colour, meaning in INTERPRETED.items()
        if meaning in interpretation
    }


def is_described(dataset: Any) -> bool:
    """Return whether any band has a name or a wavelength, be it one that is not understood."""
    named = any(text and not NUMBERED.fullmatch(text.casefold()) for text in names(dataset))
    return named or any(True for _ in _lengths(dataset))


def is_a_band(dataset: Any, band: int) -> bool:
    """Return whether a band has a name or a wavelength, which no alpha band has.

    Args:
        dataset: an open rasterio dataset.
        band: band number, 1-based.
    """
    return band <= MOST and (
        _is_band(names(dataset)[band - 1]) or _length(dataset, band, names(dataset)) is not None
    )


def describe_bands(dataset: Any, bands: Sequence[int] | None = None) -> str:
    """List bands with their names, for a message: "1 (B02), 2 (B03), 3".

    Args:
        dataset: an open rasterio dataset.
        bands: band numbers, 1-based; None for all (of more than 30, the first 30).
    """
    known = names(dataset)
    chosen = bands or range(1, min(dataset.count, 30) + 1)
    text = ", ".join(
        f"{i} ({known[i - 1][:40]})" if i <= len(known) and known[i - 1] else str(i) for i in chosen
    )
    return text + (
        f" and {dataset.count - 30} more" if bands is None and dataset.count > 30 else ""
    )


def named_bands(dataset: Any, name: str, bands: Sequence[int | str]) -> tuple[int, ...]:
    """Find the bands that a person names by number, by description or by colour.

    Args:
        dataset: an open rasterio dataset.
        name: file name, for messages.
        bands: one or three numbers (1-based) or names; a string is split at its commas.

    Returns:
        Band numbers, 1-based.

    Raises:
        OptionError: the raster has no such band, or they are not one or three.
    """
    if isinstance(bands, str):
        bands = [part.strip() for part in bands.split(",")]
    roles = interpreted_roles(list(dataset.colorinterp))
    roles |= named_roles(dataset, name) | _words(names(dataset))
    known = {text.casefold(): i for i, text in reversed(list(enumerate(names(dataset), 1))) if text}
    coded = {
        _code(text): i for i, text in reversed(list(enumerate(names(dataset), 1))) if _code(text)
    }
    found = []
    for band in bands:
        text = str(band).strip().casefold()
        number = (
            int(text)
            if re.fullmatch(r"\d{1,6}", text)
            else known.get(text) or roles.get(text) or coded.get(_code(text))
        )
        if number is None or not 1 <= number <= dataset.count:
            raise OptionError(
                f"{name} has no band {str(band)[:40]!r}; it has {describe_bands(dataset)}; give"
                " numbers or names, such as 3,2,1"
            )
        found.append(number)
    if len(found) not in (1, 3):
        raise OptionError(
            f"{len(found)} bands are given; give three, as red, green and blue, or one; {name} has"
            f" {describe_bands(dataset)}"
        )
    return tuple(found)


def _tokens(text: str) -> set[str]:
    for word, english in CHINESE.items():
        text = text.replace(word, f" {english} ")
    words = re.findall(r"[a-zü]+", BETWEEN.sub(" ", text).casefold())
    return {ELSEWHERE.get(word, word) for word in words}


def _words(known: Sequence[str]) -> Roles:
    """Read roles from words: red, Green, "Band 3 - Blue", R, NIR, 红."""
    found: Roles = {}
    for band, text in enumerate(known, 1):
        words, letters = _tokens(text), LETTER.findall(text.casefold())
        letter = letters[0] if len(letters) == 1 and not words & {"red", "green", "blue"} else ""
        if (
            "nir" in words
            or ("near" in words and words & {"infrared", "infra", "ir"})
            or letter == "n"
        ):
            found.setdefault("nir", band)
        for colour in ("red", "green", "blue"):
            other = words & OTHER or (colour == "green" and "i" in words)
            if (colour in words and not other) or letter == colour[0]:
                found.setdefault(colour, band)
    return found


def _code(text: str) -> str:
    """Return the band number in a name: "2" for B02, "8a" for B8A; "" where there is none."""
    code = CODE.search(text.casefold())
    return f"{int(code[1])}{code[2]}" if code else ""


def _codes(dataset: Any, name: str) -> Roles:
    """Read roles from a satellite's band numbers, where it is clear which satellite it is."""
    known = names(dataset)
    codes = {_code(text): band for band, text in reversed(list(enumerate(known, 1))) if _code(text)}
    first = (
        _blue(
            set(codes),
            any("sr_b" in text.casefold() for text in known),
            lambda: _about(dataset, name),
        )
        if codes
        else 0
    )
    blue = {
        "blue": first,
        "green": first + 1,
        "red": first + 2,
        "nir": 8 if first == 2 and ("8a" in codes or "5" not in codes) else 0,
    }
    return (
        {colour: codes[str(number)] for colour, number in blue.items() if str(number) in codes}
        if first
        else {}
    )


def _blue(codes: set[str], surface: bool, about: Any) -> int:
    """Return the number of the blue band, 0 where that is not clear.

    Args:
        codes: band numbers in the names, such as "2" and "8a".
        surface: whether names are those of Landsat surface reflectance, such as SR_B4.
        about: returns the file name and tags as one text; asked only where the numbers leave a
            doubt.
    """
    numbers = {int(code) for code in codes if code.isdigit()}
    if "8a" in codes:
        return 2
    if surface and (7 in numbers or 6 in numbers):
        return 2 if 6 in numbers else 1
    if {2, 3, 4} <= numbers and 1 not in numbers:
        return 2  # of Sentinel-2 and of Landsat 8 alike
    if numbers == {1, 2, 3, 4, 5, 7} or (surface and {1, 2, 3} <= numbers and 4 not in numbers):
        return 1
    text = about()
    landsat = LANDSAT.search(text)
    if landsat:
        return 1 if int(landsat[1] or landsat[2]) < 8 else 2
    return 2 if SENTINEL.search(text) else 0


def _about(dataset: Any, name: str) -> str:
    """Return the name of the file and its tags as one text."""
    return " ".join(
        [name, *(str(value)[:200] for value in list(tags_of(dataset).values())[:500])]
    ).casefold()


def _waves(dataset: Any) -> Roles:
    """Read roles from wavelengths: of the bands within a colour, the one nearest the usual one."""
    lengths = dict(_lengths(dataset))
    found: Roles = {}
    for colour, (low, high, usual) in CENTRES.items():
        within = [
            (abs(length - usual), band) for band, length in lengths.items() if low <= length <= high
        ]
        if within:
            found[colour] = min(within)[1]
    return found


def _lengths(dataset: Any) -> Iterator[tuple[int, float]]:
    """Yield bands with their wavelength, nm."""
    known = names(dataset)
    for band in range(1, min(dataset.count, MOST) + 1):
        if (length := _length(dataset, band, known)) is not None:
            yield band, length


def _length(dataset: Any, band: int, known: Sequence[str]) -> float | None:
    """Return the wavelength of a band, nm; None where the file does not give it.

    It is read from the IMAGERY domain (micrometres), from tags such as ENVI's `wavelength`, or from
    the description.
    """
    central = tags_of(dataset, band, "IMAGERY").get("CENTRAL_WAVELENGTH_UM")
    if central is not None and (value := _number(central)):
        return value * 1000
    tags = {key.casefold(): text for key, text in tags_of(dataset, band).items()}
    for key, text in tags.items():
        if "wavelength" in key and "unit" not in key and (value := _number(text)):
            if match := LENGTH.search(text.casefold()):
                return _nanometres(value, match[2])
            units = " ".join(
                text.casefold()
                for key, text in tags.items()
                if "wavelength" in key and "unit" in key
            )
            return _nanometres(value, units or ("nm" if value > 100 else "um"))
    match = LENGTH.search(known[band - 1].casefold())
    if match:
        return _nanometres(float(match[1]), match[2])
    bare = BARE.fullmatch(known[band - 1].casefold())
    value = float(bare[1]) if bare else 0.0
    return value if 350 <= value <= 2600 else value * 1000 if 0.35 <= value <= 2.6 else None


def _number(text: str) -> float | None:
    match = re.match(r"\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)", str(text).casefold())
    return float(match[1]) if match else None


def _nanometres(value: float, unit: str) -> float:
    return value if unit.startswith(("nm", "nano")) else value * 1000


def _is_band(text: str) -> bool:
    """Return whether a description names what a spectral band shows."""
    colours = {
        "red",
        "green",
        "blue",
        "nir",
        "infrared",
        "swir",
        "rededge",
        "coastal",
        "yellow",
        "pan",
        "thermal",
    }
    return bool(_tokens(text) & colours or _code(text) or LENGTH.search(text.casefold()))
