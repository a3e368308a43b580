"""Retrieval across images and captions: R@K both ways and mR.

    i2t R@K   share of the images that have one of their own captions among the K nearest
              ("sentence" or "text retrieval")
    t2i R@K   share of the captions whose own image is among the K nearest ("image retrieval")
    mR        mean of R@1, R@5 and R@10 of both ways

So in RSITMD (AMFMN, arXiv:2204.09868) and in the papers on RSICD and UCM-Captions since. Only a
image's own captions are right, even where another image's caption says the same words. Such
captions tie, as many of UCM-Captions do: the published code leaves their order to the sort, so its
figures move with the order of the file. Here a tie counts with the share of its orders that are
hits, which is what a random order gives on average; figures do not depend on the order of the file,
and equal similarities everywhere give chance.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import PredictionError

LEVELS = (1, 5, 10)
"""K of R@K."""

Shares = NDArray[np.float64]


def recalls(similarity: NDArray[np.floating], owner: NDArray[np.integer]) -> dict[str, float]:
    """The seven figures of a retrieval table, each 0..1 (papers print per cent).

    Args:
        similarity: as in `hits`.
        owner: as in `hits`.

    Returns:
        "i2t R@1", "i2t R@5", "i2t R@10", "t2i R@1", "t2i R@5", "t2i R@10" and "mR"; nothing where
        there is nothing to be found.

    Example:
        >>> recalls(np.eye(2), np.array([0, 1]))["mR"]
        1.0
    """
    found = {level: hits(similarity, owner, level) for level in LEVELS}
    if not found[1][0].size:
        return {}
    figures = {
        f"{way} R@{level}": float(found[level][at].mean())
        for at, way in enumerate(("i2t", "t2i"))
        for level in LEVELS
    }
    return {**figures, "mR": float(np.mean(list(figures.values())))}


def hits(
    similarity: NDArray[np.floating], owner: NDArray[np.integer], k: int
) -> tuple[Shares, Shares]:
    """Whether one of its own is among the k nearest, of each image and of each caption.

    Args:
        similarity: (N, M) of N images and M captions, higher is nearer.
        owner: (M,) number of the image that each caption belongs to.
        k: how many count, from 1; more than there are is all of them.

    Returns:
        (N,) of the images and (M,) of the captions, 0 or 1, between the two where the order of a
        tie decides.

    Raises:
        ValueError: sizes do not fit, an image has no caption (its number is named), a caption no
            image, or k is below one.
        PredictionError: a similarity is not a number; row and column are named.
    """
    similarity, owner = np.asarray(similarity), np.asarray(owner)
    if similarity.ndim != 2 or owner.shape != similarity.shape[1:]:
        raise ValueError(
            f"similarities {similarity.shape} do not fit the owners {owner.shape}; they are"
            " (pictures, captions) and (captions,)"
        )
    if k < 1:
        raise ValueError(f"R@K counts from 1, not {k}")
    bad = np.argwhere(~np.isfinite(similarity))
    if bad.size:
        raise PredictionError(
            f"the similarity of picture {bad[0, 0]} and caption {bad[0, 1]} is"
            f" {similarity[tuple(bad[0])]}, not a number"
        )
    pictures = np.arange(similarity.shape[0])
    strange = np.flatnonzero(~np.isin(owner, pictures))
    if strange.size:
        raise ValueError(
            f"caption {strange[0]} belongs to picture {owner[strange[0]]}, of {len(pictures)}"
        )
    without = np.setdiff1d(pictures, owner)
    if without.size:
        raise ValueError(f"picture {without[0]} has no caption to be found by")
    own = pictures[:, None] == owner[None, :]
    return _hits(similarity, own, k), _hits(similarity.T, own.T, k)


def _hits(similarity: NDArray[np.floating], own: NDArray[np.bool_], k: int) -> Shares:
    """Per row, the probability that a random order of its ties puts one of its own in the top k."""
    out = np.zeros(len(similarity))
    for row, (values, mine) in enumerate(zip(similarity, own, strict=True)):
        best = values[mine].max()
        left = k - int(
            np.count_nonzero(values > best)
        )  # places for what ties with the best of its own
        if left > 0:
            level = values == best
            tied = int(np.count_nonzero(level))
            out[row] = (
                1 - comb(tied - int(np.count_nonzero(level & mine)), left) / comb(tied, left)
                if left < tied
                else 1.0
            )
    return out
