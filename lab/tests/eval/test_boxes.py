"""Average precision of cases whose figure is known beforehand."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from geomagnifier.errors import PredictionError
from geomagnifier.masks import decode, encode
from geomagnifier_lab.eval.boxes import (
    STATISTICS,
    Size,
    average_precision,
    coco,
    run_lengths,
    voc,
)

SIZES = {"a.jpg": Size(200, 300), "b.jpg": Size(200, 300)}


def row(
    picture: str, label: str, box: tuple[float, float, float, float], **more: Any
) -> dict[str, Any]:
    mask = np.zeros((200, 300), bool)
    x0, y0, x1, y1 = (int(v) for v in box)
    mask[y0:y1, x0:x1] = True
    return {"picture": picture, "label": label, "box": box, "segmentation": encode(mask), **more}


TRUTH = [
    row("a.jpg", "ship", (10, 10, 60, 60)),
    row("a.jpg", "ship", (100, 10, 160, 60)),
    row("b.jpg", "ship", (10, 100, 70, 160)),
    row("b.jpg", "ship", (100, 100, 180, 190)),
]


@pytest.mark.parametrize("kind", ["box", "mask"])
def test_perfect_regions_have_an_average_precision_of_one(
    kind: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = average_precision(TRUTH, [each | {"score": 0.9} for each in TRUTH], SIZES, kind)
    assert figures == {
        "AP": pytest.approx(1.0),
        "AP50": pytest.approx(1.0),
    }  # no small object: no figure for them
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("kind", ["box", "mask"])
def test_half_of_the_objects_missed(kind: Any) -> None:
    figures = average_precision(TRUTH, [each | {"score": 0.9} for each in TRUTH[:2]], SIZES, kind)
    assert figures["AP"] == pytest.approx(
        51 / 101
    )  # of COCO's 101 points of recall, those up to 0.50 are reached


def test_a_wrong_region_with_the_best_score_costs_precision_and_with_the_worst_nothing() -> None:
    right = [each | {"score": 0.5} for each in TRUTH]
    wrong = row("a.jpg", "ship", (200, 100, 250, 150))
    assert average_precision(TRUTH, [*right, wrong | {"score": 0.9}], SIZES)["AP"] == pytest.approx(
        0.8
    )
    assert average_precision(TRUTH, [*right, wrong | {"score": 0.1}], SIZES)["AP"] == pytest.approx(
        1.0
    )


def test_a_loose_box_counts_at_half_overlap_only() -> None:
    truth, loose = (
        [row("a.jpg", "ship", (0, 0, 100, 100))],
        row("a.jpg", "ship", (0, 0, 100, 62), score=0.9),
    )
    figures = average_precision(truth, [loose], SIZES)
    assert figures["AP50"] == pytest.approx(1.0)
    assert figures["AP"] == pytest.approx(3 / 10)  # 0.50, 0.55 and 0.60 of ten


def test_kinds_are_told_apart_and_a_kind_without_objects_does_not_count() -> None:
    truth = [*TRUTH[:2], row("b.jpg", "harbor", (10, 10, 90, 90))]
    found = [each | {"score": 0.9} for each in TRUTH[:2]] + [
        row("b.jpg", "ship", (10, 10, 90, 90), score=0.2),
        row("a.jpg", "car", (1, 1, 5, 5), score=1),
    ]
    assert average_precision(truth, found, SIZES)["AP"] == pytest.approx(0.5)


def test_small_objects_have_a_figure_of_their_own() -> None:
    small = row("a.jpg", "ship", (200, 100, 220, 120))
    figures = average_precision([*TRUTH, small], [each | {"score": 0.9} for each in TRUTH], SIZES)
    assert figures["small"] == 0.0
    assert figures["AP50"] == pytest.approx(81 / 101)


def test_nothing_found_and_nothing_to_find() -> None:
    assert average_precision(TRUTH, [], SIZES) == {"AP": 0.0, "AP50": 0.0}
    assert average_precision([], [row("a.jpg", "ship", (1, 1, 5, 5), score=1.0)], SIZES) == {}


def test_run_lengths_join_polygons_and_bear_with_none() -> None:
    left = np.array([[2, 2], [12, 2], [12, 12], [2, 12]], np.float32)
    joint = decode(run_lengths([left, left + [20, 0], left[:2]], Size(20, 40)))
    assert joint.shape == (20, 40)
    assert joint.sum() == pytest.approx(200, abs=50)
    assert joint[7, 7]
    assert joint[7, 27]
    assert not joint[7, 17]
    assert not decode(run_lengths([], Size(20, 40))).any()


KINDS = ("ship", "harbor", "bridge")


def drawn(
    seed: int, pictures: int = 12, apart: bool = False
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Size]]:
    """Objects of all sizes, most of them found with shifted corners, and regions of nothing.

    Apart: objects never overlap.
    """
    rng = np.random.default_rng(seed)
    sizes = {f"{number}.jpg": Size(400, 600) for number in range(pictures)}
    truth, found = [], []
    for picture in sizes:
        for cell in rng.permutation(6)[: int(rng.integers(1, 7))]:
            x, y = (
                rng.uniform(0, 60, 2) + [200 * (cell % 3), 200 * (cell // 3)]
                if apart
                else rng.uniform(0, 250, 2)
            )
            box = np.round([x, y, *([x, y] + rng.uniform(8, 130, 2))])
            label = str(rng.choice(KINDS))
            truth.append(
                {
                    "picture": picture,
                    "label": label,
                    "box": tuple(box),
                    "ignored": bool(rng.random() < 0.15),
                }
            )
            for _ in range(int(rng.integers(0, 3))):
                moved = np.round(box + rng.normal(0, 4, 4))
                moved[2:] = np.maximum(moved[2:], moved[:2] + 2)
                found.append(
                    {
                        "picture": picture,
                        "label": label,
                        "box": tuple(moved),
                        "score": float(rng.random()),
                    }
                )
        x, y = rng.uniform(0, 250, 2)
        found.append(
            {
                "picture": picture,
                "label": str(rng.choice(KINDS)),
                "box": (x, y, x + 40, y + 30),
                "score": float(rng.random()),
            }
        )
    return truth, found, sizes


def masked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out = []
    for each in rows:
        mask = np.zeros((400, 600), bool)
        x0, y0, x1, y1 = (round(max(0, v)) for v in each["box"])
        mask[y0:y1, x0:x1] = True
        out.append(
            {
                **{name: value for name, value in each.items() if name != "box"},
                "segmentation": encode(mask),
            }
        )
    return out


def by_hand(
    truth: list[dict[str, Any]],
    found: list[dict[str, Any]],
    sizes: dict[str, Size],
    kind: str,
    **params: Any,
) -> COCOeval:
    """pycocotools as its own demo uses it.

    A data set, `loadRes`, evaluate, accumulate, summarize.
    """
    names = list(sizes)
    labels = sorted({each["label"] for each in truth})

    def rows(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        out = []
        for number, each in enumerate(given, 1):
            if each["label"] not in labels:
                continue
            made = {
                "id": number,
                "image_id": names.index(each["picture"]) + 1,
                "category_id": labels.index(each["label"]) + 1,
            }
            if kind == "bbox":
                x0, y0, x1, y1 = each["box"]
                made |= {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0)}
            else:
                made |= {
                    "segmentation": each["segmentation"],
                    "area": float(decode(each["segmentation"]).sum()),
                }
            out.append(made)
        return out

    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO()
        data.dataset = {
            "info": {},
            "images": [
                {"id": names.index(name) + 1, "height": size.height, "width": size.width}
                for name, size in sizes.items()
            ],
            "categories": [{"id": number, "name": label} for number, label in enumerate(labels, 1)],
            "annotations": [
                one | {"iscrowd": int(each.get("ignored", False))}
                for one, each in zip(rows(truth), truth, strict=True)
            ],
        }
        data.createIndex()
        results = [
            one | {"score": each["score"]}
            for one, each in zip(
                rows(found), [e for e in found if e["label"] in labels], strict=True
            )
        ]
        for one in results:
            del one["id"], one["area"]
        judge = COCOeval(data, data.loadRes(results), kind)
        for name, value in params.items():
            setattr(judge.params, name, value)
        judge.evaluate()
        judge.accumulate()
        if not params:
            judge.summarize()
    return judge


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("kind", ["box", "mask"])
def test_the_twelve_figures_are_those_of_pycocotools(kind: Any, seed: int) -> None:
    truth, found, sizes = drawn(seed)
    if kind == "mask":
        truth, found = masked(truth), masked(found)
    theirs = by_hand(truth, found, sizes, "bbox" if kind == "box" else "segm").stats
    wanted = {name: value for name, value in zip(STATISTICS, theirs, strict=True) if value >= 0}
    assert coco(truth, found, sizes, kind) == pytest.approx(wanted)
    assert 0 < wanted["AP"] < wanted["AP50"] < 1


def plain_voc(truth: list[dict[str, Any]], found: list[dict[str, Any]], label: str) -> float:
    """AP by its definition, slowly: at each find, the best precision at no less recall."""
    objects = [[each, False] for each in truth if each["label"] == label]
    regions = sorted(
        (each for each in found if each["label"] == label), key=lambda each: -each["score"]
    )

    def iou(a: Any, b: Any) -> float:
        w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        common = max(w, 0) * max(h, 0)
        return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)

    points, right, wrong = [], 0, 0
    wanted = sum(not each["ignored"] for each, _ in objects)
    for region in regions:
        here = [pair for pair in objects if pair[0]["picture"] == region["picture"]]
        best = max(here, key=lambda pair: iou(pair[0]["box"], region["box"]), default=None)
        if best and iou(best[0]["box"], region["box"]) >= 0.5:
            if best[0]["ignored"]:
                continue
            right, wrong, best[1] = (
                (right, wrong + 1, True) if best[1] else (right + 1, wrong, True)
            )
        else:
            wrong += 1
        points.append((right / wanted, right / (right + wrong)))
    return (
        sum(
            max((p for r, p in points if r >= step / wanted), default=0.0)
            for step in range(1, wanted + 1)
        )
        / wanted
    )


@pytest.mark.parametrize("seed", range(6))
def test_voc_is_its_definition(seed: int) -> None:
    truth, found, _ = drawn(seed)
    figures = voc(truth, found)
    assert set(figures) == set(KINDS)
    for label, value in figures.items():
        assert value == pytest.approx(plain_voc(truth, found, label))


@pytest.mark.parametrize("seed", range(4))
def test_voc_is_that_of_pycocotools_read_at_each_find(seed: int) -> None:
    """Where objects lie apart and none is ignored, the two match alike.

    Then only the points of recall tell them apart.
    """
    truth, found, sizes = drawn(seed, apart=True)
    for each in truth:
        each["ignored"] = False
    for label, value in voc(truth, found).items():
        objects = [each for each in truth if each["label"] == label]
        points = np.arange(1, len(objects) + 1) / len(objects)
        regions = [each for each in found if each["label"] == label]
        judge = by_hand(
            objects,
            regions,
            sizes,
            "bbox",
            recThrs=points,
            maxDets=[1, 10, 1000],
            iouThrs=np.array([0.5]),
        )
        assert value == pytest.approx(judge.eval["precision"][0, :, 0, 0, 2].mean())


def test_voc_of_known_cases() -> None:
    truth = [*TRUTH, row("a.jpg", "car", (200, 100, 250, 150), ignored=True)]
    found = [each | {"score": 0.9 - at / 10} for at, each in enumerate(TRUTH[:2])] + [
        row("a.jpg", "ship", (200, 20, 250, 60), score=0.85)
    ]
    assert voc(truth, found) == {"ship": pytest.approx((1 + 2 / 3) / 4)}
    assert voc(TRUTH, []) == {"ship": 0.0}
    assert voc(TRUTH, [each | {"score": 1.0} for each in TRUTH] * 2) == {
        "ship": 1.0
    }  # found twice: the second ones come after all
    assert voc([], found) == {}
    half = [row("a.jpg", "ship", (10, 10, 60, 35), score=0.9)]
    assert voc(TRUTH[:1], half) == {"ship": 1.0}  # the threshold itself counts
    assert voc(TRUTH[:1], half, 0.51) == {"ship": 0.0}


def test_voc_holds_a_region_against_what_it_covers_best_even_if_taken() -> None:
    truth = [row("a.jpg", "ship", (0, 0, 100, 100)), row("a.jpg", "ship", (0, 0, 100, 70))]
    found = [
        row("a.jpg", "ship", (0, 0, 100, 100), score=0.9),
        row("a.jpg", "ship", (0, 0, 100, 95), score=0.8),
    ]
    assert voc(truth, found) == {"ship": 0.5}
    assert coco(truth, found, SIZES)["AP50"] == pytest.approx(1.0)  # COCO takes the next best


def test_an_ignored_object_is_neither_found_nor_missed() -> None:
    truth = [*TRUTH, row("a.jpg", "ship", (200, 100, 250, 150), ignored=True)]
    found = [each | {"score": 0.5} for each in TRUTH]
    hit = row("a.jpg", "ship", (200, 100, 250, 152), score=0.9)
    for more in ([], [hit]):
        assert coco(truth, [*found, *more], SIZES)["AP"] == pytest.approx(1.0)
        assert voc(truth, [*found, *more]) == {"ship": 1.0}


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_perfect_regions_and_any_order_of_rows(seed: int) -> None:
    truth, found, sizes = drawn(seed, 3)
    counted = [each for each in truth if not each["ignored"]]
    perfect = [each | {"score": 0.5} for each in counted]
    figures = coco(counted, perfect, sizes)
    assert all(
        value == pytest.approx(1.0)
        for name, value in figures.items()
        if name not in ("AR1", "AR10")
    )
    rng = np.random.default_rng(seed)
    mixed = [found[at] for at in rng.permutation(len(found))]
    assert voc(truth, mixed) == pytest.approx(voc(truth, found))
    assert coco(truth, mixed, sizes) == pytest.approx(coco(truth, found, sizes))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"score": float("nan")}, "region 1 has the score nan"),
        ({"score": None}, "region 1 has the score None"),
        ({"picture": "z.jpg"}, "region 1 is of the picture 'z.jpg'"),
        ({"box": (0, 0, 5)}, "region 1 of a.jpg has the box"),
        ({"box": (0, 0, float("nan"), 5)}, "region 1 of a.jpg has the box"),
        ({"box": (9, 0, 5, 5)}, "region 1 of a.jpg has the box"),
        ({"box": None}, "region 1 of a.jpg has no box"),
        (
            {"segmentation": encode(np.zeros((300, 200), bool))},
            "region 1 of a.jpg has a mask of 300 x 200 px; the picture has 200 x 300",
        ),
    ],
)
def test_bad_regions_are_named(change: dict[str, Any], message: str) -> None:
    found = [TRUTH[0] | {"score": 0.9}, TRUTH[1] | {"score": 0.8} | change]
    with pytest.raises(PredictionError, match=message):
        coco(TRUTH, found, SIZES)
    if "score" in change or "box" in change:
        with pytest.raises(PredictionError, match=message):
            voc(TRUTH, found)


def test_bad_objects_are_named() -> None:
    with pytest.raises(ValueError, match=r"object 2 of b\.jpg has no mask"):
        coco([*TRUTH[:2], TRUTH[2] | {"segmentation": None}], [], SIZES, "mask")
