"""What ends a command from outside: Ctrl-C, and SIGTERM, which a command takes in the same way."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Terminated(KeyboardInterrupt):
    """SIGTERM has come: as Ctrl-C, but nobody is there to be asked again."""


def code(stopped: KeyboardInterrupt) -> int:
    """The exit code of what was stopped: 128 and the number of the signal, as a shell has it."""
    return 128 + (signal.SIGTERM if isinstance(stopped, Terminated) else signal.SIGINT)


def take_sigterm() -> None:
    """Have SIGTERM raise `Terminated` in the main thread, where nobody else has taken it."""
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    ):
        signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: object) -> None:
    raise Terminated


class Presses:
    """Ctrl-C where a command goes on after it.

    Raised once within `heard`, and nowhere else, so that pressing it twice does no more.
    """

    def __init__(self) -> None:
        self._hears = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take Ctrl-C, in the main thread."""
        here = threading.current_thread() is threading.main_thread()
        usual = signal.signal(signal.SIGINT, self._press) if here else None
        try:
            yield
        finally:
            if here:
                signal.signal(signal.SIGINT, usual)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Where the first Ctrl-C raises KeyboardInterrupt, and those after it do nothing."""
        self._hears = True
        try:
            yield
        finally:
            self._hears = False

    def _press(self, number: int, frame: object) -> None:
        if self._hears:
            self._hears = False
            raise KeyboardInterrupt


@contextmanager
def word(text: str) -> Iterator[None]:
    """Say at once that Ctrl-C or SIGTERM was heard, where ending takes a while."""
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    here = threading.current_thread() is threading.main_thread()
    said: list[int] = []

    def press(number: int, frame: object) -> None:
        if not said:
            said.append(number)
            print(f"geomag: {text}", file=sys.stderr, flush=True)
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    try:
        if here:
            for number in usual:
                signal.signal(number, press)
        yield
    finally:
        if here:
            for number, handler in usual.items():
                signal.signal(number, handler)


@contextmanager
def ctrl_c() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second one stops at once, as usual."""
    pressed = threading.Event()

    def press(number: int, frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()
        print(
            "geomag: stopping after this window; press Ctrl-C again to stop at once",
            file=sys.stderr,
        )

    usual = (
        signal.signal(signal.SIGINT, press)
        if threading.current_thread() is threading.main_thread()
        else None
    )
    try:
        yield pressed
    finally:
        if usual is not None:
            signal.signal(signal.SIGINT, usual)
