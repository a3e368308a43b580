"""Captions against reference captions: BLEU-1 to 4, ROUGE-L and CIDEr-D.

    BLEU-n    Papineni et al. 2002: over the whole set, closest reference length, no smoothing;
              0..1
    ROUGE-L   Lin 2004: mean over sentences of F with beta 1.2, of the best precision and the best
              recall among the references; 0..1
    CIDEr-D   Vedantam et al., arXiv:1411.5726: n-grams of 1 to 4 words, clipped, sigma 6, times 10,
              word weights from the references of the set itself; 0..10. "CIDEr" in captioning
              papers is this one. Some print it times 100, as per cent: 2.8 reads 280

These are the figures of the papers on UCM-Captions, RSICD, RSITMD and VRSBench. CIDEr-D depends on
the set: a sentence scored alone has no word weights and gets 0, and a part of a set gets other
figures than the whole.

ROUGE-L and CIDEr-D are pycocoevalcap's; a sentence without a word scores 0.0, where pycocoevalcap
gives an empty one against an empty one a ROUGE-L of 1. BLEU is counted here, to the same figures:
pycocoevalcap's file excludes commercial use, and where no n-gram is shared it leaves a small number
from constants that keep it from dividing by zero; here that is 0.0.

Words. pycocoevalcap runs Stanford's PTBTokenizer, a Java program; `words` does the same in a
regular expression: lower case, "it 's" and "is n't" apart, "two-storey" and "and/or" whole, "50 %"
apart, without . ? ! , : ; - and quotes; a bracket stays as a word, "-lrb-", since pycocoevalcap
drops its upper-case form only. Known to differ: dots of abbreviations ("mr.", "no.", "etc.") go;
"gonna" stays one word; web addresses, tags, emoticons, fractions written as one sign and runs of
dots or of three dashes and more are not handled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge

from geomagnifier.errors import PredictionError

References = Sequence[Sequence[str]]
"""The reference sentences of each candidate."""

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
    """BLEU-1 to BLEU-n of a set of sentences, each 0..1.

    Args:
        candidates: the sentences to be scored.
        references: one or more reference sentences of each.
        n: longest n-gram, words.

    Raises:
        ValueError: the two differ in length, or a sentence has no reference; its index is named.
        PredictionError: a candidate is no text; its index is named.

    Example:
        >>> bleu(["a grey roof by the sea"], [["a red roof by the sea", "some roofs"]], 2)
        [0.8333333333333334, 0.7071067811865476]
    """
    length = reference_length = 0
    shared, own = np.zeros(n), np.zeros(n)
    for candidate, goods in _tokenised(candidates, references):
        length += len(candidate)
        reference_length += min((abs(len(one) - len(candidate)), len(one)) for one in goods)[1]
        for size in range(1, n + 1):
            limits: Counter[tuple[str, ...]] = Counter()
            for one in goods:
                limits |= _grams(one, size)
            grams = _grams(candidate, size)
            shared[size - 1] += (grams & limits).total()
            own[size - 1] += grams.total()
    if length == 0:
        return [0.0] * n
    precision = np.divide(shared, own, out=np.zeros(n), where=own > 0)
    brevity = float(np.exp(min(0.0, 1 - reference_length / length)))
    return [brevity * float(np.prod(precision[:size]) ** (1 / size)) for size in range(1, n + 1)]


def rouge_l(candidates: Sequence[str], references: References) -> NDArray[np.float64]:
    """ROUGE-L of each sentence, (N,) 0..1; the figure of a set is the mean.

    Args:
        candidates: the sentences to be scored.
        references: one or more reference sentences of each.

    Raises:
        ValueError, PredictionError: as `bleu`.
    """
    scorer = Rouge()
    return np.array(
        [
            # An empty text has no words to share, but splits into one empty word there.
            scorer.calc_score([" ".join(said)], [" ".join(one) for one in goods]) if said else 0.0
            for said, goods in _tokenised(candidates, references)
        ],
        float,
    )


def cider_d(candidates: Sequence[str], references: References) -> NDArray[np.float64]:
    """CIDEr-D of each sentence, (N,) 0..10, words weighted by all the references.

    The figure of a set is the mean.

    Args:
        candidates: the sentences to be scored.
        references: one or more reference sentences of each; all of the set, so that rare words
            weigh what they do in papers.

    Raises:
        ValueError, PredictionError: as `bleu`.
    """
    cases = _tokenised(candidates, references)
    if not cases:
        return np.zeros(0)
    goods = {at: [" ".join(one) for one in each] for at, (_, each) in enumerate(cases)}
    said = {at: [" ".join(one)] for at, (one, _) in enumerate(cases)}
    return np.asarray(Cider().compute_score(goods, said)[1], float)


def _grams(tokens: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    """The n-grams of one length and how often each is there."""
    return Counter(tuple(tokens[at : at + size]) for at in range(len(tokens) - size + 1))


def _tokenised(
    candidates: Sequence[str], references: References
) -> list[tuple[list[str], list[list[str]]]]:
    """The words of each candidate and of its references."""
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
