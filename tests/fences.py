"""Commands and snippets of a Markdown page, run as a reader would.

Top to bottom, in one folder, with a real shell.

The words after a fence's language say what it needs (`needs=gpu network data qgis server`, one of
them) and whether it is `slow`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ports import free_port

FENCE = re.compile(r"^```(bash|python)\b([^\n]*)\n(.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)
NEEDS = ("gpu", "network", "data", "qgis", "server")
ADDRESS = re.compile(r"(127\.0\.0\.1:|localhost:|--port )8000\b")
"""Pages speak of port 8000; the tests take one that is free."""
LONGEST = 1800
"""Seconds for one fence."""


@dataclass(frozen=True)
class Fence:
    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def needs(self) -> str | None:
        return next(
            (word.removeprefix("needs=") for word in self.words if word.startswith("needs=")), None
        )

    @property
    def slow(self) -> bool:
        return "slow" in self.words

    @property
    def serves(self) -> bool:
        return self.needs == "server" and re.search(r"\bgeomag serve\b", self.text) is not None

    @property
    def unmarked(self) -> str:
        """What it does without saying so; "" where all is well."""
        if self.needs is None and re.search(
            r"^\s*(sudo|apt|apt-get|pip|uv|conda|docker|git|wget)\b", self.text, re.MULTILINE
        ):
            return "fetches something: needs=network"
        if self.needs not in ("server", "network", "gpu") and re.search(
            r"\bgeomag serve\b", self.text
        ):
            return "never ends: needs=server"
        return ""

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def fences(page: Path) -> list[Fence]:
    """Of bash and Python, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Fence(
            page,
            text.count("\n", 0, found.start()) + 1,
            found[1],
            tuple(found[2].split()),
            found[3],
        )
        for found in FENCE.finditer(text)
    ]


def there(need: str | None) -> bool:
    """Whether this machine has what a fence needs. The network and a GPU are never used."""
    if need == "data":
        return bool(os.environ.get("GEOMAG_DATA"))
    if need == "qgis":
        return shutil.which("qgis_process") is not None
    if need == "server":
        return find_spec("fastapi") is not None and shutil.which("curl") is not None
    return need is None


@contextmanager
def warm_programs(folder: Path) -> Iterator[Path]:
    """A folder with a `geomag` and a `python` that start at once: see warm.py."""
    door = Path(tempfile.mkdtemp()) / "door"  # a socket's name has to be short
    command = [sys.executable, str(Path(__file__).with_name("warm.py")), str(door), str(folder)]
    process = subprocess.Popen(command, start_new_session=True)
    try:
        while not door.exists() and process.poll() is None:
            time.sleep(0.05)
        assert process.poll() is None, "warm.py has ended"
        yield folder
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(door.parent)


def run(page: list[Fence], folder: Path, programs: Path, slow: bool = False) -> int:
    """Run what can be run here, in `folder`; returns how many.

    A fence that fails is an AssertionError that shows what it printed.

    programs: as from `warm_programs`; a server is the installed one.
    """
    port = free_port()
    known = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GEOMAG_") or name == "GEOMAG_DATA"
    }
    installed = f"{Path(sys.executable).parent}{os.pathsep}{known['PATH']}"
    here = known | {
        "PATH": installed,
        "GEOMAG_PORT": str(port),
        "BROWSER": "true",
        "HF_HUB_OFFLINE": "1",
        "COLUMNS": "120",
    }
    chosen = [fence for fence in page if there(fence.needs) and (slow or not fence.slow)]
    with ExitStack() as servers:
        for fence in chosen:
            assert not fence.unmarked, f"{fence} {fence.unmarked}"
            text = ADDRESS.sub(rf"\g<1>{port}", fence.text)
            if fence.serves:
                servers.close()
                servers.enter_context(serving(fence, text, folder, here, port))
                continue
            command = (
                ["bash", "-euo", "pipefail", "-c", text]
                if fence.language == "bash"
                else [str(programs / "python"), "-c", text]
            )
            quick = here | {"PATH": f"{programs}{os.pathsep}{installed}"}
            done = subprocess.run(
                command,
                cwd=folder,
                env=quick,
                capture_output=True,
                text=True,
                timeout=LONGEST,
                check=False,
            )
            assert done.returncode == 0, (
                f"{fence} leaves with"
                f" {done.returncode}\n{text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            )
    return len(chosen)


@contextmanager
def serving(
    fence: Fence, text: str, folder: Path, environment: dict[str, str], port: int
) -> Iterator[None]:
    """`geomag serve` of a page in the background, until the page ends or starts another one."""
    with (folder / ".served.log").open("w+") as log:
        command = ["bash", "-euo", "pipefail", "-c", text]
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            end = time.monotonic() + LONGEST
            while (
                not (there := answers(f"http://127.0.0.1:{port}/healthz"))
                and process.poll() is None
                and time.monotonic() < end
            ):
                time.sleep(0.1)
            log.seek(0)
            assert there, f"{fence} does not serve\n{text}\n{log.read()[-3000:]}"
            yield
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=LONGEST)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=600):
            return True
    except urllib.error.HTTPError:
        return True  # it asks for a key, say
    except OSError:
        return False
