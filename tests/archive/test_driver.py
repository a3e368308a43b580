"""The driver beside Ray.

Real workers, scenes, manifest and tables in this process, and workers that die when they are told
to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import geopandas
import pytest

from fake import FakeModel, paint
from geomagnifier import archive
from geomagnifier.archive import driver as module
from geomagnifier.archive.driver import Driver
from geomagnifier.archive.manifest import Manifest
from geomagnifier.archive.tasks import INDEX, REGIONS, SCENES, WORKING, Tally, Task
from geomagnifier.errors import GeomagError, ModelError, OutputError
from geomagnifier.export.image_file import write_picture
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.scene_search import look_at_share

QUESTION = "Segment every ship."
SMALL = ((40, 20, 80, 60), (120, 100, 136, 140))
LARGE = (
    (100, 80, 124, 96),
    (1900, 140, 1924, 156),
    (900, 1200, 924, 1216),
    (2600, 1500, 2624, 1516),
)


class RayError(Exception):
    """What a call ends in. cause: what the worker raised, as Ray tells it."""

    def __init__(self, cause: Exception | None = None) -> None:
        super().__init__(f"worker: {cause}")
        self.cause = cause


class RayActorError(RayError):
    """The worker is gone."""


class Here:
    """What the driver asks of Ray, done in this process when it is waited for.

    told: (number of the worker, method, scene) of each call that was waited for.  fate: what a call
    ends in instead, by method and scene; the first of the list is taken at each call.
    """

    exceptions = SimpleNamespace(RayError=RayError, RayActorError=RayActorError)

    def __init__(self, **fate: list[Exception | None]) -> None:
        self.fate, self.workers, self.told = fate, 0, []  # type: ignore[var-annotated]

    def remote(self, **options: Any) -> Callable[[type], Any]:
        assert options == {
            "num_cpus": 1,
            "max_restarts": -1,
            "max_task_retries": 0,
        }  # the driver gives a job out again, not Ray
        return lambda kind: SimpleNamespace(remote=lambda task: self._worker(kind(task)))

    def _worker(self, worker: Any) -> Any:
        worker.model, number = FakeModel(), self.workers
        self.workers += 1

        def method(name: str) -> Any:
            return SimpleNamespace(
                remote=lambda *given: _Call(number, name, getattr(worker, name), given)
            )

        return SimpleNamespace(whole=method("whole"), part=method("part"), ready=method("ready"))

    def wait(
        self, calls: Sequence[_Call], num_returns: int, timeout: float
    ) -> tuple[list[_Call], list[_Call]]:
        return list(calls[:num_returns]), list(calls[num_returns:])

    def get(self, call: _Call) -> Any:
        scene = call.given[0].name if call.given else str(call.number)
        self.told.append((call.number, call.name, scene))
        fates = self.fate.get(f"{call.name}_{scene.split('.')[0]}", [])
        if fates and (error := fates.pop(0)) is not None:
            raise error
        return call.does(*call.given)


class _Call:
    def __init__(
        self, number: int, name: str, does: Callable[..., Any], given: tuple[Any, ...]
    ) -> None:
        self.number, self.name, self.does, self.given = number, name, does, given


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.0)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five small scenes a to e with two ships each, and one of 4.8 Mpx with four."""
    folder = tmp_path_factory.mktemp("scenes")
    for name in "abcde":
        write_picture(
            folder / f"{name}.tif",
            paint(160, 144, *SMALL),
            "EPSG:32633",
            (1.0, 0.0, 5e5, 0.0, -1.0, 5e6),
        )
    write_picture(
        folder / "large.tif",
        paint(2800, 1700, *LARGE),
        "EPSG:32633",
        (1.0, 0.0, 5e5, 0.0, -1.0, 5e6),
    )
    return folder


