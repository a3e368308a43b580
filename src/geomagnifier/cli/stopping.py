"""Stop a command by Ctrl-C or SIGTERM, which is handled in the same way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from geomagnifier.cli.messages import say


class Terminated(KeyboardInterrupt):
    """SIGTERM was received; unlike Ctrl-C it always ends the command."""


def exit_code(stopped: KeyboardInterrupt) -> int:
    """The exit code of a stopped command: 128 plus the number of the signal, as in a shell."""
    return 128 + (signal.SIGTERM if isinstance(stopped, Terminated) else signal.SIGINT)


def take_sigterm() -> None:
    """Have SIGTERM raise `Terminated` in the main thread, unless another handler is set."""
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    ):
        signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: object) -> None:
    raise Terminated


class SingleInterrupt:
    """Ctrl-C for a command that goes on after it.

    It raises KeyboardInterrupt once in a block of `armed`, and does nothing elsewhere, so that a
    second press cannot end the command while it handles the first.
    """

    def __init__(self) -> None:
        self._armed = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle Ctrl-C in the block, where this is the main thread."""
        here = threading.current_thread() is threading.main_thread()
        usual = signal.signal(signal.SIGINT, self._press) if here else None
        try:
            yield
        finally:
            if here:
                signal.signal(signal.SIGINT, usual)

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Have the first Ctrl-C in the block raise KeyboardInterrupt, and later ones do nothing."""
        self._armed = True
        try:
            yield
        finally:
            self._armed = False

    def _press(self, number: int, frame: object) -> None:
        if self._armed:
            self._armed = False
            raise KeyboardInterrupt


@contextmanager
def announced_stop(text: str) -> Iterator[None]:
    """Print a line as soon as Ctrl-C or SIGTERM is received, where stopping takes a while.

    Args:
        text: of the line.
    """
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    here = threading.current_thread() is threading.main_thread()
    said: list[int] = []

    def press(number: int, frame: object) -> None:
        if not said:
            said.append(number)
            say(text)
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
def stop_after_window() -> Iterator[threading.Event]:
    """Yield an event that the first Ctrl-C sets; a second one raises KeyboardInterrupt."""
    pressed = threading.Event()

    def press(number: int, frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()
        say("stopping after this window; press Ctrl-C again to stop at once")

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
