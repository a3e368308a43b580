"""Which bands are red, green and blue: names, colour interpretation, wavelengths.

And bands chosen by a person.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from geomagnifier.errors import GeomagWarning, OptionError
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Window
from geomagnifier_lab.render.scene import draw_scene

PLACE = Affine(0.5, 0, 500_000, 0, -0.5, 5_000_000)


def save(
    path: Path,
    names: Any = (),
    count: int = 0,
    kind: str = "uint16",
    tags: Any = (),
    waves: Any = (),
    **file: Any,
) -> Path:
    """A small raster. names: descriptions.

    Tags, waves: of each band, the latter in micrometres in the domain IMAGERY.
    """
    count = count or len(names)
    with rasterio.open(
        path, "w", driver="GTiff", transform=PLACE, width=8, height=6, count=count, dtype=kind
    ) as dataset:
        dataset.write(np.arange(count * 48).reshape(count, 6, 8).astype(kind))
        for band, name in enumerate(names, 1):
            dataset.set_band_description(band, name)
        for band, items in enumerate(tags, 1):
            dataset.update_tags(band, **items)
        for band, length in enumerate(waves, 1):
            dataset.update_tags(band, ns="IMAGERY", CENTRAL_WAVELENGTH_UM=str(length))
        dataset.update_tags(**file)
    return path


def shown(path: Path, **how: Any) -> tuple[int, ...]:
    with open_scene(path, **how) as scene:
        return scene.info.rgb


@pytest.mark.parametrize(
    ("names", "rgb"),
    [
        ("B02 B03 B04 B08", (3, 2, 1)),
        ("蓝 绿 红 近红外", (3, 2, 1)),
        ("红边 红光 绿光 蓝光", (2, 3, 4)),
        ("blue green red nir", (3, 2, 1)),
        ("BLUE GREEN RED", (3, 2, 1)),
        ("B G R", (3, 2, 1)),
        ("NIR Red Green Blue", (2, 3, 4)),
        ("RedEdge Red Green Blue", (2, 3, 4)),
        ("coastal_blue blue green_i green yellow red rededge nir", (6, 4, 2)),
        ("B01 B02 B03 B04 B05 B06 B07 B08 B8A B09 B11 B12", (4, 3, 2)),
        ("B1 B2 B3 B4 B5 B6 B7 B8 B8A B9 B11 B12", (4, 3, 2)),
        ("B2 B3 B4 B8", (3, 2, 1)),
        ("B4 B3 B2", (1, 2, 3)),
        ("SR_B1 SR_B2 SR_B3 SR_B4 SR_B5 SR_B6 SR_B7", (4, 3, 2)),
        ("SR_B1 SR_B2 SR_B3 SR_B4 SR_B5 SR_B7", (3, 2, 1)),
        ("B1 B2 B3 B4 B5 B7", (3, 2, 1)),
        ("T32TNT_B02_10m T32TNT_B03_10m T32TNT_B04_10m", (3, 2, 1)),
    ],
)
def test_names_say_which_bands_are_colours(
    tmp_path: Path, names: str, rgb: tuple[int, ...]
) -> None:
    assert shown(save(tmp_path / "a.tif", names.split())) == rgb


@pytest.mark.parametrize(
    ("names", "rgb"),
    [
        (["Band 1 - Blue", "Band 2 - Green", "Band 3 - Red", "Band 4 - Near Infrared"], (3, 2, 1)),
        (["Red Edge", "Infra Red", "Red", "Green", "Blue"], (3, 4, 5)),
        (["Coastal Blue", "Blue", "Green", "Yellow", "Red", "Red Edge"], (5, 3, 2)),
        (
            [
                "B2, central wavelength 490 nm",
                "B3, central wavelength 560 nm",
                "B4, central wavelength 665 nm",
            ],
            (3, 2, 1),
        ),
        (["0.49 um", "0.56 um", "0.665 um", "0.84 um"], (3, 2, 1)),
    ],
)
def test_descriptions_of_several_words(
    tmp_path: Path, names: list[str], rgb: tuple[int, ...]
) -> None:
    assert shown(save(tmp_path / "a.tif", names)) == rgb


@pytest.mark.parametrize(
    ("name", "tags", "rgb"),
    [("LT05_L2SP", {}, 1), ("LC08_L2SP", {}, 2), ("a", {"SPACECRAFT_ID": "LANDSAT_5"}, 1)],
)
def test_numbers_of_bands_mean_what_they_do_on_that_satellite(
    tmp_path: Path, name: str, tags: dict[str, str], rgb: int
) -> None:
    path = save(tmp_path / f"{name}.tif", ["B1", "B2", "B3", "B4"], **tags)
    assert shown(path) == (rgb + 2, rgb + 1, rgb)


def test_wavelengths(tmp_path: Path) -> None:
    lengths = (0.49, 0.56, 0.665, 0.842)
    assert shown(save(tmp_path / "a.tif", count=4, waves=lengths)) == (3, 2, 1)
    assert shown(
        save(tmp_path / "b.tif", count=4, tags=[{"wavelength": str(1000 * v)} for v in lengths])
    ) == (3, 2, 1)
    units = [{"wavelength": str(v), "wavelength_units": "Micrometers"} for v in lengths]
    assert shown(save(tmp_path / "c.tif", count=4, tags=units)) == (3, 2, 1)
    assert shown(save(tmp_path / "d.tif", count=60, waves=[0.4 + 0.01 * i for i in range(60)])) == (
        27,
        16,
        9,
    )


def test_wavelengths_of_envi(tmp_path: Path) -> None:
    path = tmp_path / "a.img"
    with rasterio.open(
        path, "w", driver="ENVI", transform=PLACE, width=8, height=6, count=4, dtype="uint16"
    ) as dataset:
        dataset.write(np.arange(192, dtype=np.uint16).reshape(4, 6, 8))
    with path.with_suffix(".hdr").open("a", encoding="utf-8") as header:
        header.write("wavelength units = Nanometers\nwavelength = {490, 560, 665, 842}\n")
    assert shown(path) == (3, 2, 1)


def test_names_that_are_not_utf_8_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.img"
    with rasterio.open(
        path, "w", driver="ENVI", transform=PLACE, width=8, height=6, count=4, dtype="uint16"
    ) as dataset:
        dataset.write(np.arange(192, dtype=np.uint16).reshape(4, 6, 8))
    with path.with_suffix(".hdr").open("a", encoding="latin-1") as header:
        header.write(
            "band names = {bl\xe5, gr\xf8n, r\xf8d, nir}\nwavelength units = \xb5m\nwavelength ="
            " {0.49, 0.56, 0.665, 0.84}\n"
        )
    with open_scene(path) as scene:
        assert (scene.info.rgb, scene.info.band_names) == ((3, 2, 1), ("",) * 4)
        assert isinstance(scene.tags, dict)


@pytest.mark.parametrize("names", ["blue green red", "B02 B03 B04 B08"])
def test_names_are_followed_against_the_default_colours_of_8_bit_files(
    tmp_path: Path, names: str
) -> None:
    path = save(tmp_path / "a.tif", names.split(), kind="uint8")
    with rasterio.open(path) as dataset:
        assert dataset.colorinterp[:3] == (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    with pytest.warns(GeomagWarning, match="--bands"):
        assert shown(path) == (3, 2, 1)


@pytest.mark.parametrize(
    ("names", "count"),
    [("", 5), ("B1 B2 B3 B4", 4), ("nir red green", 3), ("Coastal Blue Green", 3)],
)
def test_what_is_not_said_is_told(tmp_path: Path, names: str, count: int) -> None:
    with pytest.warns(GeomagWarning, match="which of its . bands are red, green and blue.*--bands"):
        assert shown(save(tmp_path / "a.tif", names.split(), count)) == (1, 2, 3)


@pytest.mark.parametrize("count", [3, 4])
def test_three_or_four_bands_without_names_are_in_their_order(tmp_path: Path, count: int) -> None:
    assert shown(save(tmp_path / "a.tif", count=count)) == (1, 2, 3)


def test_the_colours_are_seen(tmp_path: Path) -> None:
    drawn = (
        draw_scene(5, 256, 256, "airport").pixels.transpose(2, 0, 1).astype(np.uint16) * 12 + 300
    )
    seen = []
    for name, bands, named in (
        ("rgb", drawn, ()),
        ("s2", drawn[[2, 1, 0, 0]], ("B02", "B03", "B04", "B08")),
    ):
        file = {
            "driver": "GTiff",
            "width": 256,
            "height": 256,
            "count": len(bands),
            "dtype": "uint16",
            "transform": PLACE,
        }
        with rasterio.open(tmp_path / f"{name}.tif", "w", **file) as dataset:
            dataset.write(bands)
            for band, text in enumerate(named, 1):
                dataset.set_band_description(band, text)
        with open_scene(tmp_path / f"{name}.tif") as scene:
            seen.append(
                scene.read(Window(scene.info.box, 256, 256, "whole", scene.info.box)).pixels
            )
    assert (seen[0] == seen[1]).all()


@pytest.mark.parametrize(
    ("bands", "rgb"),
    [
        ((4, 2, 1), (4, 2, 1)),
        ("4,2,1", (4, 2, 1)),
        ("B08, B04, B03", (4, 3, 2)),
        ("nir,red,green", (4, 3, 2)),
        ("B4,b3,2", (3, 2, 2)),
        ([4], (4,)),
    ],
)
def test_bands_by_number_name_or_colour(tmp_path: Path, bands: Any, rgb: tuple[int, ...]) -> None:
    assert shown(save(tmp_path / "a.tif", ["B02", "B03", "B04", "B08"]), bands=bands) == rgb


@pytest.mark.parametrize("bands", [(1, 2, 9), (0, 1, 2), "swir,red,green", (1, 2), (), ""])
def test_bands_that_are_not_there_are_refused_with_those_that_are(
    tmp_path: Path, bands: Any
) -> None:
    with pytest.raises(OptionError, match=r"1 \(B02\), 2 \(B03\), 3 \(B04\), 4 \(B08\)"):
        open_scene(save(tmp_path / "a.tif", ["B02", "B03", "B04", "B08"]), bands=bands)


def test_bands_of_an_array() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 4)).astype(np.uint8)
    with open_scene(pixels, bands=(4, 3, 2)) as scene:
        view = scene.read(Window(scene.info.box, 30, 20, "whole", scene.info.box))
    assert (view.pixels == pixels[..., [3, 2, 1]]).all()


@pytest.mark.parametrize(
    "names",
    [
        ["BlueBand", "GreenBand", "RedBand", "NIRBand"],
        ["Channel 1 (B)", "Channel 2 (G)", "Channel 3 (R)", "Channel 4 (N)"],
        ["490", "560", "665", "842"],
        ["bleu", "vert", "rouge", "pir"],
        ["Blau", "Grün", "Rot", "Infrarot"],
        ["azul", "verde", "rojo", "x"],
        ["0.49", "0.56", "0.665", "0.842"],
        ["wavelength=0.49", "wavelength=0.56", "wavelength=0.665", "wavelength=0.842"],
    ],
)
def test_other_spellings(tmp_path: Path, names: list[str]) -> None:
    assert shown(save(tmp_path / "a.tif", names)) == (3, 2, 1)


def test_names_in_tags_of_the_bands(tmp_path: Path) -> None:
    path = save(tmp_path / "a.tif", count=4)
    with rasterio.open(path, "r+") as dataset:
        for band, name in enumerate(("Blue", "Green", "Red", "NIR"), 1):
            dataset.update_tags(band, BANDNAME=name)
    assert shown(path) == (3, 2, 1)


@pytest.mark.parametrize(
    "names",
    [["plavo", "zeleno", "crveno", "x"], ["a", "b", "c", "d"], ["SR_B", "SR_G", "x", "y"]],
)
def test_names_that_are_not_known_are_told(tmp_path: Path, names: list[str]) -> None:
    with pytest.warns(
        GeomagWarning, match="does not say which of its 4 bands are red, green and blue"
    ):
        assert shown(save(tmp_path / "a.tif", names)) == (1, 2, 3)
