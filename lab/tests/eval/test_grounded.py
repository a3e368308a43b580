"""Phrases with masks, against the steps of GLaMM's script on plain arrays and pycocotools."""

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
from geomagnifier_lab.eval.grounded import Phrase, grounded, per_sentence, same_words

KINDS = ("a large ship", "ships", "a red car on the left", "the harbour", "some trees")
SHAPE = (24, 32)


def block(x0: int, y0: int, x1: int, y1: int, text: str = "a ship", score: float = 1.0) -> Phrase:
    mask = np.zeros(SHAPE, bool)
    mask[y0:y1, x0:x1] = True
    return Phrase(text, encode(mask), score)


def drawn(seed: int, sentences: int = 12) -> tuple[list[list[Phrase]], list[list[Phrase]]]:
    """True phrases, most found with shifted masks and some with other words; masks of nothing."""
    rng = np.random.default_rng(seed)
    found, truth = [], []
    for _ in range(sentences):
        meant, said = [], []
        for _ in range(int(rng.integers(1, 5))):
            x, y = rng.integers(0, 20), rng.integers(0, 14)
            w, h = rng.integers(3, 13, 2)
            text = str(rng.choice(KINDS))
            meant.append(block(x, y, x + w, y + h, text))
            if rng.random() < 0.8:
                dx, dy = rng.integers(0, 3, 2)
                other = text if rng.random() < 0.7 else str(rng.choice(KINDS))
                said.append(block(x + dx, y + dy, x + w + dx, y + h, other, float(rng.random())))
        if rng.random() < 0.5:
            said.append(
                block(0, 0, int(rng.integers(1, 9)), 5, str(rng.choice(KINDS)), float(rng.random()))
            )
        found.append(said)
        truth.append(meant)
    return found, truth


def as_published(found: list[list[Phrase]], truth: list[list[Phrase]]) -> tuple[float, float]:
    """mIoU and recall, step by step, as `compute_miou`, `find_best_matches` of GLaMM's script."""

    def matrix(rows: list[Phrase], columns: list[Phrase]) -> np.ndarray:
        out = np.zeros((len(rows), len(columns)))
        for i, a in enumerate(rows):
            for j, b in enumerate(columns):
                one, other = decode(dict(a.segmentation)), decode(dict(b.segmentation))
                out[i, j] = np.logical_and(one, other).sum() / np.logical_or(one, other).sum()
        return out

    means, right, wanted = [], 0, 0
    for said, meant in zip(found, truth, strict=True):
        table, pairs = matrix(said, meant), []
        while table.size > 0 and table.max() > 0:
            i, j = np.unravel_index(table.argmax(), table.shape)
            pairs.append(table[i, j])
            table = np.delete(np.delete(table, i, axis=0), j, axis=1)
        means.append(np.mean(pairs) if pairs else 0.0)
        table = matrix(meant, said)
        alike = np.array(
            [[same_words(b.text, a.text) for b in said] for a in meant], float
        ).reshape(table.shape)
        while table.size > 0:
            i, j = np.unravel_index(table.argmax(), table.shape)
            if table[i, j] < 0.5 or alike[i, j] < 0.5:
                break
            right += 1
            table[i, :] = table[:, j] = 0
        wanted += len(meant)
    return float(np.mean(means)), right / wanted


def coco_ap50(found: list[list[Phrase]], truth: list[list[Phrase]]) -> float:
    def rows(side: list[list[Phrase]], scored: bool) -> list[dict[str, Any]]:
        out = []
        for image, phrases in enumerate(side):
            for each in phrases:
                rle = dict(each.segmentation)
                made = {"image_id": image, "category_id": 1, "segmentation": rle}
                more = (
                    {"score": each.score}
                    if scored
                    else {"id": len(out) + 1, "area": float(decode(rle).sum()), "iscrowd": 0}
                )
                out.append(made | more)
        return out

    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO()
        images = [
            {"id": image, "height": SHAPE[0], "width": SHAPE[1]} for image in range(len(truth))
        ]
        data.dataset = {
            "info": {},
            "images": images,
            "categories": [{"id": 1}],
            "annotations": rows(truth, False),
        }
        data.createIndex()
        judge = COCOeval(data, data.loadRes(rows(found, True)), "segm")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return float(judge.stats[1])


