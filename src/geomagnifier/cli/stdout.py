"""Standard output that may fail.

A full disk or a closed descriptor is one line and exit code 2, and no answer is lost without a
word.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from geomagnifier.atomic import REASONS
from geomagnifier.errors import OutputError


class Printed:
    """A stream whose failures are `OutputError`.

    That nobody reads any further (a closed pipe) is left as it is: that is no mistake.

    Args:
        stream: what is printed to; None where it was closed before the program began.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Print text."""
        if self._stream is None:
            raise OutputError(
                "there is nowhere to print to: standard output is closed; name a file (> FILE)"
            )
        with _told():
            return self._stream.write(text)

    def flush(self) -> None:
        """Hand over what is held back."""
        if self._stream is not None:
            with _told():
                self._stream.flush()

    def isatty(self) -> bool:
        """Whether a person looks at it."""
        return self._stream is not None and self._stream.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream or io.StringIO(), name)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = REASONS.get(error.errno or 0) or error.strerror or str(error)
        raise OutputError(f"what was to be printed cannot be written: {reason}") from error


@contextmanager
def printing() -> Iterator[None]:
    """Print through `Printed` inside, and hand over everything at the end.

    Raises:
        OutputError: something could not be printed.
    """
    _fill_gaps()
    usual = sys.stdout
    if isinstance(usual, io.TextIOWrapper):
        usual.reconfigure(errors="backslashreplace")  # file names need not be text
    sys.stdout = printed = Printed(usual)
    try:
        try:
            yield
        finally:
            printed.flush()
    except (OutputError, BrokenPipeError):
        _give_up(usual)
        raise
    finally:
        sys.stdout = usual


def _fill_gaps() -> None:
    """Closed descriptors of the standard streams.

    Else the next file that is opened has one, and libraries print into it.
    """
    if sys.stdout is None or sys.stderr is None:
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(number)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # for as long as the program runs


def _give_up(stream: TextIO | None) -> None:
    """Let go of what cannot be written: Python would try once more as it ends, and say so."""
    with suppress(OSError, ValueError, AttributeError):
        if stream is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
