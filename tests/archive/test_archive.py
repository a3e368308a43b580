"""One question over an archive on real Ray workers with the real small model.

Nothing lost, nothing doubled, whatever dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy as np
import psutil
import pytest
import rasterio

import geomagnifier as gm
from geomagnifier import archive
from geomagnifier.errors import OptionError
from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.render.scene import draw_scene

QUESTION = "Segment every ship."
THEMES = ("harbour", "mixed")


def draw(path: Path, seed: int, width: int = 320, height: int = 240) -> None:
    drawn = draw_scene(seed, width, height, THEMES[seed % len(THEMES)])
    size = drawn.metres_per_pixel
    write_picture(
        path,
        drawn.pixels,
        crs="EPSG:32633",
        transform=(size, 0.0, 500_000.0 + 400 * seed, 0.0, -size, 5_300_000.0),
    )


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six small harbours: one in a folder of its own, one that is broken, and one of 3 Mpx."""
    folder = tmp_path_factory.mktemp("scenes")
    (folder / "inner").mkdir()
    for seed in range(6):
        draw(folder / ("inner" if seed == 5 else "") / f"{seed}.tif", seed)
    draw(folder / "large.tif", 8, 2000, 1500)
    (folder / "broken.tif").write_bytes(b"II*\0nothing")
    return folder


def command(scenes: Path, out: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "geomagnifier",
        "map",
        QUESTION,
        "--scenes",
        str(scenes),
        "--out",
        str(out),
        "--workers",
        "2",
        "--json",
    ]


ASK_ALL = """
import json, sys, dataclasses
from pathlib import Path
from geomagnifier import archive
question, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
entries = archive.entries(sorted(folder.rglob("*.tif")))
tally = archive.run(entries, archive.Task(question, out), workers=2, split=1_500_000)
print(json.dumps(dataclasses.asdict(tally)))
"""


