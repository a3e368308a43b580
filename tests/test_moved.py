"""Old import paths answer, with a warning that names the new one."""

import importlib
import warnings

import pytest

from geomagnifier._moved import table


@pytest.mark.parametrize("old", sorted(table()))
def test_an_old_path_gives_the_new_module(old):
    with warnings.catch_warnings(record=True) as told:  # a parent's path may be an old one, too
        warnings.simplefilter("always")
        found = importlib.import_module(old)
    assert any(str(w.message).startswith(f"{old} is now {table()[old][0]}") for w in told)
    for new in map(importlib.import_module, table()[old]):
        names = [name for name in vars(new) if not name.startswith("_")]
        assert all(hasattr(found, name) for name in names)
    first = importlib.import_module(table()[old][0])
    names = [name for name in vars(first) if not name.startswith("__")]
    assert vars(first)["__doc__"] == found.__doc__
    assert all(getattr(found, name) is getattr(first, name) for name in names)


def test_what_was_never_there_is_not_found():
    with pytest.raises(ModuleNotFoundError, match=r"geomagnifier\.nothing"):
        importlib.import_module("geomagnifier.nothing")
