"""Takes odd rasters through all that is done with a scene, one after another, in a process that may
die of it.

`python tests/ordeal.py FOLDER` writes them there; a JSON line before each on stdout, and one after
it: what is wrong with what became of it, seconds of the processor, and by how many megabytes the
process grew.

A raster that takes too long ends the process, also inside GDAL.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from shapely.geometry import shape

import geomagnifier as gm
from fake import FakeModel
from geomagnifier.errors import LONGEST, GeomagError, SceneUnreadable, printable
from geomagnifier.geometry import Box
from geomagnifier.memory import peak, resident
from geomagnifier.raster import footprint
from geomagnifier.types import View, Window
from odd_rasters import Case, make

SECONDS = 120
"""Until the process is ended, by the clock of a machine that may be busy."""
ADDRESSES = 6 << 30
"""Bytes of address space: a bomb ends in a MemoryError, not in the end of the machine."""
HELD = 40_000_000
"""Pixels up to which a whole scene is read at full size."""


def look(case: Case) -> list[str]:
    """What is wrong with what becomes of a raster; nothing where all is right."""
    try:
        with gm.open_scene(case.path) as scene:
            if case.free:
                case = replace(case, size=(scene.info.width, scene.info.height), share=None)
            wrong = _size_and_place(case, scene)
            wrong += _cut(case, scene) if case.whole is not None else _seen(case, scene)
            if case.asked and scene.info.pixels <= HELD:
                wrong += _asked(case, scene)
    except GeomagError as error:
        said = str(error)
        wrong = [] if type(error).__name__ in case.errors else [f"{type(error).__name__}: {said}"]
        return (
            wrong
            + ["an error that is not one line"] * (said != printable(said))
            + ["a long error"] * (len(said) > LONGEST)
        )
    if case.errors and case.whole is None and not case.free:
        wrong.append(f"was read, and should end in {' or '.join(case.errors)}")
    return wrong


def _size_and_place(case: Case, scene: gm.Scene) -> list[str]:
    info = scene.info
    wrong = [f"is {info.width} x {info.height}"] * ((info.width, info.height) != case.size)
    if case.crs is not None and (info.crs is not None and info.transform is not None) != case.crs:
        wrong.append(f"has the CRS {info.crs} and the transform {info.transform}")
    outline = footprint.outlines(info, [info.box])[0]
    if outline is not None:
        west, south, east, north = footprint.bounds(outline)
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
            wrong.append(f"lies at {west, south, east, north}")
        elif (
            case.place is not None and not footprint.meet([outline], (*case.place, *case.place))[0]
        ):
            wrong.append(f"lies at {west, south, east, north}, without {case.place}")
    elif case.place is not None:
        wrong.append("has no outline")
    return wrong


def _window(scene: gm.Scene, box: Box, shrink: float) -> Window:
    return Window(
        box, max(1, round(box.width / shrink)), max(1, round(box.height / shrink)), "ordeal", box
    )


def _windows(scene: gm.Scene) -> list[Window]:
    """The whole, a part of it, and a thumbnail."""
    width, height = scene.info.width, scene.info.height
    part = Box(
        width // 4,
        height // 4,
        max(width // 4 + 1, width * 3 // 4),
        max(height // 4 + 1, height * 3 // 4),
    )
    if width * height > HELD:
        corner = Box(width - 300, height - 300, width, height)
        return [_window(scene, corner, 1), _window(scene, scene.info.box, max(width, height) / 256)]
    return [
        _window(scene, scene.info.box, 1),
        _window(scene, part, 1),
        _window(scene, scene.info.box, max(1, max(width, height) / 40)),
    ]


def _seen(case: Case, scene: gm.Scene) -> list[str]:
    views = [scene.read(window) for window in _windows(scene)]
    wrong = [
        f"{view.window.width} x {view.window.height} px came as {view.pixels.shape}"
        for view in views
        if not _fits(view)
    ]
    whole = views[0]
    share = 1.0 if whole.valid is None else float(whole.valid.mean())
    if case.share is not None and abs(share - case.share) > 1e-6:
        wrong.append(f"{share:.4f} of it is valid, not {case.share}")
    if case.shown is None or wrong:
        return wrong
    for view in views[: 2 if case.size[0] * case.size[1] <= HELD else 0]:
        x0, y0, x1, y1 = map(int, view.window.box.tuple())
        wrong += _unlike(view, case.shown[y0:y1, x0:x1], case.close)
    if whole.valid is None:
        small = views[-1]
        step = case.size[0] / small.window.width, case.size[1] / small.window.height
        if step[0] == step[1] == int(step[0]):
            blocks = case.shown.reshape(
                small.window.height, int(step[1]), small.window.width, int(step[0]), 3
            )
            wrong += [
                f"shrunk, {word}" for word in _unlike(small, blocks.mean((1, 3)), case.close + 3)
            ]
    return wrong


def _fits(view: View) -> bool:
    return (
        view.pixels.shape == (view.window.height, view.window.width, 3)
        and view.pixels.dtype == np.uint8
    )


def _unlike(view: View, shown: Any, close: float) -> list[str]:
    there = np.ones(view.pixels.shape[:2], bool) if view.valid is None else view.valid
    apart = np.abs(view.pixels.astype(float) - shown)[there]
    return [f"differs by {apart.mean():.1f} from what it shows"] * bool(
        apart.size and apart.mean() > close + 1e-9
    )


def _cut(case: Case, scene: gm.Scene) -> list[str]:
    """Of what is left nothing is made up."""
    wrong, errors = [], []
    with gm.open_scene(case.whole) as sound:
        for window in _windows(scene):
            expected = sound.read(window)
            try:
                view = scene.read(window)
            except SceneUnreadable as error:
                errors.append(error)
            else:
                wrong += [f"read as a whole: {word}" for word in _unlike(view, expected.pixels, 0)]
                wrong += ["what is cut off is not told"] * (
                    view.valid is not None and expected.valid is None
                )
                continue
            try:
                view, damaged = scene.salvage(window)
            except SceneUnreadable:
                continue
            wrong += [f"salvaged: {word}" for word in _unlike(view, expected.pixels, 1)]
            wrong += ["damage is not told"] * (not damaged and view.valid is not None)
    return wrong


def _asked(case: Case, scene: gm.Scene) -> list[str]:
    answer = gm.ask(scene, "Segment every ship.", FakeModel())
    wrong = []
    if answer.mask is None or answer.mask.shape != case.size[::-1]:
        wrong.append("the mask is not of its size")
    if case.ship is not None:
        boxes = [region.box for region in answer.regions]
        if len(boxes) != 1 or np.abs(np.subtract(boxes[0], case.ship)).max() > (
            0 if case.close == 0 and scene.info.view_aspect == 1 else 2
        ):
            wrong.append(f"ships at {boxes}")
        elif case.place is not None:
            [outline] = footprint.outlines(scene.info, [Box(*boxes[0])])
            assert outline is not None
            middle = footprint.middle(footprint.bounds(outline))
            pixel = max(scene.info.gsd or 1, 0.01)
            if (metres := _metres(middle, case.place)) > 4 * pixel:
                wrong.append(
                    f"the ship lies at {middle}, {metres / pixel:.1f} px from {case.place}"
                )
    if case.written:
        wrong += _written(case, answer)
    picture = gm.ask(scene, "What is this?", FakeModel())
    return wrong + ["no label"] * (not picture.labels)


def _written(case: Case, answer: gm.Answer) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        files = gm.write(answer, folder)
        [found] = json.loads(files["regions"].read_text())["features"]
        lies = found["geometry"] is not None  # else a warning says why
        x, y = shape(found["geometry"]).centroid.coords[0] if lies else (0.0, 0.0)
        with rasterio.open(files["mask"]) as mask, rasterio.open(case.path) as raster:
            wrong = ["the mask has another place"] * (
                case.crs is True and (mask.crs, mask.transform) != (raster.crs, raster.transform)
            )
            wrong += ["the mask is not that of the answer"] * (
                not np.array_equal(mask.read(1), answer.mask)
            )
    if (
        case.place is not None
        and abs(case.place[0]) < 179.9
        and _metres((x, y), case.place) > 4 * (answer.scene.gsd or 1)
    ):
        wrong.append(f"the ship is written at {x, y}, not at {case.place}")
    return wrong


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(pyproj.Geod(ellps="WGS84").inv(*one, *other)[2])


def main(folder: Path) -> None:
    """Write the rasters and go through them."""
    cases = make(folder)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    high = Path("/proc/self/clear_refs")
    for group, found in cases.items():
        for case in found:
            name = str(case.path).removeprefix(f"{folder}/")
            if high.exists():
                high.write_text("5")  # what `peak` says begins anew
            print(json.dumps({"group": group, "name": name}), flush=True)
            begin, before = time.process_time(), resident()
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                try:
                    wrong = look(case)
                except BaseException as error:  # it is what is looked for
                    wrong = [f"{type(error).__module__}.{type(error).__name__}: {error}"]
            faulthandler.cancel_dump_traceback_later()
            words = " ".join(str(w.message) for w in warned)
            wrong += [f"warns {words!r}"] * (
                case.warns not in words or ("CRS" in words and not case.warns)
            )
            told = {
                "group": group,
                "name": name,
                "wrong": wrong,
                "s": time.process_time() - begin,
                "MB": (peak() - before) / 1e6,
            }
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
