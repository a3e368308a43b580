"""The figures claimed by the text we work from, and where its own figures disagree.

Data and arithmetic; nothing is measured here. The text is a technical reading, in Chinese, of
GeoMag (arXiv:2507.05887). Sections are those of that reading; the paper's own tables were not at
hand, so a slip may be the reading's.
"""

from __future__ import annotations

from dataclasses import dataclass

PREPROCESSING = {
    "image": (82.3, 81.7, 83.1),
    "region": (65.2, 72.8, 74.9),
    "pixel": (58.7, 68.4, 72.1),
}
"""Section 3, by granularity: everything at 100 x 100 px, the original, adjusted. Percent; neither
data nor metric is named.
"""
CROPS = {"random": 42.3, "grid": 58.7, "paper": 89.1}
"""Section 2.2, small objects recognised with random, predefined and prompt-guided crops. Percent;
no size, data or pixels are named.
"""
FASTER = {"image": 16384.0, "region": 4.0, "pixel": 2.0}
"""Section 2.1, how many times less compute at 4096 x 2160 px."""
SAVED = (65.0, 70.0)
"""Section 4: percent of the compute that is saved, in the last paragraph and in the table ("70 %
and more").
"""
CASE_IOU, TINY_ACCURACY, TINY_PEERS = 89.2, 89.2, 76.4
"""Section 3: MIoU of the case study; accuracy on objects under 10 px, and that of an unnamed state
of the art. Percent.
"""
GAINS = {"pixel": 12.7, "region": 8.3}
"""Section 4: mean improvement over ten benchmarks, percent."""

