"""A detector in an ONNX file: opened, checked, and run on one view at a time."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geomagnifier.errors import (
    ModelCorrupt,
    ModelNotFound,
    ModelUnsupported,
)
from geomagnifier.models.onnx_detector.detector_metadata import (
    SIDE,
    DetectorMetadata,
    read_metadata,
)
from geomagnifier.models.onnx_detector.letterbox import Letterbox
from geomagnifier.models.onnx_detector.output_layouts import (
    Candidates,
    read_outputs,
    without_doubles,
)
from geomagnifier.models.small.inference_sessions import threads
from geomagnifier.types import Bytes

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SUFFIX = ".onnx"
"""Of the files."""
NUMBERS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8}
"""Types that the input may have; of bytes it is 0 to 255, else 0 to 1."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a detector found in a view."""

    candidates: Candidates
    """In input px."""
    box: Letterbox
    """Where the view lies in the input."""


class OnnxDetector:
    """See the module.

    Args:
        path: of the ONNX file.

    Raises:
        ModelNotFound: no such file.
        ModelCorrupt: the file is damaged, or its metadata are.
        ModelUnsupported: it is no detector of objects in RGB, or names no classes.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise ModelNotFound(
                f"no detector {str(path)!r}; give the path of an ONNX file, such as one of `yolo"
                " export format=onnx`"
            )
        self.session = _opened(self.path)
        told = self.session.get_modelmeta().custom_metadata_map
        self.metadata: DetectorMetadata = read_metadata(told, self.path.name)
        (self.input, self.numbers, self.size) = self._input()
        self.version = hashlib.sha256(self.path.read_bytes()).hexdigest()[:12]
        """A few letters that change with the file."""
        self._lock = threading.Lock()
        self.find(np.zeros((*self.size, 3), np.uint8), 1.0)  # an unknown layout is told at once

    @property
    def name(self) -> str:
        """Of the file."""
        return self.path.name

    @property
    def masks(self) -> bool:
        """Whether it outlines objects: a second output, of four axes, holds prototypes of masks."""
        return any(len(output.shape or ()) == 4 for output in self.session.get_outputs())

    def find(self, pixels: Bytes, least: float, enlarge: bool = False) -> Found:
        """Objects in a view, without doubles.

        Args:
            pixels: (h, w, 3) uint8, red, green, blue.
            least: lowest score of an object.
            enlarge: a view smaller than the input is enlarged; else padded.

        Raises:
            ModelUnsupported: the outputs are of no known layout.
        """
        height, width = pixels.shape[:2]
        box = Letterbox.of((height, width), self.size, enlarge)
        batch = self._batch(box.fill(pixels))
        with self._lock:
            outputs = self._run(batch)
        found = read_outputs(outputs, self.metadata, self.described())
        found = found.chosen(
            (found.scores >= least)
            & np.isfinite(found.boxes).all(1)
            & (found.classes >= 0)
            & (found.classes < len(self.metadata.classes))
        )
        return Found(without_doubles(found, self.metadata.overlap), box)

    def described(self) -> str:
        """The file's name, its inputs and outputs with their shapes."""
        parts = [
            f"{what} " + ", ".join(f"{one.name} {_shape(one.shape)} {one.type}" for one in ones)
            for what, ones in (
                ("input", self.session.get_inputs()),
                ("outputs", self.session.get_outputs()),
            )
        ]
        classes = len(self.metadata.classes)
        return f"{self.name} ({'; '.join(parts)}; {classes} classes in the metadata)"

    def _input(self) -> tuple[str, Any, tuple[int, int]]:
        """Name, number type and (height, width) of the input."""
        (first, *others) = self.session.get_inputs()
        shape = first.shape
        if others or len(shape) not in (3, 4) or first.type not in NUMBERS:
            raise ModelUnsupported(
                f"{self.described()}: a detector takes one input (1, 3, height, width) of float,"
                " float16 or uint8"
            )
        batch, channels = (shape[0] if len(shape) == 4 else 1), shape[-3]
        if (isinstance(channels, int) and channels != 3) or (isinstance(batch, int) and batch != 1):
            raise ModelUnsupported(
                f"{self.described()}: it takes batches of {batch} with {channels} channels; views"
                " are one at a time, of red, green and blue: export it with batch=1 and 3 channels"
            )
        side = self.metadata.side or SIDE
        height, width = (n if isinstance(n, int) and n > 0 else side for n in shape[-2:])
        return first.name, NUMBERS[first.type], (height, width)

    def _batch(self, filled: Bytes) -> Any:
        """The network's input, of pixels of its size."""
        rows = np.ascontiguousarray(filled.transpose(2, 0, 1))
        if self.numbers is not np.uint8:
            numbers = rows.astype(np.float32) / 255
            if self.metadata.mean:
                numbers -= np.array(self.metadata.mean, np.float32)[:, None, None]
            if self.metadata.std:
                numbers /= np.array(self.metadata.std, np.float32)[:, None, None]
            rows = numbers.astype(self.numbers)
        return rows if len(self.session.get_inputs()[0].shape) == 3 else rows[None]

    def _run(self, batch: Any) -> list[Any]:
        try:
            return list(self.session.run(None, {self.input: batch}))
        except Exception as error:  # onnxruntime raises classes of its own, without a common base
            if type(error).__module__.partition(".")[0] != "onnxruntime":
                raise
            raise ModelUnsupported(
                f"{self.described()} does not run: {' '.join(str(error).split())[:300]}"
            ) from error


def _opened(path: Path) -> InferenceSession:
    """A session on the file."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads()
    options.log_severity_level = 3  # what it warns of is about speed, and in no words of ours
    here = onnxruntime.get_available_providers()
    chosen = [one for one in ("CUDAExecutionProvider", "CPUExecutionProvider") if one in here]
    try:
        return onnxruntime.InferenceSession(path, options, providers=chosen)
    except Exception as error:  # see `_run`
        if type(error).__module__.partition(".")[0] != "onnxruntime":
            raise
        raise ModelCorrupt(
            f"{path} is no ONNX model that can be opened: {' '.join(str(error).split())[:300]}"
        ) from error


def _shape(shape: list[Any]) -> str:
    return f"({', '.join(str(side if side is not None else '?') for side in shape)})"
