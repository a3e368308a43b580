"""A person's script passes mypy --strict with the package as it is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

import geomagnifier

SCRIPT = """
from pathlib import Path

import numpy as np

import geomagnifier as gm

model: gm.Model = gm.load_model("small")
with gm.open_scene(Path("harbour.tif")) as scene:
    box = (0, 0, 50, 50)
    answer: gm.Answer = gm.ask(scene, "Segment every ship.", model, box=box, budget="20 s")
boxes: list[tuple[float, float, float, float]] = [region.box for region in answer.regions]
mask = answer.mask
share: float = 0.0 if mask is None else float(mask.mean())
written: dict[str, Path] = gm.write(answer, "out")
for image in ("harbour.tif", Path("harbour.tif"), np.zeros((90, 90, 3), np.uint8)):
    regional = gm.ask(image, "Find every ship.", model).granularity is gm.Granularity.REGION
    print(gm.ask(image, "How many ships?").text, regional)
sure: gm.Answer = answer[(answer.scores > 0.5) & (answer.classes == "ship")][[True]]
print(len(answer[answer.labels == "ship"]), answer.boxes.shape, *(region.label for region in sure))
masks = sure.masks
first = None if masks is None else masks[0].sum() + np.asarray(masks[1:]).sum()
sure.plot().save("sure.png")
saved: Path = sure.save("sure.geojson")
table = sure.to_geodataframe()
quay = gm.ask("harbour.tif", "Find every ship.", aoi="quay.gpkg")
area = quay.save("quay.geojson", crs="EPSG:3857", oriented=True)
text: str = sure.to_dota() + sure.to_yolo_obb(["ship"])
print(area, sure.corners.mean(), sure.headings.shape)
annotations = sure.to_coco(1, {"ship": 1}) + sure.to_coco(2, [{"id": 1, "name": "ship"}])
features: list[dict[str, object]] = sure.__geo_interface__["features"]
for one in gm.ask_many(
    ["a.tif", Path("b.tif")],
    "Find every ship.",
    workers=2,
    progress=lambda done, total: done < 10,
    min_score=0.5,
):
    print(one.text)
grey = np.zeros((90, 90, 3), np.uint8)
for either in gm.ask_many([grey], "Find every ship.", model, errors="yield"):
    print(either if isinstance(either, gm.GeomagError) else either.text)
try:
    gm.ask("harbour.tif", "")
except gm.GeomagError as error:
    print(error)
"""


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(geomagnifier.__file__).parent / "py.typed").is_file()


def test_a_script_passes_mypy_strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "mypy.ini").write_text(
        "[mypy]\nfollow_imports = silent\n"
    )  # what libraries lack is not the script's
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MYPYPATH", str(Path(geomagnifier.__file__).parents[1]))
    told, broken, status = api.run(
        ["--strict", "--cache-dir", str(tmp_path / "cache"), "script.py"]
    )
    assert status == 0, told + broken
    (tmp_path / "wrong.py").write_text("import geomagnifier as gm\ngm.ask('a.tif', 3)\n")
    told, _, status = api.run(["--strict", "--cache-dir", str(tmp_path / "cache"), "wrong.py"])
    assert status == 1 and 'incompatible type "int"; expected "str"' in told
