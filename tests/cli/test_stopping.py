"""Ctrl-C and SIGTERM end a command in a word, from its first import to its end."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CODE = """
import sys, time
from pathlib import Path
import geomagnifier.cli.main as cli
from geomagnifier.__main__ import main

def slow(*_, **__):
    Path({there!r}).touch()
    time.sleep(3600)

if {where!r} == "import":
    cli.main = slow  # as if it took a minute to come by
else:
    import geomagnifier.models.registry as checkpoint
    checkpoint.load_model = slow
main()
"""


def heard() -> None:
    """A suite that runs in the background ignores Ctrl-C, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("where", ["import", "command"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_is_told_in_one_line(tmp_path: Path, where: str, number: int, code: int) -> None:
    words = [sys.executable, "-c", CODE.format(where=where, there=str(tmp_path / "there")), "info"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heard
    ) as process:
        end = time.monotonic() + 600
        while not (tmp_path / "there").exists():
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        assert process.communicate(timeout=600) == ("", "geomag: stopped\n")
    assert process.returncode == code
