"""Two results against each other.

The interval holds what it should, and what cannot be compared is refused.
"""

from dataclasses import replace

import numpy as np
import pytest
from eval.test_report import RESULT
from PIL import Image

from geomagnifier.errors import OptionError
from geomagnifier_lab.eval.compare import compare, plot, resampled


def with_values(values, model="a", **more):
    return replace(
        RESULT, model=model, per_case={f"{n}.jpg": float(v) for n, v in enumerate(values)}, **more
    )


def test_a_clear_difference_is_told_from_chance():
    rng = np.random.default_rng(1)
    base = rng.random(400)
    better = compare(
        with_values(base), with_values(np.clip(base + rng.normal(0.05, 0.1, 400), 0, 1), "b")
    )
    assert better.low > 0 and better.better == 1.0
    assert better.low < better.difference < better.high
    assert better.verdict().startswith(
        "B is better in 100.0% of 10,000 resamples; the interval does not hold 0: B is better"
    )
    same = compare(with_values(base), with_values(base + rng.normal(0, 0.1, 400), "b"))
    assert same.low < 0 < same.high and "do not tell them apart" in same.verdict()


def test_the_interval_is_that_of_the_normal_law_for_many_cases():
    rng = np.random.default_rng(2)
    a, b = rng.random(2000), rng.random(2000)
    found = compare(with_values(a), with_values(b))
    error = (b - a).std() / 2000**0.5
    assert (found.low, found.high) == pytest.approx(
        (found.difference - 1.96 * error, found.difference + 1.96 * error), abs=0.1 * error
    )


def test_equal_systems_are_even_and_seeds_repeat():
    same = compare(with_values([1, 0, 1]), with_values([1, 0, 1], "b"))
    assert (same.difference, same.low, same.high, same.better) == (0, 0, 0, 0.5)
    a, b = with_values([1, 0, 1, 0]), with_values([1, 1, 0, 1], "b")
    assert compare(a, b).row() == compare(a, b).row()
    assert not np.array_equal(compare(a, b).means, compare(a, b, seed=1).means)
    assert compare(a, b).row() | {"low": 0, "high": 0, "B better": 0} == {
        "benchmark": "AID, test",
        "measure": "top-1",
        "cases": 4,
        "A": "a 0.3",
        "B": "b 0.3",
        "mean A": 0.5,
        "mean B": 0.75,
        "difference": 0.25,
        "low": 0,
        "high": 0,
        "B better": 0,
    }


def test_cases_are_paired_by_id_not_by_order():
    a = with_values([1, 0, 1])
    b = replace(a, per_case=dict(reversed(a.per_case.items())))
    assert np.all(compare(a, b).means == 0)


def test_many_cases_are_resampled_in_parts():
    means = resampled(np.ones(1_500_000), 7, np.random.default_rng(0))
    assert means.shape == (7,) and np.all(means == 1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"benchmark": "ucm"}, "their benchmark is 'aid' and 'ucm'"),
        ({"split": "val"}, "their split is 'test' and 'val'"),
        ({"measure": "top-5"}, "their measure is 'top-1' and 'top-5'"),
        ({"per_case": {"0.jpg": 1.0}}, "1 cases are in one of them alone, such as '1.jpg' in A"),
        ({"per_case": {"0.jpg": 1.0, "1.jpg": 1.0, "2.jpg": 0.0}}, "such as '2.jpg' in B"),
    ],
)
def test_what_cannot_be_compared_is_named(change, told):
    with pytest.raises(OptionError, match=told):
        compare(with_values([1, 0]), replace(with_values([1, 0]), **change))


def test_nothing_is_nothing():
    with pytest.raises(OptionError, match="no cases"):
        compare(with_values([]), with_values([]))


def test_the_plot_is_a_picture(tmp_path):
    plot(
        compare(with_values([1, 0, 1, 0]), with_values([1, 1, 0, 1], "b")),
        tmp_path / "new" / "compare.png",
    )
    with Image.open(tmp_path / "new" / "compare.png") as picture:
        assert picture.format == "PNG" and picture.width > 500
