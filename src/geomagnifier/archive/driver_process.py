"""Run the driver and its Ray in a process of their own, which shuts down in order when stopped.

    python -m geomagnifier.archive.driver_process
        stdin: one line of JSON, the order; its end means stop
        stdout: one line of JSON for each tally, warning or error

An exception in the middle of a call of Ray, such as that of Ctrl-C, crashes the process that Ray is
in, and Ray handles SIGTERM itself. So signals stay outside: this process is in a session of its
own, which Ctrl-C at a terminal does not reach, and ends when its stdin does. That also happens when
the process that started it is killed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from geomagnifier import errors
from geomagnifier.archive import cluster
from geomagnifier.archive.driver import Driver
from geomagnifier.archive.manifest import Manifest
from geomagnifier.archive.tasks import MANIFEST, Tally, Task
from geomagnifier.errors import GeomagError, GeomagWarning

PATIENCE = 60.0
"""Seconds that Ray may take to shut down before it is killed."""
STOPPED = 3
"""Exit code of a driver that was stopped."""


@dataclass(frozen=True)
class Order:
    """What the driver is to do."""

    task: Task
    """The question, the model and the folder."""
    key: dict[str, Any] = field(default_factory=dict)
    """Key of the manifest."""
    workers: int | None = None
    """Number of workers, see `archive.run`."""
    address: str | None = None
    """Address of a Ray cluster, see `archive.run`."""
    split: int = 0
    """Scene px above which all workers share a scene."""


def run(order: Order, progress: Callable[[Tally], object] | None) -> Tally:
    """Run the driver in another process until no scene waits.

    Args:
        order: what it is to do.
        progress: called after every scene, or None.

    Returns:
        The final tally.

    Raises:
        KeyboardInterrupt: Ctrl-C or, in the main thread, SIGTERM; Ray has shut down in order. A
            second one kills it at once.
        GeomagError: of the driver, as it was raised there.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints, _sigterm():
        command = [sys.executable, "-m", "geomagnifier.archive.driver_process"]
        pipes: dict[str, Any] = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": complaints,
            "text": True,
        }
        child = subprocess.Popen(command, start_new_session=True, env=_environment(), **pipes)
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            with _unbroken():
                child.stdin.write(json.dumps(asdict(order), default=str) + "\n")
                child.stdin.flush()
            tally = _listen(child.stdout, progress)
            child.wait()
        except BaseException:  # a second Ctrl-C comes out of `_end`, which kills in any case
            _end(child)
            raise
        finally:
            child.stdout.close()
            with _unbroken():
                child.stdin.close()
        if tally is not None:
            return tally
        complaints.seek(0)
        last = (complaints.read().strip().splitlines() or [f"it ended with {child.returncode}"])[-1]
        raise GeomagError(
            f"the driver process of geomag map died ({last[:200]}); run the same command to"
            " continue"
        )


def _listen(lines: IO[str], progress: Callable[[Tally], object] | None) -> Tally | None:
    """Pass on the tallies, warnings and errors of the driver, and return its last tally."""
    for line in lines:
        if not line.startswith("{"):  # some library printed it
            continue
        message = json.loads(line)
        if "error" in message:
            raise getattr(errors, message["error"])(message["says"])
        if "warning" in message:
            warnings.warn(message["warning"], GeomagWarning, stacklevel=4)
        elif message.pop("last"):
            return Tally(**message)
        elif progress is not None:
            progress(Tally(**message))
    return None


def _end(child: subprocess.Popen[str]) -> None:
    """Stop the driver, wait for Ray to shut down, and kill all of it where that takes too long."""
    try:
        with _unbroken():
            if child.stdin is not None:
                child.stdin.close()
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if child.poll() is None:
            with _unbroken():
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextmanager
def _unbroken() -> Iterator[None]:
    """Ignore that the other end has gone: its output, or its exit code, says why."""
    with suppress(BrokenPipeError, ProcessLookupError):
        yield


@contextmanager
def _sigterm() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C, in the main thread and unless the program handles it itself."""

    def press(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    here = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if here:
        signal.signal(signal.SIGTERM, press)
    try:
        yield
    finally:
        if here:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _environment() -> dict[str, str]:
    """Return an environment in which the other process imports this very package."""
    package = str(Path(__file__).parents[2])
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(
            [package, *(path for path in paths if path and path != package)]
        )
    }


def main() -> int:
    """Run the driver: the main function of the other process."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Not SIG_IGN, which Ray's own processes would inherit.
        signal.signal(number, lambda number, frame: None)
    out, sys.stdout = sys.stdout, sys.stderr  # Ray prints to stdout when a worker dies
    order = _read(sys.stdin.readline())
    stopped = threading.Event()
    threading.Thread(target=_until_end, args=(sys.stdin, stopped), daemon=True).start()

    def send(**message: Any) -> None:
        with _unbroken():
            print(json.dumps(message), file=out, flush=True)

    warnings.showwarning = lambda message, category, *_, **__: (
        send(warning=str(message)) if issubclass(category, GeomagWarning) else None
    )
    warnings.simplefilter("always", GeomagWarning)
    code = 0
    try:
        manifest = Manifest(order.task.out / MANIFEST, order.key)
        ray = cluster.library(local=order.address is None)
        with cluster.cluster(ray, order.workers, order.address) as count:
            driver = Driver(
                ray,
                order.task,
                manifest,
                count,
                order.split,
                lambda tally: send(**asdict(tally), last=False),
            )
            tally = driver.run(stopped)
        send(**asdict(tally), last=True)
    except KeyboardInterrupt:
        code = STOPPED
    except GeomagError as error:
        send(error=type(error).__name__, says=str(error))
        code = 2
    out.flush()
    # All is written; what Ray has left in this process must not crash it on its way out.
    os._exit(code)


def _until_end(lines: IO[str], stopped: threading.Event) -> None:
    lines.read()
    stopped.set()


def _read(line: str) -> Order:
    members = json.loads(line)
    task = members.pop("task")
    return Order(Task(**task | {"out": Path(task["out"])}), **members)


if __name__ == "__main__":
    sys.exit(main())
