"""A model over a benchmark.

How it is asked, what is written down, and that a stopped run ends as if it had not been stopped.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from eval.made import CLASSES, SIZE, WORKS, filled, made
from PIL import Image

from fake import FakeModel
from geomagnifier import masks
from geomagnifier.errors import OptionError, PredictionError, QuestionUnreadable
from geomagnifier.models.registry import load_model
from geomagnifier_lab.datasets.benchmarks import BENCHMARKS, benchmark
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Thing
from geomagnifier_lab.eval import benchmark as running
from geomagnifier_lab.eval.benchmark import predict, question, ranked
from geomagnifier_lab.eval.predictions import read
from geomagnifier_lab.eval.scoring import score
from geomagnifier_lab.render.scene import draw_scene


def asked(work, text=""):
    return question(Case("a#0", Path("a.png"), work, text))


def test_questions_are_asked_as_published_or_in_plain_words():
    assert asked("scene") == "What kind of place is this?"
    assert asked("scene", " Which  class is it?") == "Which class is it?"
    assert asked("caption") == "Describe this image."
    assert asked("grounded") == "Describe the image and segment the objects you mention."
    assert asked("ground", "The small vehicle at the top.") == "Find the small vehicle at the top."
    assert asked("ground", "Where is the ship?") == "Where is the ship?"
    assert asked("refer", "vehicle on the road") == "Segment vehicle on the road."
    assert asked("refer", "BMW on the road") == "Segment BMW on the road."
    assert asked("refer", "A red roof.") == "Segment a red roof."
    assert asked("refer", "Segment the red roof.") == "Segment the red roof."
    assert (
        asked("refer", "Where could one land?")
        == "Where could one land? Please output segmentation mask."
    )
    assert (
        asked("refer", "Identify the place, please.")
        == "Identify the place, please. Please output segmentation mask."
    )
    assert asked("detect") == asked("retrieval") == ""


def test_scene_names_become_published_classes():
    homes = ("dense residential", "medium residential", "sparse residential")
    words = {"Home": homes, "Water": ("river", "pond")}
    known = replace(benchmark("rsscn7"), classes=("Home", "Water", "Forest"), words=words)
    labels = [
        ("residential", 0.4),
        ("pond", 0.3),
        ("River", 0.25),
        ("airport", 0.2),
        ("dense residential", 0.1),
        ("forest", 0.05),
    ]
    assert ranked(labels, known) == [["Home", 0.4], ["Water", 0.3], ["Forest", 0.05]]
    assert ranked([], known) == []


def test_every_benchmark_is_found_by_name():
    found = {name: benchmark(name) for name in BENCHMARKS}
    assert all(
        one.name == name and one.splits and one.url and one.licence and one.protocol
        for name, one in found.items()
    )
    assert found["rsicd-retrieval"].work == "retrieval" and found["rsicd"].work == "caption"
    with pytest.raises(OptionError, match=r"no benchmark 'aids'; choose among aid, ucm"):
        benchmark("aids")


@pytest.mark.parametrize("work", WORKS)
def test_a_model_that_knows_all_scores_all(work, tmp_path):
    known, cases = made(tmp_path, work)
    if work in ("ground", "grounded", "refer"):
        cases = (
            [case for case in cases if case.image.name == "1.png"] if work == "ground" else cases
        )
    path, seen = tmp_path / "out" / "predictions.jsonl", []
    predict(FakeModel(), known, "test", cases, path, lambda done, total: seen.append((done, total)))
    assert seen == [(n, len(cases)) for n in range(1, len(cases) + 1)]
    found = read(path, known, "test", cases)
    assert (found.header.model, found.header.version, found.header.cases) == (
        "fake",
        "0",
        len(cases),
    )
    assert all(found[case.id]["seconds"] >= 0 for case in cases)
    assert work == "retrieval" or all(
        found[case.id]["pixels"] > 0 and found[case.id]["flops"] > 0 for case in cases
    )
    figures = score(known, cases, found).figures
    best = {
        "scene": "top-1",
        "ground": "Pr@0.5",
        "detect": "box AP",
        "refer": "gIoU",
        "grounded": "mIoU",
    }.get(work)
    if best:
        assert figures[best] == pytest.approx(1.0, abs=0.02)
    assert all(value >= 0 for value in figures.values())


def test_detections_have_boxes_and_masks_of_their_class(tmp_path):
    known, cases = made(tmp_path, "detect")
    path = tmp_path / "p.jsonl"
    predict(FakeModel(), known, "test", cases, path)
    first = read(path, known, "test", cases)["0.png"]
    assert first["names"] == ["ship", "ship"] and sorted(first["boxes"])[0] == [
        8.0,
        8.0,
        24.0,
        16.0,
    ]
    assert np.array_equal(
        sum(masks.decode(part["mask"]) for part in first["segments"]),
        filled(*((8, 8, 24, 16), (40, 24, 56, 40))),
    )
    without = [
        replace(case, things=tuple(replace(thing, mask=None) for thing in case.things))
        for case in cases
    ]
    predict(FakeModel(), known, "test", without, tmp_path / "boxes.jsonl")
    assert "segments" not in read(tmp_path / "boxes.jsonl", known, "test", cases)["0.png"]


class Stopped(FakeModel):
    """Stops the run at its n-th answer."""

    def __init__(self, after):
        super().__init__()
        self.left = after

    def answer(self, *given):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super().answer(*given)


@pytest.mark.parametrize("work", [work for work in WORKS if work != "retrieval"])
def test_stopped_and_gone_on_with_gives_the_same_file(work, tmp_path, monkeypatch):
    monkeypatch.setattr(running.time, "perf_counter", lambda: 0.0)
    known, cases = made(tmp_path, work)
    whole, torn = tmp_path / "whole.jsonl", tmp_path / "torn.jsonl"
    predict(FakeModel(), known, "test", cases, whole)
    with pytest.raises(KeyboardInterrupt):
        predict(Stopped(1 if work != "detect" else 5), known, "test", cases, torn)
    assert torn.read_bytes() != whole.read_bytes()
    with torn.open("ab") as file:
        file.write(b'{"id": "1.pn')
    told = []
    predict(FakeModel(), known, "test", cases, torn, lambda done, total: told.append(done))
    assert torn.read_bytes() == whole.read_bytes()
    assert told == list(range(1, len(cases) + 1))
    idle = FakeModel()
    predict(idle, known, "test", cases, torn)
    assert not idle.views and torn.read_bytes() == whole.read_bytes()


def test_records_of_other_cases_are_not_gone_on_with(tmp_path):
    known, cases = made(tmp_path, "scene")
    path = tmp_path / "p.jsonl"
    predict(FakeModel(), known, "test", cases, path)
    with pytest.raises(PredictionError, match=r"a record of '2.png', which is none of the cases"):
        predict(FakeModel(), known, "test", [*cases[:2], replace(cases[2], id="3.png")], path)
    with pytest.raises(OptionError, match="its cases is 3, not 2"):
        predict(FakeModel(), known, "test", cases[:2], path)


class Picky(FakeModel):
    def granularity(self, query):
        if "two" in query.text:
            raise QuestionUnreadable("I was not taught numbers")
        return super().granularity(query)


def test_what_cannot_be_asked_is_recorded_and_wrong(tmp_path):
    known, cases = made(tmp_path, "refer")
    cases = [
        cases[0],
        replace(cases[1], question="the two ships"),
        replace(cases[2], image=tmp_path / "broken.png"),
    ]
    (tmp_path / "broken.png").write_bytes(b"\x89PNG but not for long")
    path = tmp_path / "p.jsonl"
    predict(Picky(), known, "test", cases, path)
    found = [json.loads(line) for line in path.read_text().splitlines()][1:]
    assert (
        "error" not in found[0]
        and found[1]["error"] == "QuestionUnreadable: I was not taught numbers"
    )
    assert found[2]["error"].startswith("SceneUnreadable: ")
    values = score(known, cases, read(path, known, "test", cases)).per_case
    assert (
        values["1.png#0"] == values["2.png#0"] == 0
    )  # the last one is wrong although its truth is empty
    assert values["0.png#0"] > 0.9


@pytest.fixture(scope="module")
def small():
    return load_model("small")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A drawn scene, its picture and the boxes of its airplanes, best seen first."""
    scene = draw_scene(3, 320, 240, "airport")
    path = tmp_path_factory.mktemp("drawn") / "airport.png"
    Image.fromarray(scene.pixels).save(path)
    boxes = []
    for thing in scene.objects:
        if thing.kind == "airplane":
            (x0, y0), (x1, y1) = thing.polygon.min(0).tolist(), thing.polygon.max(0).tolist()
            boxes.append((x0, y0, x1, y1))
    return path, sorted(boxes, key=lambda b: -(b[2] - b[0]) * (b[3] - b[1]))


