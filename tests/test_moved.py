"""Old import paths answer, with a warning that names the new one."""

import importlib

import pytest

from geomagnifier._moved import table


@pytest.mark.parametrize("old", sorted(table()))
def test_an_old_path_gives_the_new_module(old):
    new = importlib.import_module(table()[old])
    with pytest.warns(DeprecationWarning, match=f"{old} is now {table()[old]};"):
        found = importlib.import_module(old)
    names = [name for name in vars(new) if not name.startswith("__")]
    assert names and all(getattr(found, name) is getattr(new, name) for name in names)


def test_what_was_never_there_is_not_found():
    with pytest.raises(ModuleNotFoundError, match="geomagnifier.nothing"):
        importlib.import_module("geomagnifier.nothing")
