"""Ports for programs that have to be told one."""

from __future__ import annotations

import random
import socket
from contextlib import suppress


def free_port() -> int:
    """One that nobody listens on, and that the system gives to no connection either while the
    program that is to listen on it starts.
    """
    while True:
        port = random.SystemRandom().randrange(
            20_000, 30_000
        )  # a system's own choice begins at 32,768
        with suppress(OSError), socket.socket() as found:
            found.bind(("127.0.0.1", port))
            return port