def drive(
    scenes: Path,
    out: Path,
    names: str,
    ray: Here,
    count: int = 2,
    split: int = 1_500_000,
    stopped: Event | None = None,
    search: str = "adaptive",
) -> tuple[Tally, list[Tally], list[dict[str, Any]]]:
    """Answer scenes by name; the tally, what was told of the progress, and the manifest's rows."""
    steps: list[Tally] = []
    manifest = Manifest(out / "manifest.sqlite", {"question": QUESTION})
    try:
        manifest.add(archive.entries([scenes / f"{name}.tif" for name in names.split()]))
        tally = Driver(
            ray, Task(QUESTION, out, search=search), manifest, count, split, steps.append
        ).run(stopped or Event())
        return tally, steps, list(manifest.rows())
    finally:
        manifest.close()


def regions(out: Path) -> dict[str, int]:
    """Rows of the partitions by scene."""
    rows = [geopandas.read_parquet(part) for part in sorted((out / REGIONS).glob("*.parquet"))]
    return {name: len(part) for frame in rows for name, part in frame.groupby("scene")}


def test_every_scene_is_answered_once_and_told(scenes: Path, tmp_path: Path) -> None:
    ray = Here()
    tally, steps, rows = drive(scenes, tmp_path, "a b c d e", ray)
    assert (tally.done, tally.failed, tally.total, tally.pixels, tally.restarts) == (
        5,
        0,
        5,
        5 * 160 * 144,
        0,
    )
    assert [step.done for step in steps] == [1, 2, 3, 4, 5] and [step.pixels for step in steps] == [
        160 * 144 * n for n in range(1, 6)
    ]
    assert sorted(scene for _, method, scene in ray.told if method == "whole") == [
        f"{name}.tif" for name in "abcde"
    ]
    assert {number for number, method, _ in ray.told if method == "whole"} == {
        0,
        1,
    }  # the work is given to both
    assert [row["state"] for row in rows] == ["done"] * 5 and all(
        row["regions"] == 2 for row in rows
    )
    assert regions(tmp_path) == {f"{name}.tif": 2 for name in "abcde"}
    assert list(geopandas.read_parquet(tmp_path / INDEX)["scene"]) == [
        f"{name}.tif" for name in "abcde"
    ]
    assert not (tmp_path / WORKING).exists() and not list((tmp_path / SCENES).rglob("*.parquet"))


def test_what_is_done_is_not_asked_again_and_counts(scenes: Path, tmp_path: Path) -> None:
    drive(scenes, tmp_path, "a b", Here())
    ray = Here()
    tally, steps, _ = drive(scenes, tmp_path, "a b c", ray)
    assert [scene for _, method, scene in ray.told if method == "whole"] == ["c.tif"]
    assert (tally.done, tally.total, tally.pixels) == (3, 3, 160 * 144) and [
        step.done for step in steps
    ] == [3]
    assert regions(tmp_path) == {"a.tif": 2, "b.tif": 2, "c.tif": 2}


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_scene_whose_worker_dies_is_given_out_again(
    scenes: Path, tmp_path: Path, deaths: int
) -> None:
    ray = Here(whole_b=[RayActorError() for _ in range(deaths)])
    tally, _, rows = drive(scenes, tmp_path, "a b c", ray)
    assert (tally.done, tally.failed, tally.restarts) == (3, 0, deaths)
    assert [row["state"] for row in rows] == ["done"] * 3
    assert [scene for _, method, scene in ray.told if method == "whole"].count(
        "b.tif"
    ) == deaths + 1


def test_a_scene_that_three_workers_died_of_is_given_up(scenes: Path, tmp_path: Path) -> None:
    ray = Here(whole_b=[RayActorError() for _ in range(9)])
    tally, steps, rows = drive(scenes, tmp_path, "a b c", ray)
    assert (tally.done, tally.failed, tally.restarts) == (2, 1, 3) and steps[-1].failed == 1
    assert (
        rows[1]["why"]
        == f"the worker died, 3 times; to see more, ask it by itself: geomag ask {scenes / 'b.tif'}"
    )
    assert [scene for _, method, scene in ray.told if method == "whole"].count("b.tif") == 3


def test_an_error_that_nobody_thought_of_is_told_and_is_no_death(
    scenes: Path, tmp_path: Path
) -> None:
    tally, _, rows = drive(
        scenes,
        tmp_path,
        "a b",
        Here(whole_a=[RayError(ValueError("odd\n  thing")) for _ in range(3)]),
    )
    assert (tally.done, tally.failed, tally.restarts) == (1, 1, 0)
    assert rows[0]["why"].startswith("ValueError: odd thing, 3 times; to see more")


