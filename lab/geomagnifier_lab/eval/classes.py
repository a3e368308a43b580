"""Scene classification: how often the right class comes first, or among the first few.

    top-1   overall accuracy, "OA" in AID, NWPU-RESISC45 and EuroSAT papers: images weigh alike
    AA      mean of `per_class`, average, macro or balanced accuracy: classes weigh alike
    top-5   as in ImageNet papers

Papers on AID, UC Merced and NWPU-RESISC45 print OA and a confusion matrix whose rows, the true
classes, are divided by their sums. An image for which nothing was predicted is a miss.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import PredictionError


def hits(ranked: Sequence[Sequence[str]], truth: Sequence[str], k: int = 1) -> NDArray[np.bool_]:
    """Whether each image's class is among the first k predicted.

    Args:
        ranked: predicted classes of each image, best first; an empty list is a miss, a list shorter
            than k is taken as it is.
        truth: class of each image.
        k: how many count, from 1.

    Returns:
        (N,) bool, in the order of the images.

    Raises:
        ValueError: the two differ in length, or k is below one.
        PredictionError: a class is ranked twice for an image, or a ranking is a plain string; its
            index is named.
    """
    _same_length(ranked, truth)
    if k < 1:
        raise ValueError(f"top-k counts from 1, not {k}")
    for index, row in enumerate(ranked):
        if isinstance(row, str):
            raise PredictionError(
                f"prediction {index} is the text {row!r}; give a list of classes, best first"
            )
        if len(set(row)) < len(row):
            raise PredictionError(f"prediction {index} ranks a class twice: {', '.join(row)}")
    return np.array([label in row[:k] for row, label in zip(ranked, truth, strict=True)], bool)


def top_k(ranked: Sequence[Sequence[str]], truth: Sequence[str], k: int = 1) -> float:
    """Share of the images whose class is among the first k, 0..1; 0.0 of no images.

    One is overall accuracy.

    Args:
        ranked: as in `hits`.
        truth: as in `hits`.
        k: as in `hits`.

    Example:
        >>> top_k([["river", "lake"], ["lake", "river"]], ["river", "river"], 1)
        0.5
    """
    found = hits(ranked, truth, k)
    return float(found.mean()) if found.size else 0.0


def per_class(
    ranked: Sequence[Sequence[str]], truth: Sequence[str], k: int = 1
) -> dict[str, float]:
    """Share of the images of each class that `hits`: its recall, which papers call its accuracy.

    Args:
        ranked: as in `hits`.
        truth: as in `hits`.
        k: as in `hits`.

    Returns:
        class -> 0..1, in alphabetical order; classes without an image are left out, so that their
        mean is the average accuracy.
    """
    found = hits(ranked, truth, k)
    labels = np.array(list(truth), object)
    return {label: float(found[labels == label].mean()) for label in sorted(set(truth))}


def confusion(
    predicted: Sequence[str], truth: Sequence[str], classes: Sequence[str]
) -> NDArray[np.int64]:
    """How many images of a class were taken for another.

    Args:
        predicted: first class of each image; "" where there is none: it is counted nowhere, and its
            row sums to less than its images.
        truth: class of each image.
        classes: order of rows and columns.

    Returns:
        (C, C) images; row: true class, column: predicted class.

    Raises:
        ValueError: lengths differ, a class is listed twice, or a true class is not in the list.
        PredictionError: a predicted class is not in the list; index and class are named.
    """
    _same_length(predicted, truth)
    place = {label: number for number, label in enumerate(classes)}
    if len(place) < len(classes):
        raise ValueError("a class is listed twice")
    table = np.zeros((len(place), len(place)), np.int64)
    for index, (said, label) in enumerate(zip(predicted, truth, strict=True)):
        if label not in place:
            raise ValueError(
                f"the class {label!r} of picture {index} is not among the {len(place)} classes"
            )
        if said and said not in place:
            raise PredictionError(
                f"prediction {index} is {said!r}, which is not among the {len(place)} classes"
            )
        if said:
            table[place[label], place[said]] += 1
    return table


def _same_length(predicted: Sequence[object], truth: Sequence[object]) -> None:
    if len(predicted) != len(truth):
        raise ValueError(
            f"{len(predicted)} predictions for {len(truth)} pictures; give one of each picture, in"
            " the same order"
        )
