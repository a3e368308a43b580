"""Standard output whose failures are errors with a message.

Without this a full disk or a closed descriptor loses output without a word, or ends in a traceback.
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


class CheckedStream:
    """A text stream whose failures are raised as `OutputError`.

    A BrokenPipeError is passed on as it is: that the reader ends early is no failure.

    Args:
        stream: to print to; None where it was closed before the program began.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text.

        Raises:
            OutputError: it cannot be written.
        """
        if self._stream is None:
            raise OutputError(
                "there is nowhere to print to: standard output is closed; name a file (> FILE)"
            )
        with _failures_raised():
            return self._stream.write(text)

    def flush(self) -> None:
        """Flush the buffer.

        Raises:
            OutputError: it cannot be written.
        """
        if self._stream is not None:
            with _failures_raised():
                self._stream.flush()

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream or io.StringIO(), name)


@contextmanager
def _failures_raised() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = REASONS.get(error.errno or 0) or error.strerror or str(error)
        raise OutputError(f"what was to be printed cannot be written: {reason}") from error


@contextmanager
def checked_stdout() -> Iterator[None]:
    """Replace `sys.stdout` by a `CheckedStream` in the block, and flush it at the end.

    Raises:
        OutputError: something could not be printed.
    """
    _fill_gaps()
    usual = sys.stdout
    if isinstance(usual, io.TextIOWrapper):
        usual.reconfigure(errors="backslashreplace")  # file names need not be UTF-8
    sys.stdout = printed = CheckedStream(usual)
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
    """Open the null device on closed descriptors of the standard streams.

    Else the next file that is opened gets such a descriptor, and libraries print into it.
    """
    if sys.stdout is None or sys.stderr is None:
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(number)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # for as long as the program runs


def _give_up(stream: TextIO | None) -> None:
    """Drop what cannot be written: Python would try again as it exits, and print a message."""
    with suppress(OSError, ValueError, AttributeError):
        if stream is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
