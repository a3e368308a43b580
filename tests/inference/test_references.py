"""Which object found anew is an earlier one, and whether a box is about what was found before."""

from __future__ import annotations

import pytest

from geomagnifier.conversation.dialogue import _in_box
from geomagnifier.inference import references
from geomagnifier.results import Region


def region(
    box: tuple[float, float, float, float], mask: str | None = None, label: str = "ship"
) -> Region:
    return Region(label, 0.9, box, None if mask is None else {"size": [300, 300], "counts": mask})


def masks(regions: list[Region]) -> list[str | None]:
    return [r.segmentation["counts"] if r.segmentation else None for r in regions]


def test_the_best_pair_comes_first_and_each_object_gives_its_mask_once() -> None:
    """IoU of the first earlier one: 0.62 and 0.95.

    Of the second one: 0.14 and 0.55, with what the first one has taken.
    """
    earlier = [region((0, 0, 100, 100)), region((0, 0, 100, 52))]
    found = [
        region((0, 38, 100, 100), "a"),
        region((0, 0, 100, 95), "b"),
        region((200, 200, 220, 220), "w", "water"),
    ]
    kinds, kept = references.among(earlier, found, outlined=True)
    assert (
        kinds == ("ship",)
        and masks(kept) == ["b", None, "w"]
        and [r.box for r in kept[:2]] == [r.box for r in earlier]
    )
    assert masks(references.among(earlier, found, outlined=False)[1]) == [None, None, "w"]


def test_a_mask_that_is_there_stays_and_other_kinds_give_none() -> None:
    own = region((0, 0, 100, 100), "own")
    assert masks(references.among([own], [region((0, 0, 100, 100), "new")], outlined=True)[1]) == [
        "own"
    ]
    two = [region((0, 0, 100, 100)), region((0, 0, 100, 99), label="plane")]
    found = [region((0, 0, 100, 99), "plane", "plane")]
    assert masks(references.among(two, found, outlined=True)[1]) == [None, "plane"]
    half = [region((0, 0, 100, 50), "half")]
    assert masks(references.among([region((0, 0, 100, 100))], half, outlined=True)[1]) == ["half"]
    less = [region((0, 0, 100, 49), "less")]
    assert masks(references.among([region((0, 0, 100, 100))], less, outlined=True)[1]) == [None]


@pytest.mark.parametrize(
    ("box", "about"),
    [
        ((0, 150, 100, 300), False),
        ((0, 0, 100, 205), True),
        ((25, 150, 100, 300), True),
        ((0, 150, 15, 300), True),
        ((0, 215, 100, 300), True),
    ],
)
def test_a_box_without_the_earlier_regions_is_a_question_of_its_own(
    box: tuple[int, int, int, int], about: bool
) -> None:
    """The region has its middle at 20, 210."""
    assert _in_box("segment it", box, (region((10, 200, 30, 220)),)) == about
    assert _in_box("segment this", box, (region((10, 200, 30, 220)),))


def test_a_reference_is_chosen_among_and_names_another_kind_unless_told_otherwise() -> None:
    plain = references.Reference((region((0, 0, 10, 10)),), "the largest of the ships")
    assert not plain.beside and not plain.bare and not plain.settled(outlined=False)
    bare = references.Reference(plain.regions, "the largest of them", bare=True)
    assert bare.settled(outlined=False) and not bare.settled(outlined=True)
