"""Lines on stderr in the language of messages."""

from __future__ import annotations

import sys

from geomagnifier.errors import printable
from geomagnifier.translation import translated


def say(text: str) -> None:
    """Print a line on stderr, "geomag: " before it.

    Args:
        text: in English; it is printed in the language of messages.
    """
    print(f"geomag: {printable(translated(text))}", file=sys.stderr, flush=True)