def drawn_case(work, path, boxes):
    def mask():
        whole = np.zeros((240, 320), bool)
        for x0, y0, x1, y1 in boxes:
            whole[int(y0) : int(y1) + 1, int(x0) : int(x1) + 1] = True
        return whole

    things = tuple(Thing("airplane", box) for box in boxes)
    return {
        "scene": Case("a", path, "scene", label="Airport"),
        "caption": Case("a", path, "caption", captions=("some airplanes at an airport",)),
        "retrieval": Case(
            "a", path, "retrieval", captions=("some airplanes at an airport", "an airport")
        ),
        "ground": Case("a", path, "ground", "the largest airplane", things=things[:1]),
        "detect": Case("a", path, "detect", things=things),
        "refer": Case("a", path, "refer", "all airplanes", mask=mask),
        "grounded": Case(
            "a",
            path,
            "grounded",
            "Describe the image and segment the airplanes.",
            captions=("airplanes",),
            things=(Thing("airplanes", boxes[0], mask),),
        ),
    }[work]


@pytest.mark.parametrize("work", WORKS)
def test_the_real_model_on_a_drawn_airport(work, small, town, tmp_path):
    path, boxes = town
    classes = (
        ("Airport", "Harbour") if work == "scene" else ("airplane",) if work == "detect" else ()
    )
    words = {"Airport": ("airport",), "Harbour": ("harbor",)} if work == "scene" else {}
    case = drawn_case(work, path, boxes)
    known = Benchmark(
        "drawn",
        "Drawn",
        work,
        "",
        "",
        "",
        "",
        ("test",),
        lambda root, split: [case],
        classes,
        words,
    )
    predict(small, known, "test", [case], tmp_path / "p.jsonl")
    found = read(tmp_path / "p.jsonl", known, "test", [case])
    assert "error" not in found["a"]
    figures = score(known, [case], found).figures
    least = {
        "scene": ("top-1", 1.0),
        "caption": ("BLEU-1", 0.05),
        "retrieval": ("mR", 1.0),
        "ground": ("meanIoU", 0.3),
        "detect": ("box AP50", 0.3),
        "refer": ("gIoU", 0.2),
        "grounded": ("mIoU", 0.2),
    }[work]
    assert figures[least[0]] >= least[1], figures


def test_classes_of_the_tiny_set_are_its_own(tmp_path):
    known, _ = made(tmp_path, "scene")
    assert known.classes == tuple(CLASSES) and known.read(tmp_path, "test")[0].image.is_file()
    with Image.open(tmp_path / "0.png") as picture:
        assert picture.size == SIZE
