"""A disk that fills up while an answer is written.

One line says so, and nothing is left, wherever it happens.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from disks import Disk
from geomagnifier.atomic import Staging
from geomagnifier.errors import OutputError
from geomagnifier.export import answer_json, mask_cog, vectors
from geomagnifier.export.write import write
from geomagnifier.geometry import Placement
from geomagnifier.masks import MaskPatch
from geomagnifier.results import Answer, Region
from made_rasters import make

SIZE = (1600, 1200)
LIMITED = """
import json, resource, signal, sys
sys.path[:0] = sys.argv[2:4]
from test_full_disk import large, one
from geomagnifier.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from pathlib import Path
told = {}
answer = large()
for name, most in json.loads(sys.argv[4]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    try:
        one(name, Path(sys.argv[1]) / "out", answer)
        message = ""
    except OutputError as error:
        message = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    told[f"{name} {most}"] = message, [path.name for path in Path(sys.argv[1]).rglob("*")]
print(json.dumps(told))
"""


def large() -> Answer:
    """An answer whose files are some hundred kB each."""
    answer = make(size=SIZE)
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 2, (SIZE[1] // 4, SIZE[0] // 4)).astype(np.uint8) * 255
    boxes = rng.integers(0, 1100, (1500, 2))
    return replace(
        answer,
        preview=rng.integers(0, 256, (600, 800, 3)).astype(np.uint8),
        regions=tuple(
            Region("ship", 0.5, (float(x), float(y), float(x) + 20, float(y) + 20))
            for x, y in boxes
        ),
        patches=(
            MaskPatch(
                Placement(answer.scene.box, cells.shape[1], cells.shape[0]),
                answer.scene.box,
                cells,
                0.5,
            ),
        ),
    )


def picture(path: Path, answer: Answer) -> None:
    Image.fromarray(answer.preview).save(path)


WRITERS: dict[str, Callable[[Path, Answer], None]] = {
    "answer.json": answer_json.write_json,
    "regions.geojson": vectors.write_geojson,
    "regions.gpkg": vectors.write_gpkg,
    "overlay.png": picture,
}


def one(name: str, folder: Path, answer: Answer) -> None:
    """Write one of the files."""
    with Staging(folder) as stage:
        if name == "mask.tif":
            mask_cog.write_mask(stage.path(name), stage.scratch(name), answer)
        else:
            WRITERS[name](stage.path(name), answer)


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Bytes of each file when there is room."""
    folder, answer = tmp_path_factory.mktemp("room"), large()
    for name in (*WRITERS, "mask.tif"):
        one(name, folder, answer)
    return {path.name: path.stat().st_size for path in folder.iterdir()}


def test_files_that_may_not_grow_further(tmp_path: Path, sizes: dict[str, int]) -> None:
    shares = (0.05, 0.5, 0.97)
    asked = [(name, int(size * share)) for name, size in sizes.items() for share in shares] + list(
        sizes.items()
    )
    folders = (Path(__file__).parent, Path(__file__).parent.parent)
    command = [sys.executable, "-c", LIMITED, str(tmp_path), *map(str, folders), json.dumps(asked)]
    told = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
    )
    for name, most in asked:
        message, left = told[f"{name} {most}"]
        if most == sizes[name]:
            assert message == "" and name in left
            continue
        assert (
            f"{name} cannot be written: the disk " in message
            and "full" in message
            and "\n" not in message
        )
        assert "choose another" in message
        assert left == []


@pytest.mark.parametrize("name", [*WRITERS, "mask.tif"])
def test_a_disk_that_is_full(disk: Callable[[int], Disk], sizes: dict[str, int], name: str) -> None:
    answer = large()
    for share in (0.1, 0.6, 0.95):
        place = disk(int(sizes[name] * share)).path
        with pytest.raises(
            OutputError, match=rf"{name} cannot be written: the disk is full; free some space$"
        ):
            one(name, place / "out", answer)
        assert list(place.iterdir()) == []


@pytest.mark.parametrize("vector", ["geojson", "gpkg"])
def test_an_answer_fits_whole_or_not_at_all(
    disk: Callable[[int], Disk], sizes: dict[str, int], vector: str
) -> None:
    answer = large()
    need = sum(sizes.values()) + 2 * sizes["mask.tif"]
    told: list[str] = []
    for share in (0.2, 0.4, 0.6, 0.8, 1.5):
        place = disk(int(need * share)).path
        try:
            paths = write(answer, place / "out", vector=vector)
        except OutputError as error:
            told.append(str(error))
            assert list(place.iterdir()) == []
        else:
            told.append("")
            assert sorted(path.name for path in (place / "out").iterdir()) == sorted(
                path.name for path in paths.values()
            )
    assert all("the disk is full" in words for words in told if words) and told[0] and not told[-1]