@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_the_published_steps(seed: int) -> None:
    found, truth = drawn(seed)
    figures = grounded(found, truth)
    iou, recall = as_published(found, truth)
    assert figures["mIoU"] == pytest.approx(iou)
    assert figures["recall"] == pytest.approx(recall)
    assert figures["AP50"] == pytest.approx(coco_ap50(found, truth))
    assert 0 < figures["recall"] < 1


def test_a_pair_with_the_wrong_phrase_ends_recall_but_not_that_of_all_pairs() -> None:
    truth = [block(0, 0, 10, 10, "a ship"), block(15, 0, 25, 10, "a car")]
    found = [block(0, 0, 10, 10, "a tree"), block(15, 0, 25, 9, "cars")]
    assert per_sentence([found], [truth])[0].matched == 0
    assert per_sentence([found], [truth])[0].matched_all == 1
    assert grounded([found], [truth], same=lambda a, b: True)["recall"] == 1.0


def test_phrases_left_over_lower_recall_and_not_iou() -> None:
    truth = [block(0, 0, 10, 10), block(15, 0, 25, 10)]
    case = per_sentence([[block(0, 0, 10, 5)]], [truth])[0]
    assert (case.iou, case.phrases, case.matched) == (0.5, 2, 1)


def test_empty_masks_and_silent_sentences() -> None:
    empty, ship = block(0, 0, 0, 0), block(0, 0, 10, 10)
    assert per_sentence([[empty]], [[empty]])[0].iou == 0.0
    assert grounded([[]], [[ship]]) == {
        "AP50": 0.0,
        "mIoU": 0.0,
        "recall": 0.0,
        "recall of all pairs": 0.0,
    }
    assert grounded([[ship], []], [[ship], [ship]])["mIoU"] == 0.5
    assert grounded([[ship]], [[]]) == {"mIoU": 0.0}
    assert grounded([[ship], [ship]], [[ship], []])["recall"] == 1.0
    assert grounded([], []) == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ship", "Ships", True),
        ("the large ship", "a ship", True),
        ("a large ship", "a large field on the left", False),
        ("a tennis court", "two tennis courts", True),
        ("grass", "gras", False),
        ("the", "the", True),
        ("the", "a", False),
        ("the ship", "the", False),
        ("", "ship", False),
    ],
)
def test_phrases_that_share_half_of_their_words(one: str, other: str, same: bool) -> None:
    assert same_words(one, other) is same_words(other, one) is same


@given(st.integers(0, 10_000), st.integers(1, 4), st.randoms())
@settings(max_examples=20, deadline=None)
def test_perfect_sentences_and_any_order(seed: int, sentences: int, random: Any) -> None:
    found, truth = drawn(seed, sentences)
    apart = [
        [block(8 * at, 0, 8 * at + 6, 6, each.text) for at, each in enumerate(meant)]
        for meant in truth
    ]
    assert all(value == pytest.approx(1.0) for value in grounded(apart, apart).values())
    order = random.sample(range(sentences), sentences)
    mixed = grounded([found[at] for at in order], [truth[at] for at in order])
    assert mixed == pytest.approx(grounded(found, truth))


def test_bad_input_names_sentence_and_phrase() -> None:
    ship = block(0, 0, 10, 10)
    small = Phrase("a ship", encode(np.zeros((8, 9), bool)))
    with pytest.raises(ValueError, match="1 predictions for 2 sentences"):
        grounded([[]], [[ship], [ship]])
    with pytest.raises(
        PredictionError,
        match="phrase 1 of sentence 1 has a mask of 8 x 9 px; the picture has 24 x 32",
    ):
        grounded([[], [ship, small]], [[ship], [ship]])
    with pytest.raises(PredictionError, match="phrase 0 of sentence 0 has the score nan"):
        grounded([[block(0, 0, 1, 1, score=float("nan"))]], [[ship]])
    with pytest.raises(ValueError, match="true masks of sentence 0 differ"):
        grounded([[]], [[ship, small]])
