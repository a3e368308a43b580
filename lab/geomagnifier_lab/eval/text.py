"""Sentences against reference sentences.

BLEU-1 to 4, ROUGE-L and CIDEr-D, as pycocoevalcap counts them.

    BLEU-n    Papineni et al. 2002: over the whole set, closest reference length, no smoothing; 0..1
    ROUGE-L   Lin 2004: mean over sentences of F with beta 1.2, of the best precision and the best recall among the references; 0..1
    CIDEr-D   Vedantam et al., arXiv:1411.5726: n-grams of 1 to 4 words, clipped, sigma 6, times 10, word weights from the references of the
              set itself; 0..10. "CIDEr" in captioning papers is this one. Some print it times 100, as per cent: 2.8 reads 280

These are the figures of the papers on UCM-Captions, RSICD, RSITMD and VRSBench. CIDEr-D depends on
the set: a sentence scored alone has no word weights and gets 0, and a part of a set gets other
figures than the whole.

Where this differs from pycocoevalcap: BLEU without a single common n-gram is 0.0, there a small
number left by constants that keep it from dividing by zero (1e-9 elsewhere); a sentence without a
word scores 0.0, there an empty one against an empty one has a ROUGE-L of 1.

Words. pycocoevalcap runs Stanford's PTBTokenizer, a Java program; `words` does the same in a
regular expression: lower case, "it 's" and "is n't" apart, "two-storey" and "and/or" whole, "50 %"
apart, without . ? ! , : ; - and quotes; a bracket stays as a word, "-lrb-", since pycocoevalcap
drops its upper-case form only. Known to differ: dots of abbreviations ("mr.", "no.", "etc.") go;
"gonna" stays one word; web addresses, tags, emoticons, fractions written as one sign and runs of
dots or of three dashes and more are not looked after.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geomagnifier.errors import PredictionError

References = Sequence[Sequence[str]]
"""Of each sentence, the sentences that it is held against."""

Gram = tuple[str, ...]

BRACKETS = {"(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-"}
DROPPED = frozenset("'`\".?!,:;-–—…") | {"--"}
CURLY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
TOKEN = re.compile(
    r"n't\b|'(?:s|re|ve|ll|d|m)\b"  # split off by APART
    r"|(?:[^\W\d_]\.){2,}"  # u.s.
    r"|\d+(?:[.,:/]\d+)+(?:-\w+(?:[-./']\w+)*)?"  # 1,000  3.5-metre  10:30
    r"|\w+(?:[-./']\w+)*"  # two-storey, and/or, o'clock
    r"|[?!]+|--|[^\w\s]"
)
APART = re.compile(r"(?<=\w)(n't|'(?:s|re|ve|ll|d|m))\b")


def words(text: str) -> list[str]:
    """A sentence as the words that count, lower case.

    Example:
        >>> words("It's a two-storey building, isn't it?")
        ['it', "'s", 'a', 'two-storey', 'building', 'is', "n't", 'it']
    """
    plain = APART.sub(r" \1", text.lower().translate(CURLY)).replace("cannot", "can not")
    return [BRACKETS.get(token, token) for token in TOKEN.findall(plain) if token not in DROPPED]


def bleu(candidates: Sequence[str], references: References, n: int = 4) -> list[float]:
    """BLEU-1 to BLEU-n of a set of sentences, each 0..1. Arguments and errors: as `bleu_counts`.

    Example:
        >>> bleu(["a grey roof by the sea"], [["a red roof by the sea", "some roofs"]], 2)
        [0.8333333333333334, 0.7071067811865476]
    """
    return bleu_of(bleu_counts(candidates, references, n))


def bleu_counts(candidates: Sequence[str], references: References, n: int = 4) -> NDArray[np.int64]:
    """What BLEU needs to know of each sentence.

    BLEU of a set is no mean over sentences: draw rows of this and call `bleu_of`.

    Args:
        candidates: the sentences to be judged.
        references: one or more good sentences of each.
        n: longest n-gram, words.

    Returns:
        (N, 2 + 2n): words of the sentence, words of the closest reference, common 1- to n-grams,
        its own 1- to n-grams.

    Raises:
        ValueError: the two differ in length, or a sentence has no reference; its index is named.
        PredictionError: a candidate is no text; its index is named.
    """
    rows = []
    for said, good in _tokenised(candidates, references):
        length = min((abs(len(one) - len(said)), len(one)) for one in good)[1]
        common, own = [0] * n, [max(0, len(said) - size + 1) for size in range(1, n + 1)]
        limits: Counter[Gram] = Counter()
        for one in good:
            limits |= _grams(one, n)
        for gram, count in _grams(said, n).items():
            common[len(gram) - 1] += min(count, limits[gram])
        rows.append([len(said), length, *common, *own])
    return np.array(rows, np.int64).reshape(-1, 2 + 2 * n)


def bleu_of(counts: ArrayLike) -> list[float]:
    """BLEU-1 to BLEU-n of the sentences whose counts these are.

    (N, 2 + 2n), or (2 + 2n,) of one sentence.
    """
    total = np.asarray(counts, float).reshape(-1, np.shape(counts)[-1]).sum(axis=0)
    n = (len(total) - 2) // 2
    said, wanted, common, own = total[0], total[1], total[2 : 2 + n], total[2 + n :]
    if said == 0:
        return [0.0] * n
    share = np.divide(common, own, out=np.zeros(n), where=own > 0)
    brevity = float(np.exp(min(0.0, 1 - wanted / said)))
    return [brevity * float(np.prod(share[:size]) ** (1 / size)) for size in range(1, n + 1)]


def rouge_l(
    candidates: Sequence[str], references: References, beta: float = 1.2
) -> NDArray[np.float64]:
    """ROUGE-L of each sentence, (N,) 0..1; the figure of a set is the mean.

    Other arguments and errors: as `bleu_counts`.

    Args:
        candidates: the sentences to be judged.
        references: one or more good sentences of each.
        beta: weight of recall in F.
    """
    out = []
    for said, good in _tokenised(candidates, references):
        common = [_longest_common(one, said) for one in good]
        precision = max(common) / max(1, len(said))
        recall = max(length / max(1, len(one)) for length, one in zip(common, good, strict=True))
        out.append(
            (1 + beta**2) * precision * recall / (recall + beta**2 * precision)
            if precision > 0
            else 0.0
        )
    return np.array(out, float)


def cider_d(
    candidates: Sequence[str], references: References, n: int = 4, sigma: float = 6.0
) -> NDArray[np.float64]:
    """CIDEr-D of each sentence, (N,) 0..10, words weighed by all the references.

    The figure of a set is the mean.

    Args:
        candidates: the sentences to be judged.
        references: one or more good sentences of each; all of the set, so that rare words weigh
            what they do in papers.
        n: longest n-gram, words.
        sigma: of the penalty on a difference in length, words.

    Raises:
        ValueError, PredictionError: as `bleu_counts`.
    """
    cases = [
        (_grams(said, n), [_grams(one, n) for one in good])
        for said, good in _tokenised(candidates, references)
    ]
    seen: Counter[Gram] = Counter()
    for _, good in cases:
        seen.update(set().union(*good))
    pictures = float(np.log(max(1, len(cases))))

    def weighed(grams: Counter[Gram]) -> list[dict[Gram, float]]:
        """Frequency times rarity, by length of n-gram."""
        out: list[dict[Gram, float]] = [{} for _ in range(n)]
        for gram, count in grams.items():
            out[len(gram) - 1][gram] = count * (pictures - float(np.log(max(1, seen[gram]))))
        return out

    scores = []
    for said, good in cases:
        mine, length = weighed(said), _length(said)
        each = []
        for one in good:
            near = [_clipped_cosine(a, b) for a, b in zip(mine, weighed(one), strict=True)]
            each.append(np.mean(near) * np.exp(-((length - _length(one)) ** 2) / (2 * sigma**2)))
        scores.append(10 * float(np.mean(each)))
    return np.array(scores, float)


def _clipped_cosine(mine: dict[Gram, float], other: dict[Gram, float]) -> float:
    """Cosine of two weighed bags, where saying a word more often than the other does not help."""
    size = (sum(v * v for v in mine.values()) * sum(v * v for v in other.values())) ** 0.5
    return (
        sum(
            min(weight, other[gram]) * other[gram] for gram, weight in mine.items() if gram in other
        )
        / size
        if size > 0
        else 0.0
    )


def _length(grams: Counter[Gram]) -> int:
    """In pairs of words, as pycocoevalcap takes it.

    One less than the words, which tells only where there are none.
    """
    return sum(count for gram, count in grams.items() if len(gram) == 2)


def _grams(tokens: Sequence[str], n: int) -> Counter[Gram]:
    return Counter(
        tuple(tokens[at : at + size])
        for size in range(1, n + 1)
        for at in range(len(tokens) - size + 1)
    )


def _longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, a word a bit (Hyyrö 2004).

    Descriptions of a hundred words take no time.
    """
    places: dict[str, int] = {}
    for at, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << at
    every = (1 << len(first)) - 1
    open_ = every
    for word in second:
        kept = open_ & places.get(word, 0)
        open_ = ((open_ + kept) | (open_ - kept)) & every
    return len(first) - open_.bit_count()


def _tokenised(
    candidates: Sequence[str], references: References
) -> list[tuple[list[str], list[list[str]]]]:
    if len(candidates) != len(references):
        raise ValueError(
            f"{len(candidates)} sentences for {len(references)} pictures; give one of each picture,"
            " in the same order"
        )
    out = []
    for index, (said, good) in enumerate(zip(candidates, references, strict=True)):
        if not isinstance(said, str):
            raise PredictionError(f"sentence {index} is {said!r}, which is no text")
        if isinstance(good, str) or not len(good) or not all(isinstance(one, str) for one in good):
            raise ValueError(f"sentence {index} has no list of reference sentences")
        out.append((words(said), [words(one) for one in good]))
    return out
