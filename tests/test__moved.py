"""Old import paths answer, with a warning that names the new one."""

import importlib
import subprocess
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
    "geomagnifier.io.document",
    "geomagnifier.values",
    "geomagnifier.model.checkpoint",
    "geomagnifier.interfaces.web.page",
    "geomagnifier.data.drawn",
    "geomagnifier.retrieval.wanted",
)
CODE = """
import importlib, sys, warnings
from geomagnifier._moved import table
for old in sys.argv[1:]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = importlib.import_module(old)
    assert any(str(w.message).startswith(f"{old} is now {table()[old][0]}") for w in told), old
    assert {w.category for w in told} == {DeprecationWarning}, old
    for new in map(importlib.import_module, table()[old]):
        assert all(hasattr(found, name) for name in vars(new) if not name.startswith("_")), old
    first = importlib.import_module(table()[old][0])
    names = [name for name in vars(first) if not name.startswith("__")]
    assert names and all(getattr(found, name) is getattr(first, name) for name in names), old
"""


def test_old_paths_give_the_new_modules():
    """In a process of their own: an old path that is imported stays an attribute of its package."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *OLD], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_new_path_is_there_and_no_old_one_hides_a_module():
    def there(dotted):
        place = ROOTS[dotted.split(".")[0]].joinpath(*dotted.split("."))
        return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()

    assert len(table()) > 300
    assert [new for news in table().values() for new in news if not there(new)] == []
    assert [old for old in table() if there(old)] == []
    # Python sets a module that is imported on its package: it must not replace a function there.
    packages = [(old, *old.rpartition(".")[::2]) for old in table()]
    kept = [(old, importlib.import_module(p), name) for old, p, name in packages if there(p)]
    assert [old for old, package, name in kept if name in vars(package)] == []


def test_a_module_that_was_parted_has_all_of_its_names():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from geomagnifier.io import stac
    assert callable(stac.write_items) and callable(stac.read_items)


def test_the_old_name_of_a_query_answers():
    from geomagnifier import retrieval

    with pytest.warns(DeprecationWarning, match="Wanted is now SearchQuery"):
        assert retrieval.Wanted is retrieval.SearchQuery
    with pytest.raises(AttributeError, match="nothing"):
        retrieval.nothing  # noqa: B018


def test_what_was_never_there_is_not_found():
    with pytest.raises(ModuleNotFoundError, match=r"geomagnifier\.nothing"):
        importlib.import_module("geomagnifier.nothing")
