"""The command that trains the full-size model, started by `accelerate launch` or `torchrun`.

See loop.py.
"""

from __future__ import annotations

import sys

from geomagnifier.errors import GeomagError
from geomagnifier_lab.train.full.settings import read


def main(arguments: list[str] | None = None) -> int:
    """Train; an error is printed as one line."""
    try:
        settings = read(sys.argv[1:] if arguments is None else arguments)
        from geomagnifier_lab.train.full.loop import train

        train(settings)
    except GeomagError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
