"""Caption metrics against pycocoevalcap and torchmetrics, words against Stanford's tokenizer."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from torchmetrics.functional.text import bleu_score
from torchmetrics.functional.text.rouge import rouge_score

from geomagnifier.errors import PredictionError
from geomagnifier_lab.eval.text import bleu, cider_d, rouge_l, words

SAID = [
    "a river runs through a green forest",
    "many white planes are parked near the terminal of an airport",
    "it is a harbour with many boats",
    "a playground with a football field , and some trees",
    "there are two tennis courts",
    "several buildings",
    "a bridge over the river is grey and a bridge over the river is long",
]
GOOD = [
    [
        "A river runs through a dense green forest.",
        "There is a river in the forest.",
        "The curved river is surrounded by many green trees.",
    ],
    ["Several white planes are parked near a terminal.", "Some planes are parked in an airport."],
    [
        "Many boats are in the harbour.",
        "It's a harbour with lots of boats, docked neatly at each side.",
        "boats",
    ],
    ["A playground with a football field in it is surrounded by some green trees and buildings."],
    [
        "Four tennis courts arranged neatly with some plants surrounded.",
        "There are two tennis courts.",
        "two tennis courts",
    ],
    [
        "Several buildings and green trees are around a church.",
        "Several buildings are in a school.",
    ],
    ["A bridge is over a river.", "The grey bridge (with two piers) is over the river."],
]
VOCABULARY = (
    "a",
    "the",
    "river",
    "road",
    "tree",
    "building",
    "car",
    "plane",
    "field",
    "and",
    "in",
    "near",
    "green",
    "white",
    "many",
    "are",
)
SENTENCES = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=14).map(" ".join)
CASES = st.lists(
    st.tuples(SENTENCES, st.lists(SENTENCES, min_size=1, max_size=4)), min_size=1, max_size=8
)


def drawn(seed: int, count: int = 60) -> tuple[list[str], list[list[str]]]:
    """Sentences of random words.

    References are the sentence with some words changed, so that long n-grams are shared.
    """
    rng = np.random.default_rng(seed)
    said, good = [], []
    for _ in range(count):
        tokens = list(rng.choice(VOCABULARY, int(rng.integers(1, 18))))
        said.append(" ".join(tokens))
        changed = [
            [str(rng.choice(VOCABULARY)) if rng.random() < 0.25 else word for word in tokens]
            for _ in range(int(rng.integers(1, 6)))
        ]
        good.append([" ".join(one[: int(rng.integers(1, len(one) + 1))]) for one in changed])
    return said, good


def tokenised(
    said: list[str], good: list[list[str]]
) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """As pycocoevalcap takes them, (references, candidates)."""
    return (
        {at: [" ".join(words(one)) for one in each] for at, each in enumerate(good)},
        {at: [" ".join(words(one))] for at, one in enumerate(said)},
    )


def grams(sentence: str, n: int) -> set[tuple[str, ...]]:
    """The n-grams of a sentence."""
    tokens = words(sentence)
    return {tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1)}


@pytest.mark.parametrize(
    "case", [(SAID, GOOD), drawn(0), drawn(1)], ids=["written", "drawn", "drawn too"]
)
class TestPycocoevalcap:
    def test_bleu(self, case: Any) -> None:
        module = pytest.importorskip("pycocoevalcap.bleu.bleu")
        corpus, each = module.Bleu(4).compute_score(*tokenised(*case), verbose=0)
        assert bleu(*case) == pytest.approx(corpus, abs=1e-7)
        for at, (said, good) in enumerate(zip(*case, strict=True)):
            for n, own in enumerate(bleu([said], [good]), 1):
                shared = set.union(*(grams(one, n) for one in good)) & grams(said, n)
                # without a common n-gram its constants are what is left
                assert own == (pytest.approx(each[n - 1][at], abs=1e-7) if shared else 0)

    def test_rouge_l(self, case: Any) -> None:
        mean, each = Rouge().compute_score(*tokenised(*case))
        assert rouge_l(*case) == pytest.approx(each)
        assert rouge_l(*case).mean() == pytest.approx(mean)

    def test_cider_d(self, case: Any) -> None:
        mean, each = Cider().compute_score(*tokenised(*case))
        assert cider_d(*case) == pytest.approx(each)
        assert cider_d(*case).mean() == pytest.approx(mean)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_bleu_is_that_of_torchmetrics(n: int) -> None:
    said, good = drawn(2)
    split = [" ".join(words(one)) for one in said]
    references = [[" ".join(words(one)) for one in each] for each in good]
    assert bleu(said, good)[n - 1] == pytest.approx(
        bleu_score(split, references, n_gram=n).item(), abs=1e-6
    )


def test_rouge_l_has_precision_and_recall_of_torchmetrics() -> None:
    said, good = drawn(3)
    for one, other in zip(said, (each[0] for each in good), strict=True):
        theirs = rouge_score(one, other, rouge_keys="rougeL")
        precision, recall = theirs["rougeL_precision"].item(), theirs["rougeL_recall"].item()
        wanted = (
            (1 + 1.2**2) * precision * recall / (recall + 1.2**2 * precision) if precision else 0.0
        )
        assert rouge_l([one], [[other]])[0] == pytest.approx(wanted, abs=1e-6)


WRITTEN = [
    "It's a grey harbour, isn't it?",
    "A two-storey building (with a red roof) near the centre.",
    "Many cars/trucks & 1,000 boats; about 3.5 km long.",
    "The U.S. base... 'quoted' \"double\" words -- dash - here.",
    "I cannot see it's John's; they'll go, we've been, he'd say I'm there",
    "50% of colour: #2 [brackets] {braces} and/or 10x10 m2 it’s “curly” — em – en",
    "a b-52 bomber's wings, the cars' lines, 3rd street, e.g. this, i.e. that. A $5 bill",
    "trees . a lot of green trees are in two sides of a river .",
    "hello!!! what?! ok,then a,b 12,5 a:b 10:30 a;b semi",
    "size 10,000m2 and 7. A 1,000-seat stadium, a 3.5-meter wide strip, 5km",
    "A playground.There are trees o'clock x_y café",
    "",
    "...",
]


def test_words_are_those_of_stanfords_tokenizer(capfd: pytest.CaptureFixture[str]) -> None:
    module = pytest.importorskip("pycocoevalcap.tokenizer.ptbtokenizer")
    if shutil.which("java") is None:
        pytest.skip("needs Java")
    sentences = WRITTEN + [one for each in GOOD for one in each]
    theirs = module.PTBTokenizer().tokenize(
        {at: [{"caption": one}] for at, one in enumerate(sentences)}
    )
    assert [words(one) for one in sentences] == [
        theirs[at][0].split() for at in range(len(sentences))
    ]


def test_words_of_known_sentences() -> None:
    assert words(WRITTEN[0]) == ["it", "'s", "a", "grey", "harbour", "is", "n't", "it"]
    assert (
        " ".join(words(WRITTEN[1]))
        == "a two-storey building -lrb- with a red roof -rrb- near the centre"
    )
    assert " ".join(words(WRITTEN[2])) == "many cars/trucks & 1,000 boats about 3.5 km long"
    assert words("") == words(" ... !") == []


@given(CASES)
@settings(max_examples=50, deadline=None)
def test_a_sentence_that_is_a_reference_is_perfect(cases: Any) -> None:
    good = [each for _, each in cases]
    said = [each[-1] for each in good]
    longest = max(len(one.split()) for one in said)
    assert bleu(said, good)[: min(4, longest)] == pytest.approx([1.0] * min(4, longest))
    assert rouge_l(said, good) == pytest.approx(np.ones(len(said)))
    assert (cider_d(said, good) <= 10 + 1e-9).all()


def test_cider_d_of_the_only_reference_is_ten() -> None:
    said = [one for one in SAID if len(one.split()) >= 4]
    assert cider_d(said, [[one] for one in said]) == pytest.approx(np.full(len(said), 10.0))


@given(CASES, st.randoms())
@settings(max_examples=50, deadline=None)
def test_orders_do_not_matter(cases: Any, random: Any) -> None:
    mixed = random.sample(cases, len(cases))
    plain = ([one for one, _ in cases], [each for _, each in cases])
    other = ([one for one, _ in mixed], [random.sample(each, len(each)) for _, each in mixed])
    assert bleu(*other) == pytest.approx(bleu(*plain))
    assert sorted(rouge_l(*other)) == pytest.approx(sorted(rouge_l(*plain)))
    assert sorted(cider_d(*other)) == pytest.approx(sorted(cider_d(*plain)))


def test_silence_scores_nothing() -> None:
    assert bleu([""], [["a river"]]) == [0.0] * 4
    assert rouge_l(["", "..."], [["a river"], [""]]).tolist() == [0.0, 0.0]
    assert cider_d(["", "a road"], [["a river"], ["a road"]])[0] == 0.0
    assert bleu([], []) == [0.0] * 4
    assert rouge_l([], []).size == cider_d([], []).size == 0


def test_bad_input_names_the_record() -> None:
    with pytest.raises(ValueError, match="1 sentences for 2 pictures"):
        bleu(["a"], [["a"], ["b"]])
    with pytest.raises(ValueError, match="sentence 1 has no list of reference"):
        rouge_l(["a", "b"], [["a"], []])
    with pytest.raises(ValueError, match="sentence 0 has no list of reference"):
        cider_d(["a"], ["a river"])
    with pytest.raises(PredictionError, match="sentence 1 is None"):
        cider_d(["a", None], [["a"], ["b"]])