WIDTH, HEIGHT = 4096, 2160
SCENE = WIDTH * HEIGHT
SHARE = 0.30
"""Section 2.1: share of the pixels that is left at pixel level, "about 2.7 M of 8.8 M"."""
HALF, QUARTER = (WIDTH // 2) * (HEIGHT // 2), (WIDTH // 4) * (HEIGHT // 4)
"""Pixels of 2048 x 1080 and of 1024 x 540."""
CELLS = 32
"""Section 2.2: side of a window; pixels, as it is written."""


def formula(granularity: str, windows: int = 1) -> int:
    """Pixels of I' at 4096 x 2160 by the text's own formula (section 2.1).

    Windows are half of what they are cut from, each way.

    Args:
        granularity: "image", "region" or "pixel".
        windows: of C1, none overlapping another.

    Example:
        >>> formula("region") / SCENE
        0.3125
    """
    if granularity == "image":
        return 100 * 100
    if granularity == "region":
        return windows * HALF + SCENE // 16  # C1 (+) D(I)
    return HALF // 4 + windows * HALF // 16 + SCENE // 256  # C2 (+) D(C1) (+) D(D(I))


def gain(before: float, after: float) -> tuple[float, float]:
    """The gain from one figure to another: in points, and in percent of the first.

    Args:
        before: the first figure, percent.
        after: the second figure, percent.
    """
    return after - before, 100 * (after / before - 1)


@dataclass(frozen=True)
class Slip:
    """A place where the text cannot be right, or contradicts itself."""

    where: str
    """Section of the text."""
    says: str
    """What the text says."""
    holds: str
    """What holds instead."""


def slips() -> tuple[Slip, ...]:
    """Every slip found, in the order of the text; figures are computed, not copied."""
    small, original, adjusted = PREPROCESSING["pixel"]
    points, percent = gain(original, adjusted)
    crops_points, crops_percent = gain(CROPS["grid"], CROPS["paper"])
    region = PREPROCESSING["region"]
    return (
        Slip(
            "2.1",
            f"100 x 100 px in place of 4096 x 2160: {FASTER['image']:.0f} times less",
            f"{SCENE / formula('image'):.0f} times",
        ),
        Slip(
            "2.1",
            f"pixel level: 2048 x 1080 + 1024 x 540 = 2.7 M of 8.8 M pixels, about {SHARE:.0%}",
            f"{(HALF + QUARTER) / 1e6:.2f} of {SCENE / 1e6:.2f} M, {(HALF + QUARTER) / SCENE:.1%};"
            " and that sum is the formula of the region level with one window. That of the pixel"
            f" level gives {formula('pixel') / 1e6:.2f} M, {formula('pixel') / SCENE:.1%}",
        ),
        Slip(
            "2.1, 2.2",
            "three windows at region level (K = 3), 4 times less compute",
            "three windows of half the width and height that do not overlap are"
            f" {formula('region', 3) / SCENE:.0%} of the pixels, {SCENE / formula('region', 3):.1f}"
            f" times less; one window is {SCENE / formula('region'):.1f} times less",
        ),
        Slip(
            "2.1",
            f"pixel level: {FASTER['pixel']:.0f} times less compute; in the next paragraph about"
            f" {SHARE:.0%} of it",
            f"{SHARE:.0%} is {1 / SHARE:.1f} times less",
        ),
        Slip(
            "2.1, 4",
            f"compute: about {SHARE:.0%} left; {SAVED[1]:.0f} % and more saved; {SAVED[0]:.0f} %"
            " saved",
            "three figures for one thing; by the sum in 2.1 it is"
            f" {1 - (HALF + QUARTER) / SCENE:.1%} of the pixels",
        ),
        Slip(
            "2.1",
            "(+) puts the crops back into the original size",
            f"a canvas of that size has all {SCENE / 1e6:.1f} M pixels again",
        ),
        Slip(
            "2.2",
            f"windows of {CELLS} x {CELLS}, the input size of the VLM",
            f"no VLM known to us takes {CELLS} x {CELLS} px, and three such windows are"
            f" {3 * CELLS**2:,} px. They must be cells of the heat map: half of 64",
        ),
        Slip(
            "2.2",
            "H keeps the positive part of the gradient of the cross entropy",
            "a loss grows with what speaks against the answer, so that is what is kept; with the"
            " logit it is what speaks for it",
        ),
        Slip(
            "2.3",
            "f1 is global, f3 is detail",
            "f1 is at H/4, the finest of the three, f3 at H/16 the coarsest",
        ),
        Slip(
            "2.3",
            "g is H/4 x W/4 at each level",
            "f2 and f3 are at H/8 and H/16; that they are enlarged is not said",
        ),
        Slip(
            "2.3",
            "the mask is a sum of three sigmoids under free weights",
            "such a sum is no probability and can leave 0 to 1",
        ),
        Slip(
            "3",
            f"image level: {PREPROCESSING['image'][0]} at 100 x 100 px, {PREPROCESSING['image'][2]}"
            " adjusted",
            "adjusted is 100 x 100 px at image level (2.1): one and the same input with two"
            " results",
        ),
        Slip(
            "3",
            f"{original} to {adjusted} is 13.4 % better, for ships",
            f"it is {points:.1f} points or {percent:.1f} %; 13.4 is {adjusted} less {small}, the"
            " gain over 100 x 100 px. And it is the row of all pixel tasks",
        ),
        Slip(
            "4",
            "small objects recognised: 30.8 % up",
            f"{CROPS['paper']} less {CROPS['grid']} is {crops_points:.1f} points"
            f" ({crops_percent:.1f} %), less {CROPS['random']} it is"
            f" {CROPS['paper'] - CROPS['random']:.1f}",
        ),
        Slip(
            "3",
            'case 1: "segment all ships" finds two targets, a ship and an airplane',
            "an airplane is no ship: what is told as success is a false one",
        ),
        Slip(
            "3",
            "case 2: the same image has two ships and an airplane",
            "in case 1 it had two targets, one of them a ship",
        ),
        Slip(
            "3",
            f"MIoU {CASE_IOU} % of one case, later an accuracy of {TINY_ACCURACY} % for all objects"
            " under 10 px",
            "two things under one figure. At 10 px an edge that is half a pixel off all round"
            f" leaves an IoU of {0.9**2:.2f}; {CASE_IOU} % allows"
            f" {5 * (1 - (CASE_IOU / 100) ** 0.5):.2f} px, of masks that are made at H/4",
        ),
        Slip(
            "3",
            "SAM, asked for ships, finds one target",
            "the published SAM takes points, boxes and masks, no words",
        ),
        Slip(
            "3",
            "GeoCLIP as a model of image and region tasks",
            "GeoCLIP (arXiv:2309.16020) says where on Earth a photograph was taken",
        ),
        Slip(
            "3",
            "the first pixel tasks of a VLM for remote sensing, the first at 4K",
            "GeoGround (arXiv:2411.11904) and GeoPixel (arXiv:2501.13925, up to 4K) came before"
            " arXiv:2507.05887 and return masks",
        ),
        Slip(
            "4",
            f"mean gains of {GAINS['pixel']} % (pixel) and {GAINS['region']} % (region)",
            f"section 3 has {gain(original, adjusted)[1]:.1f} % and"
            f" {gain(region[1], region[2])[1]:.1f} % over the original,"
            f" {gain(small, adjusted)[1]:.1f} % and {gain(region[0], region[2])[1]:.1f} % over 100"
            " x 100 px; the ten benchmarks behind the means are not given",
        ),
    )


UNCONFIRMED = (
    (
        f"Small objects recognised ({', '.join(f'{v}' for v in CROPS.values())} %): no data, size"
        " of object, threshold or pixels are named."
    ),
    (
        "Three preprocessings: neither data sets nor metrics are named; no set of 4096 x 2160 px"
        " pictures with scene classes is known to us."
    ),
    (
        f"{TINY_ACCURACY} % against {TINY_PEERS} % of the state of the art under 10 px: neither the"
        " peer nor the data is named."
    ),
    (
        f"Gains of {GAINS['pixel']} and {GAINS['region']} % on ten benchmarks: three are named, no"
        " figure of any is given."
    ),
    "The case studies: the pictures and their labels are not there; ours are drawn.",
)
"""What cannot be confirmed, whatever is measured."""
