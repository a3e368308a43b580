"""What several commands share."""

import pytest

from geomagnifier.cli.options import full_size
from geomagnifier.errors import LibraryMissing


def test_a_missing_library_of_the_full_size_names_the_extra():
    with pytest.raises(LibraryMissing, match="extra full; install it"), full_size():
        import no_such_library  # noqa: F401
