"""What is found under two names is one object."""

from geomagnifier.language.classes import WITHIN
from geomagnifier.models.custom.aliased_language import distinct
from geomagnifier.results import Region


def test_a_thing_found_under_two_names_of_a_family_is_one_thing() -> None:
    def region(label: str, score: float, x: float = 0.0) -> Region:
        return Region(label, score, (x, 0.0, x + 40.0, 20.0))

    regions = [
        region("vehicle", 0.9),
        region("car", 0.4, 2),
        region("van", 0.6, 100),
        region("bus", 0.5, 103),
        region("vehicle", 0.8, 200),
    ]
    regions += [region("ship", 0.7, 200), region("vehicle", 0.3, 230)]
    assert distinct(regions, WITHIN) == [1, 2, 4, 5, 6]
    assert distinct(regions, {}) == [*range(7)] and distinct([], WITHIN) == []
