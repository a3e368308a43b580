"""The paper's tables.

Measured once, kept, told beside what is claimed, drawn from whatever is there.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fake import FakeModel, paint
from geomagnifier.errors import OptionError, install
from geomagnifier.masks import encode
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.models.registry import load_model
from geomagnifier_lab.bench import groups
from geomagnifier_lab.bench.search_run import Case, write_cases
from geomagnifier_lab.networks.linear_decoder import LinearDecoder
from geomagnifier_lab.studies import (
    claims,
    paper,
    paper_cases,
    paper_drawn,
    paper_frames,
    paper_page,
    paper_plots,
    paper_tables,
)
from geomagnifier_lab.studies.paper_runs import HUNDRED

SHIPS = ((40, 80, 120, 160), (400, 200, 424, 224), (600, 300, 608, 308))
ONE = paper.Amount(1)
SETS = {
    "aid": ("captions.jsonl", "Beach"),
    "ucm": ("captions.jsonl", "beach"),
    "rsscn7": ("labels.jsonl", "Grass"),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tiny data sets and frames, and a model without a network."""
    root = tmp_path / "sets"
    for name, (file, label) in SETS.items():
        folder = root / name / "images"
        folder.mkdir(parents=True)
        Image.fromarray(paint(128, 128)).save(folder / "a.png")
        (root / name / file).write_text(
            json.dumps({"image": "a.png", "class": label, "split": "val"}) + "\n"
        )
    pixels = paint(800, 400, *SHIPS)
    Image.fromarray(pixels).save(root / "frame.png")
    boxes = tuple(tuple(map(float, box)) for box in SHIPS)
    write_cases(
        root / "cases.json",
        [
            Case(
                str(root / "frame.png"), "Segment every ship.", boxes, encode(pixels[..., 0] == 250)
            )
        ],
    )  # type: ignore[arg-type]
    monkeypatch.setattr(groups, "prepare", lambda *a: root / "cases.json")
    monkeypatch.setattr(paper_frames, "prepare", lambda *a: root / "cases.json")
    monkeypatch.setattr(paper, "load_model", lambda name: FakeModel())
    monkeypatch.setattr(
        paper_drawn, "coast", functools.partial(paper_drawn.coast, width=640, height=360)
    )
    monkeypatch.setattr(
        paper_drawn,
        "tennis_courts",
        functools.partial(paper_drawn.tennis_courts, width=640, height=360),
    )
    monkeypatch.setattr(paper_cases, "LONG", (32,))
    return root


