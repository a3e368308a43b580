"""Old import paths answer, with a warning that names the new one."""

import importlib
import sys
import warnings
from pathlib import Path

import pytest

import geomagnifier
from geomagnifier._moved import table

ROOTS = {
    "geomagnifier": Path(geomagnifier.__file__).parents[1],
    "geomagnifier_lab": Path(geomagnifier.__file__).parents[2] / "lab",
}
OLD = (
    "io.document",
    "values",
    "model.checkpoint",
    "interfaces.web.page",
    "data.drawn",
    "retrieval.wanted",
)


@pytest.mark.parametrize("old", OLD)
def test_an_old_path_gives_the_new_module(old):
    old = f"geomagnifier.{old}"
    new = importlib.import_module(table()[old])
    for name in [name for name in sys.modules if name in table()]:
        del sys.modules[name]  # it warns once
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = importlib.import_module(old)
    assert any(str(w.message).startswith(f"{old} is now {table()[old]};") for w in told)
    assert {w.category for w in told} == {DeprecationWarning}
    names = [name for name in vars(new) if not name.startswith("__")]
    assert names and all(getattr(found, name) is getattr(new, name) for name in names)


def test_every_new_path_is_there_and_no_old_one_hides_a_module():
    def there(dotted):
        place = ROOTS[dotted.split(".")[0]].joinpath(*dotted.split("."))
        return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()

    assert len(table()) > 300
    assert [new for new in table().values() if not there(new)] == []
    assert [old for old in table() if there(old)] == []


def test_the_old_name_of_a_query_answers():
    from geomagnifier import retrieval

    with pytest.warns(DeprecationWarning, match="Wanted is now SearchQuery"):
        assert retrieval.Wanted is retrieval.SearchQuery
    with pytest.raises(AttributeError, match="nothing"):
        retrieval.nothing  # noqa: B018


def test_what_was_never_there_is_not_found():
    with pytest.raises(ModuleNotFoundError, match="geomagnifier.nothing"):
        importlib.import_module("geomagnifier.nothing")
