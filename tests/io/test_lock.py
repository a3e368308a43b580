"""One process at a time in a folder; a killed one lets go."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from geomagnifier.errors import OutputError
from geomagnifier.io.lock import locked

BUSY = OutputError("busy")
HOLD = """
import sys, time
from pathlib import Path
from geomagnifier.errors import OutputError
from geomagnifier.io.lock import locked
with locked(Path(sys.argv[1]), OutputError("busy")):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_is_refused_until_the_first_has_left(tmp_path: Path) -> None:
    with locked(tmp_path / "new" / "lock", BUSY), pytest.raises(OutputError, match="busy"), locked(tmp_path / "new" / "lock", BUSY):
        pass
    with locked(tmp_path / "new" / "lock", BUSY):
        pass


def test_the_lock_of_a_killed_process_does_not_last(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match="busy"), locked(tmp_path / "lock", BUSY):
            pass
        other.kill()
        other.wait()
    with locked(tmp_path / "lock", BUSY):
        pass


def test_a_folder_that_cannot_be_made_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), locked(tmp_path / "file" / "lock", BUSY):
        pass
