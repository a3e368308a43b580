"""Commands and snippets of a Markdown page, run as a reader would.

Top to bottom, in one folder, with a real shell.

The words after a fence's language say what it needs (`needs=gpu network data qgis server`, one of
them) and whether it is `slow`. A fence `text output` right below one that runs holds what it
printed; numbers may differ from run to run. This writes it anew, at full size:

    python tests/fences.py docs/tutorials/harbour.md
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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ports import free_port

FENCE = re.compile(
    r"^```(bash|python)\b([^\n]*)\n(.*?)^```[ ]*$(?:\n\n^```text output\n(.*?)^```[ ]*$)?",
    re.MULTILINE | re.DOTALL,
)
NUMBER = re.compile(r"\d[\d.,]*")
SMALL = {"SCENES": "12", "SIDE": "6144"}
"""Pages say how large an example is by these variables; tests take a small one."""
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
    output: str | None = None
    """What the page says that it prints; None where the page does not say."""

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
            found[4],
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


def alike(text: str) -> str:
    """A text without what differs from run to run: its numbers, and how wide they make tables."""
    return re.sub(r"[\s─━-]+", " ", NUMBER.sub("0", text)).strip()


def run(
    page: list[Fence],
    folder: Path,
    programs: Path,
    slow: bool = False,
    seen: Callable[[Fence, str], None] | None = None,
) -> int:
    """Run what can be run here, in `folder`; returns how many.

    A fence that fails, or prints something else than the page says, is an AssertionError that
    shows what it printed.

    programs: as from `warm_programs`; a server is the installed one.
    seen: called with a fence and what it printed, at full size, in place of the comparison.
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
    if seen is None:
        here = SMALL | here
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
            if seen is not None:
                seen(fence, done.stdout)
            elif fence.output is not None:
                assert alike(done.stdout) == alike(fence.output), (
                    f"{fence} prints\n{done.stdout[-3000:]}\nnot\n{fence.output}"
                )
    return len(chosen)


def write_outputs(page: Path) -> None:
    """Run a page in a folder of its own and write into it what its fences print.

    Fences that need what is not here keep their output.
    """
    printed: dict[int, str] = {}
    with ExitStack() as stack:
        work, bin_folder = (
            Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)
        )
        programs = stack.enter_context(warm_programs(bin_folder))
        run(
            fences(page),
            work,
            programs,
            slow=True,
            seen=lambda fence, text: printed.__setitem__(fence.line, text),
        )
    text = page.read_text(encoding="utf-8")
    for found in reversed([*FENCE.finditer(text)]):
        line = text.count("\n", 0, found.start()) + 1
        if found[4] is not None and line in printed:
            lines = (row.rstrip() for row in printed[line].splitlines())
            shown = "".join(f"{row}\n" for row in lines)
            text = f"{text[: found.start(4)]}{shown}{text[found.end(4) :]}"
    page.write_text(text, encoding="utf-8")


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


if __name__ == "__main__":
    for name in sys.argv[1:]:
        write_outputs(Path(name))