@pytest.mark.slow
def test_everything_is_measured_once_and_told(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    out, shown, said = tmp_path / "out", [], []
    found = paper.run(root, out, lambda *done: shown.append(done), amount=ONE, tell=said.append)
    assert shown[-1][0] == shown[-1][1] == len(shown)
    tables = found["tables"]
    assert {
        "preprocessing",
        "scenes",
        "crops",
        "compute",
        "case 1",
        "case 2",
        "courts",
        "prompts",
        "variants",
        "peers",
        "slips",
    } <= set(tables)
    assert {p.name for p in out.glob("paper*")} == {
        "paper.json",
        "paper.md",
        "paper-preprocessing.png",
        "paper-crops.png",
        "paper-compute.png",
        "paper-studies.png",
    }
    rows = {(row["granularity"], row["way"]): row for row in tables["preprocessing"]}
    assert (
        rows["pixel", "exhaustive"]["measured"] == pytest.approx(100, abs=2)
        and rows["pixel", "exhaustive"]["claimed"] == 68.4
    )
    assert rows["region", "exhaustive"]["measured"] == pytest.approx(100, abs=1)
    assert rows["pixel", HUNDRED]["measured"] < rows["pixel", "exhaustive"]["measured"]
    assert (
        rows["image", "100 x 100, as TMRA has it"]["measured"] == rows["image", HUNDRED]["measured"]
    )  # one and the same input
    crop = next(
        row
        for row in tables["crops"]
        if (row["granularity"], row["way"]) == ("region", "exhaustive")
    )
    assert (
        crop["objects"] == 2
        and crop["tiny objects"] == 1
        and crop["recall"] == 100
        and crop["claimed"] is None
    )
    assert {row["way"] for row in tables["crops"]} == set(paper.CROPPED)
    forms = {(row["granularity"], row["variant"]): row for row in tables["variants"]}
    assert [*forms][0] == ("region", "as built") and forms["pixel", "hull+separate+coarse masks"][
        "n"
    ] == 1
    assert forms["pixel", "coarse masks"]["measured"] >= forms["pixel", "as built"]["measured"]
    assert ("pixel", "linear decoder") not in forms  # the model has no weights for it
    assert {row["question"] for row in tables["prompts"]} == set(paper_cases.PROMPTS)
    text = (out / "paper.md").read_text()
    assert (
        "| pixel | original | exhaustive | 68.4 |" in text
        and "885 times" in text
        and "GeoPixel" in text
    )
    assert json.loads((out / "paper.json").read_text())["tables"] == json.loads(json.dumps(tables))
    said.clear()
    again = paper.run(root, out, amount=ONE, tell=said.append)
    assert not said and again["tables"] == tables


def test_the_linear_decoder_is_a_form_where_the_model_has_it_also_beside_kinds_without_words() -> (
    None
):
    model = load_model("small")
    assert isinstance(model, CustomModel), (
        "the package's model has kinds that the text decoder has no word for"
    )
    plan = paper.Plan(Path(), Path(), ONE, lambda: model)
    linear, model.base.detector.linear = model.base.detector.linear, None
    assert plan._forms() == [*paper.FORMS]
    model.base.detector.linear = linear or LinearDecoder()
    assert plan._forms() == [*paper.FORMS, paper.LINEAR]


def test_what_was_broken_off_goes_on(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paper.run(root, tmp_path, stop, parts=("preprocessing",), amount=ONE)
    said: list[str] = []
    monkeypatch.setattr(paper_plots, "draw", lambda *a: None)
    paper.run(root, tmp_path, parts=("preprocessing",), amount=ONE, tell=said.append)
    assert (
        said[0] == "preprocessing/region/exhaustive"
        and len([line for line in said if "paper.md" not in line]) == 16 - 9
    )


def test_tables_are_written_when_they_are_ready(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_plots, "draw", lambda *a: None)

    def stop(line: str) -> None:
        if line.startswith("crops/region/grid"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paper.run(root, tmp_path, parts=("cost", "crops"), amount=ONE, tell=stop)
    text = (tmp_path / "paper.md").read_text()
    assert "## Cost at 4096 x 2160 px" in text and "## Small objects" not in text


def test_a_limit_is_one_of_everything() -> None:
    assert paper.Amount().limited(1) == paper.Amount(1, 1, 1, 1, 1)
    assert paper.Amount().limited(3) == paper.Amount(3, 3, 2, 3, 3)
    assert paper.Amount(pictures=2).limited(100) == paper.Amount(pictures=2)


@pytest.mark.parametrize(
    ("how", "hint"),
    [
        ({"parts": ("magic",)}, "choose among preprocessing"),
        ({"amount": paper.Amount(0)}, "from 1"),
    ],
)
def test_bad_choices_are_refused(how: dict[str, object], hint: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=hint):
        paper.run(tmp_path, tmp_path, **how)  # type: ignore[arg-type]


def test_a_missing_set_is_told_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "load_model", lambda name: FakeModel())
    with pytest.raises(OptionError, match=r"captions\.jsonl; --data is"):
        paper.run(tmp_path / "nothing", tmp_path / "out", parts=("preprocessing",), amount=ONE)


def test_tables_of_nothing_hold_what_needs_no_measuring() -> None:
    tables = paper_tables.tables({})
    assert set(tables) == {"peers", "not verified", "slips", "unconfirmed"}
    page = paper_page.page(tables, "a machine")
    assert "a machine" in page and "## Slips of the text" in page and "## Small objects" not in page


def test_compute_stands_beside_the_formula() -> None:
    costs = [{"seconds": 1.0, "pixels": 10_000, "flops": 2e9, "scene_pixels": claims.SCENE}]
    claimed = paper_tables.compute({"cost/image/all": {"costs": costs}})
    assert [row["way"] for row in claimed] == ["claimed", "formula", "all searches"]
    assert claimed[1]["Mpx"] == claimed[2]["Mpx"] == 0.01 and claimed[2]["GFLOP"] == 2
    assert claimed[0]["share"] == pytest.approx(1 / 16384)


def test_cells_of_a_table() -> None:
    rows = [{"a": 1.25, "b": None, "c": "x|y"}, {"a": 2, "c": ""}]
    assert paper_page.markdown(rows, {"a": "A|.2f", "b": "B", "c": "C"}).splitlines() == [
        "| A | B | C |", "| --- | --- | --- |", "| 1.25 | - | x/y |", "| 2 | - | - |",
    ]  # fmt: skip


def test_without_matplotlib_a_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    told: list[str] = []
    paper_plots.draw({"crops": [{}]}, tmp_path, told.append)
    assert install("lab") in told[0] and not list(tmp_path.iterdir())


def test_the_mean_of_the_two_kinds_is_told() -> None:
    row = {
        "long": 8,
        "airplane": "white",
        "search": "paper",
        "question": paper_cases.BOTH,
        "share": 0.1,
        "false": 1,
    }
    kept = {
        "cases/tiny/0": {
            "case 1": [{**row, "ship IoU": 0.5, "airplane IoU": 1.0, "ships": 1, "airplanes": 1}],
            "case 2": [],
        }
    }
    assert paper_tables.ships_alone(kept) == []
    alone = {
        "case 1": [
            {**kept["cases/tiny/0"]["case 1"][0], "question": paper_cases.SHIPS, "airplanes": 0}
        ]
    }
    assert paper_tables.ships_alone({"cases/tiny/0": alone})[0]["airplanes"] == 0
    (told,) = paper_tables.case_1(kept)
    assert told["mIoU"] == pytest.approx(75) and told["of"] == 1 and np.isclose(told["share"], 0.1)