def test_a_full_disk_ends_it_and_the_scenes_wait(scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="full"):
        drive(
            scenes,
            tmp_path,
            "a b",
            Here(whole_a=[RayError(OutputError("the disk is full"))]),
            count=1,
        )
    tally, _, rows = drive(scenes, tmp_path, "a b", Here())
    assert tally.done == 2 and tally.failed == 0 and [row["state"] for row in rows] == ["done"] * 2


def test_a_scene_that_cannot_be_read_is_set_down_and_the_rest_goes_on(
    scenes: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "scenes"
    folder.mkdir()
    for name in ("a", "c"):
        (folder / f"{name}.tif").write_bytes((scenes / f"{name}.tif").read_bytes())
    (folder / "b.tif").write_bytes(b"II*\0nothing")
    tally, _, rows = drive(folder, tmp_path / "out", "a b c", Here())
    assert (
        (tally.done, tally.failed) == (2, 1)
        and rows[1]["state"] == "failed"
        and "b.tif" in rows[1]["why"]
    )


def test_workers_that_cannot_load_the_model_end_it(scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(GeomagError, match="no such model"):
        drive(
            scenes,
            tmp_path / "typed",
            "a",
            Here(ready_0=[RayError(GeomagError("no such model"))]),
            count=1,
        )
    ray = Here(ready_0=[RayActorError() for _ in range(9)])
    with pytest.raises(ModelError, match="died while they loaded the model: worker: None"):
        drive(scenes, tmp_path / "died", "a", ray, count=1)
    assert len(ray.told) == 3
    again = Here(ready_0=[RayActorError(), RayActorError()])
    assert drive(scenes, tmp_path / "twice", "a", again, count=1)[0].done == 1


def test_one_worker_that_never_comes_is_not_waited_for(scenes: Path, tmp_path: Path) -> None:
    ray = Here(ready_1=[RayActorError() for _ in range(99)])
    tally, _, _ = drive(scenes, tmp_path, "a b c d e", ray)
    assert tally.done == 5 and {number for number, method, _ in ray.told if method == "whole"} == {
        0
    }
    assert ray.told.count((1, "ready", "1")) >= 3


def test_a_large_scene_is_shared_and_answered_as_by_one(scenes: Path, tmp_path: Path) -> None:
    ray = Here()
    tally, _, rows = drive(scenes, tmp_path, "a large b", ray, count=3, search="exhaustive")
    with open_scene(scenes / "large.tif") as scene:
        alone = ask(scene, QUESTION, FakeModel(), search="exhaustive")
    told = json.loads((tmp_path / SCENES / "large.tif" / "answer.json").read_text())
    assert told["text"] == alone.text and [r["box"] for r in told["regions"]] == [
        list(r.box) for r in alone.regions
    ]
    assert tally.done == 3 and len(alone.regions) == 4
    assert rows[2]["pixels"] == 2800 * 1700
    shares = [number for number, method, _ in ray.told if method == "part"]
    assert len(shares) == 6 and set(shares) == {
        0,
        1,
        2,
    }  # one turn of three shares, and one that finds nothing left
    assert [scene for _, method, scene in ray.told if method == "whole"].count("large.tif") == 2
    assert not (tmp_path / WORKING).exists()


def test_a_single_worker_takes_a_large_scene_as_a_whole(scenes: Path, tmp_path: Path) -> None:
    ray = Here()
    assert drive(scenes, tmp_path, "large", ray, count=1, search="exhaustive")[0].done == 1
    assert [method for _, method, _ in ray.told] == ["ready", "whole"]


def test_a_share_whose_worker_dies_is_given_out_again(scenes: Path, tmp_path: Path) -> None:
    ray = Here(part_large=[None, RayActorError(), None, None])
    tally, _, _ = drive(scenes, tmp_path, "large", ray, search="exhaustive")
    assert (tally.done, tally.restarts) == (1, 1) and regions(tmp_path) == {"large.tif": 4}


def test_a_shared_scene_that_is_given_up_leaves_nothing_behind(
    scenes: Path, tmp_path: Path
) -> None:
    ray = Here(part_large=[RayActorError() for _ in range(99)])
    tally, _, rows = drive(scenes, tmp_path, "a large b", ray, search="exhaustive")
    assert (tally.done, tally.failed) == (2, 1) and rows[2]["why"].startswith(
        "the worker died, 3 times"
    )
    assert (
        sum(method == "part" for _, method, _ in ray.told) <= 4
    )  # what is still in the queue is taken out of it


def answered(model: FakeModel) -> list[str]:
    """Windows that the model answered, in order, by their place and size."""
    return [key.partition(":")[2] for method, _, key in model.views if method == "answer"]


def test_a_large_scene_goes_on_from_what_a_killed_run_has_seen(
    scenes: Path, tmp_path: Path
) -> None:
    entry = next(iter(archive.entries([scenes / "large.tif"])))
    folder = tmp_path / WORKING / entry.name
    folder.mkdir(parents=True)
    first = FakeModel()
    with open_scene(scenes / "large.tif") as scene:
        look_at_share(scene, QUESTION, first, folder / "0-1.sqlite", (1, 2), search="exhaustive")
    assert len(first.views) > 1
    seen: list[FakeModel] = []

    class Watched(Here):
        def _worker(self, worker: Any) -> Any:
            made = super()._worker(worker)
            seen.append(worker.model)
            return made

    tally, _, _ = drive(scenes, tmp_path, "large", Watched(), search="exhaustive")
    places = {place for model in seen for place in answered(model)}
    assert tally.done == 1 and len(places) > 1
    # What the words ask for is taken from the first window: every process answers that one again.
    assert places & set(answered(first)) == {answered(first)[0]}


def test_regions_are_packed_as_soon_as_a_part_is_full(
    scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.PART == 1000 and module.ATTEMPTS == 3
    monkeypatch.setattr(module, "PART", 2)
    parts: list[int] = []

    class Watched(Here):
        def get(self, call: _Call) -> Any:
            parts.append(len(list((tmp_path / REGIONS).glob("*.parquet"))))
            return super().get(call)

    drive(scenes, tmp_path, "a b c d e", Watched(), count=1)
    assert parts == [
        0,
        0,
        0,
        1,
        1,
        2,
    ]  # the model, then a to e: after b and after d a part is written
    names = sorted((tmp_path / REGIONS).glob("*.parquet"))
    assert [path.name for path in names] == [
        "part-00000.parquet",
        "part-00001.parquet",
        "part-00002.parquet",
    ]
    assert [sorted(set(geopandas.read_parquet(path)["scene"])) for path in names] == [
        ["a.tif", "b.tif"],
        ["c.tif", "d.tif"],
        ["e.tif"],
    ]


def test_it_stops_between_two_calls_and_keeps_what_is_answered(
    scenes: Path, tmp_path: Path
) -> None:
    stopped = Event()

    class Stopping(Here):
        def get(self, call: _Call) -> Any:
            if call.name == "whole":
                stopped.set()
            return super().get(call)

    with pytest.raises(KeyboardInterrupt):
        drive(scenes, tmp_path, "a b c", Stopping(), count=1, stopped=stopped)
    ray = Here()
    tally, _, _ = drive(scenes, tmp_path, "a b c", ray, count=1)
    assert tally.done == 3 and [scene for _, method, scene in ray.told if method == "whole"] == [
        "b.tif",
        "c.tif",
    ]


@pytest.mark.parametrize("count", [2, 3])
def test_a_large_scene_that_no_share_can_read_fails_once(
    scenes: Path, tmp_path: Path, count: int
) -> None:
    class Unreadable(Here):
        def get(self, call: _Call) -> Any:
            told = super().get(call)
            return {"why": "it is damaged"} if call.name == "part" else told

    ray = Unreadable()
    tally, steps, rows = drive(scenes, tmp_path, "a large b", ray, count=count, search="exhaustive")
    assert (tally.done, tally.failed, tally.total) == (2, 1, 3) and rows[2][
        "why"
    ] == "it is damaged"
    assert max(step.done + step.failed for step in steps) == 3
