"""The driver and its Ray in a process of their own.

They end in good order when they are told to, and when the one who asked is gone.

    python -m geomagnifier.archive.driver_process     stdin: one line, what to do; its end means stop.  stdout: a line for each thing that is told

An exception in the middle of a call of Ray, as Ctrl-C raises it, crashes the process that Ray is
in, and Ray takes SIGTERM for itself. So signals stay outside: this process is in a session of its
own, which Ctrl-C at a terminal does not reach, and ends when its stdin does. That happens too when
the other process is killed.
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
"""Seconds that Ray may take to end before it is ended."""
STOPPED = 3
"""Exit code of a driver that was told to stop."""


@dataclass(frozen=True)
class Order:
    """What is to be done."""

    task: Task
    key: dict[str, Any] = field(default_factory=dict)
    """Of the manifest.  The rest: arguments of `archive.run`."""
    workers: int | None = None
    address: str | None = None
    split: int = 0


def run(order: Order, progress: Callable[[Tally], object] | None) -> Tally:
    """Have the waiting scenes asked by another process.

    Raises:
        KeyboardInterrupt: Ctrl-C or, in the main thread, SIGTERM; what was under way is let go in
            good order. A second one ends it at once.
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
            told = _listen(child.stdout, progress)
            child.wait()
        except BaseException:  # a second Ctrl-C comes out of `_end`, which kills in any case
            _end(child)
            raise
        finally:
            child.stdout.close()
            with _unbroken():
                child.stdin.close()
        if told is not None:
            return told
        complaints.seek(0)
        last = (complaints.read().strip().splitlines() or [f"it ended with {child.returncode}"])[-1]
        raise GeomagError(
            f"the driver of the archive died ({last[:200]}); the same command goes on"
        )


def _listen(lines: IO[str], progress: Callable[[Tally], object] | None) -> Tally | None:
    """Pass on what the driver tells; its last tally."""
    for line in lines:
        if not line.startswith("{"):  # a library may have something to say as well
            continue
        told = json.loads(line)
        if "error" in told:
            raise getattr(errors, told["error"])(told["says"])
        if "warning" in told:
            warnings.warn(told["warning"], GeomagWarning, stacklevel=4)
        elif told.pop("last"):
            return Tally(**told)
        elif progress is not None:
            progress(Tally(**told))
    return None


def _end(child: subprocess.Popen[str]) -> None:
    """Tell it to stop, wait for Ray to end, and end all of it where that takes too long."""
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
    """Nothing is lost where the other end has gone: what it said, or its exit code, tells why."""
    with suppress(BrokenPipeError, ProcessLookupError):
        yield


@contextmanager
def _sigterm() -> Iterator[None]:
    """SIGTERM as Ctrl-C, in the main thread and unless the program has its own way."""

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
    """So that the other process imports this very package, wherever it was found."""
    package = str(Path(__file__).parents[2])
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(
            [package, *(path for path in paths if path and path != package)]
        )
    }


def main() -> int:
    """The other process."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(
            number, lambda number, frame: None
        )  # not SIG_IGN, which Ray's own processes would take over
    out, sys.stdout = sys.stdout, sys.stderr  # Ray prints what died
    order = _read(sys.stdin.readline())
    stopped = threading.Event()
    threading.Thread(target=_until_end, args=(sys.stdin, stopped), daemon=True).start()

    def tell(**told: Any) -> None:
        with _unbroken():
            print(json.dumps(told), file=out, flush=True)

    warnings.showwarning = lambda message, category, *_, **__: (
        tell(warning=str(message)) if issubclass(category, GeomagWarning) else None
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
                lambda tally: tell(**asdict(tally), last=False),
            )
            tally = driver.run(stopped)
        tell(**asdict(tally), last=True)
    except KeyboardInterrupt:
        code = STOPPED
    except GeomagError as error:
        tell(error=type(error).__name__, says=str(error))
        code = 2
    out.flush()
    os._exit(
        code
    )  # all is written; what Ray has left in this process must not crash it on its way out


def _until_end(lines: IO[str], stopped: threading.Event) -> None:
    lines.read()
    stopped.set()


def _read(line: str) -> Order:
    told = json.loads(line)
    task = told.pop("task")
    return Order(Task(**task | {"out": Path(task["out"])}), **told)


if __name__ == "__main__":
    sys.exit(main())