def ask_all(scenes: Path, out: Path) -> archive.Tally:
    """In a process of its own: Ray leaves files open."""
    told = subprocess.run(
        [sys.executable, "-c", ASK_ALL, QUESTION, str(scenes), str(out)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert told.returncode == 0, told.stderr
    return archive.Tally(**json.loads(told.stdout))


def check(scenes: Path, out: Path) -> None:
    """Every scene has one answer, and the tables say what the answers say."""
    index = geopandas.read_parquet(out / archive.INDEX)
    names = sorted(str(path.relative_to(scenes)) for path in scenes.rglob("*.tif"))
    assert list(index["scene"]) == names
    assert Counter(index["state"]) == {"done": len(names) - 1, "failed": 1}
    assert index.set_index("scene")["why"]["broken.tif"].startswith(str(scenes / "broken.tif"))
    found = {
        p.parent.relative_to(out / archive.SCENES).as_posix(): json.loads(p.read_text())
        for p in out.rglob("answer.json")
    }
    assert sorted([*found, "broken.tif"]) == names
    told = sorted(
        (name, n) for name, answer in found.items() for n in range(len(answer["regions"]))
    )
    rows = [
        geopandas.read_parquet(part) for part in sorted((out / archive.REGIONS).glob("*.parquet"))
    ]
    assert (
        sorted(
            (name, n)
            for part in rows
            for name, n in zip(part["scene"], part["number"], strict=True)
        )
        == told
    )
    assert len(told) > 20
    left = {p.name for p in out.rglob("*") if p.is_file()} - {
        "answer.json",
        "mask.tif",
        archive.INDEX,
        archive.MANIFEST,
    }
    assert left == {f"part-{i:05}.parquet" for i in range(len(rows))}, "nothing half-done is left"


def test_an_archive_is_answered_as_its_scenes_alone(scenes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tally = ask_all(scenes, out)
    assert (tally.done, tally.failed, tally.total) == (7, 1, 8)
    check(scenes, out)
    model = gm.load_model("small")
    for name in ("0.tif", "inner/5.tif", "large.tif"):  # the last one by both workers together
        told = json.loads((out / archive.SCENES / name / "answer.json").read_text())
        with gm.open_scene(scenes / name) as scene:
            alone = gm.ask(scene, QUESTION, model)
            assert told["text"] == alone.text
            np.testing.assert_allclose(
                [r["box"] for r in told["regions"]], [r.box for r in alone.regions], atol=1e-3
            )
            with rasterio.open(out / archive.SCENES / name / "mask.tif") as mask:
                assert mask.crs.to_epsg() == 32633
                assert alone.mask is not None
                np.testing.assert_array_equal(mask.read(1) > 0, alone.mask)
    regions = geopandas.read_parquet(out / archive.REGIONS / "part-00000.parquet")
    index = geopandas.read_parquet(out / archive.INDEX).set_index("scene")
    for name, part in regions.groupby("scene"):
        assert part.union_all().within(index.geometry[name].buffer(1e-5)), (
            "regions lie in their scene on the map"
        )

    answers = sorted((out / archive.SCENES).rglob("answer.json"))
    written = {path: path.stat().st_mtime_ns for path in answers}
    before = (scenes / "1.tif").read_bytes()
    try:
        draw(scenes / "1.tif", 20)
        os.utime(scenes / "1.tif", (1, 1))
        again = ask_all(scenes, out)
        assert (again.done, again.failed, again.pixels) == (7, 1, 320 * 240), (
            "a scene that has changed is asked again, and it alone"
        )
        check(scenes, out)
        anew = {path for path in answers if path.stat().st_mtime_ns != written[path]}
        assert anew == {out / archive.SCENES / "1.tif" / "answer.json"}, "nothing is asked twice"
    finally:
        (scenes / "1.tif").write_bytes(before)
    with pytest.raises(OptionError, match="another question"):
        archive.run([], archive.Task("Find every ship.", out))


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["worker", "driver"])
def test_kill_9_in_the_middle_loses_nothing(scenes: Path, tmp_path: Path, victim: str) -> None:
    out = tmp_path / "out"
    started = subprocess.Popen(
        command(scenes, out), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 600
    while not list(out.rglob("answer.json")):
        assert time.monotonic() < end and started.poll() is None
        time.sleep(0.02)
    inner = psutil.Process(started.pid).children(recursive=True)
    chosen = (
        [p for p in inner if "ray::Worker" in " ".join(p.cmdline())]
        if victim == "worker"
        else [psutil.Process(started.pid)]
    )
    assert chosen
    chosen[0].send_signal(signal.SIGKILL)
    told, errors = started.communicate(timeout=600)
    if victim == "worker":
        assert started.returncode == 0, errors
        assert json.loads(told)["done"] == 7
        assert json.loads(told)["restarts"] == 1
    else:
        for process in inner:  # Ray's own end when they notice; a test does not wait for that
            if process.is_running():
                process.kill()
        done = subprocess.run(
            command(scenes, out), capture_output=True, text=True, check=True, timeout=600
        )
        assert json.loads(done.stdout)["done"] == 7
    check(scenes, out)


def test_addresses_and_items_are_entries(tmp_path: Path) -> None:
    (tmp_path / "items.json").write_text("{}")
    address = "https://example.org/a b.tif?key=1"
    item, other = archive.entries([tmp_path / "items.json#one%2F1", address])
    assert (item.name, item.bytes) == ("items.json#one%2F1", 2)
    assert (other.name, other.path) == ("https/example.org/a%20b.tif%3Fkey%3D1", address)


def test_scenes_are_named_by_what_sets_them_apart(scenes: Path) -> None:
    with pytest.raises(OptionError, match="no scenes"):
        list(archive.entries([]))
    with pytest.raises(OptionError, match="twice"):
        list(
            archive.entries([scenes / "0.tif", scenes / "1.tif", scenes / "inner" / ".." / "0.tif"])
        )
    names = [
        entry.name for entry in archive.entries([scenes / "0.tif", scenes / "inner" / "5.tif"])
    ]
    assert names == ["0.tif", "inner/5.tif"]


def ray_processes(port: int) -> list[psutil.Process]:
    """All that belong to the cluster of a port, children first."""
    mine = [
        p
        for p in psutil.process_iter(["cmdline"])
        if re.search(rf"[:=]{port}\b", " ".join(p.info["cmdline"] or []))
    ]
    return [child for p in mine for child in p.children(recursive=True)] + mine


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Two nodes with a core each, on this machine; the address for clients."""
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    ray, port, clients = Path(sys.executable).with_name("ray"), 6391, 20391
    own = ["--num-cpus", "1", "--object-store-memory", "80000000", "--disable-usage-stats"]
    head = [
        ray,
        "start",
        "--head",
        "--port",
        str(port),
        "--ray-client-server-port",
        str(clients),
        "--include-dashboard",
        "false",
        *own,
    ]
    try:
        subprocess.run(head, check=True, capture_output=True, timeout=600)
        subprocess.run(
            [ray, "start", "--address", f"127.0.0.1:{port}", *own],
            check=True,
            capture_output=True,
            timeout=600,
        )
        yield f"ray://127.0.0.1:{clients}"
    finally:
        for process in ray_processes(port):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


@pytest.mark.slow
def test_a_machine_that_goes_for_good_takes_nothing_with_it(
    scenes: Path, tmp_path: Path, cluster: str
) -> None:
    out = tmp_path / "out"
    words = [
        *command(scenes, out),
        "--workers",
        "3",
        "--address",
        cluster,
    ]  # one more than there is room for: it is not waited for
    started = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 600
    while not list(out.rglob("answer.json")):
        assert time.monotonic() < end and started.poll() is None, started.communicate()
        time.sleep(0.02)
    [node] = [
        p
        for p in psutil.process_iter(["name", "cmdline"])
        if p.info["name"] == "raylet" and "--head" not in p.info["cmdline"]
    ]
    for process in [*node.children(recursive=True), node]:
        process.kill()
    told, errors = started.communicate(timeout=600)
    assert started.returncode == 0, errors
    assert json.loads(told)["done"] == 7
    check(scenes, out)
