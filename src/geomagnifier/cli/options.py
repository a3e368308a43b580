"""Options that several commands share, and the model that they name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from geomagnifier.errors import LibraryMissing, OptionError, install

if TYPE_CHECKING:
    from geomagnifier.model_protocol import Model as AnyModel

Model = Annotated[
    str,
    typer.Option(
        help=(
            "'small', a folder of trained weights, or a vision-language model on "
            "Hugging Face such as Qwen/Qwen2.5-VL-3B-Instruct."
        ),
        metavar="NAME|DIR",
    ),
]
Segmenter = Annotated[
    str | None,
    typer.Option(
        help=(
            "SAM2 checkpoint for masks of a vision-language model, such as "
            "facebook/sam2.1-hiera-base-plus."
        ),
        metavar="NAME|DIR",
    ),
]
Detector = Annotated[
    str | None,
    typer.Option(
        help=(
            "A detector of your own in an ONNX file (an export of Ultralytics, or with the metadata"
            " of Deepness or GeoDeep)."
        ),
        metavar="FILE.onnx",
    ),
]
Bits = Annotated[
    Literal["4", "8"] | None,
    typer.Option(
        help="Load the vision-language model in 4 or 8 bits; needs the extra `quantized`."
    ),
]
Bands = Annotated[
    str | None,
    typer.Option(
        help=(
            "Bands to use as red, green, blue, or a single band: '4,3,2' or "
            "'B04,B03,B02'. geomag info lists them."
        ),
        metavar="R,G,B",
    ),
]
Asset = Annotated[
    str | None,
    typer.Option(
        help="Asset of a STAC item, such as 'visual'; without it role and name decide.",
        metavar="NAME",
    ),
]
Zoom = Annotated[
    int | None,
    typer.Option(help="Zoom of a tile service (xyz:, wmts:, wms:); 17 is about 1 m a pixel."),
]
Bounds = Annotated[
    str | None,
    typer.Option(help="Part of a tile service that is the scene, in degrees.", metavar="W,S,E,N"),
]
Layer = Annotated[
    str | None, typer.Option(help="Table of a GeoPackage with several rasters.", metavar="TABLE")
]
Data = Annotated[
    Path | None,
    typer.Option(help="Folder of the data sets; default: the setting GEOMAG_DATA.", metavar="DIR"),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")
]


def load(
    model: str,
    segmenter: str | None = None,
    bits: Literal["4", "8"] | None = None,
    detector: str | None = None,
) -> AnyModel:
    """Load the model that --model, --segmenter, --bits and --detector name.

    Args:
        model: "small", a folder of weights, or the name of a vision-language model.
        segmenter: SAM2 of the full size.
        bits: quantization of the full size.
        detector: an ONNX file, beside a small model that has the words.

    Raises:
        ModelError: there is no such model, or it cannot be used here.
        OptionError: a detector beside a vision-language model.
    """
    import geomagnifier as gm

    if detector is not None:
        if segmenter is not None or bits is not None:
            raise OptionError(
                "--segmenter and --bits are for vision-language models; a detector has its own"
                " masks, or none"
            )
        return gm.load_detector(detector, model)

    given: dict[str, Any] = {"segmenter": segmenter, "bits": bits and int(bits)}
    return gm.load_model(
        model, **{name: value for name, value in given.items() if value is not None}
    )


@contextmanager
def full_size() -> Iterator[None]:
    """Turn a failed import of the full size into an error that names the extra to install.

    Raises:
        LibraryMissing: a package of the extra `full` is not installed.
    """
    try:
        yield
    except ImportError as error:
        raise LibraryMissing(
            f"vision-language models need the extra full; install it: {install('full')} ({error})"
        ) from error
