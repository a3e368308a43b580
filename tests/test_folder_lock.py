"""One process at a time in a folder; a killed one lets go."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from geomagnifier.errors import OutputError
from geomagnifier.folder_lock import alone, locked

BUSY = OutputError("busy")
HOLD = """
import sys, time
from pathlib import Path
from geomagnifier.errors import OutputError
from geomagnifier.folder_lock import locked
with locked(Path(sys.argv[1]), OutputError("busy")):
    print("held", flush=True)
    time.sleep(3600)
"""


def test_the_second_is_refused_until_the_first_has_left(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "new" / "lock", BUSY),
        pytest.raises(OutputError, match="busy"),
        locked(tmp_path / "new" / "lock", BUSY),
    ):
        pass
    with locked(tmp_path / "new" / "lock", BUSY):
        pass


def test_the_lock_of_a_killed_process_does_not_last(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match="busy"), locked(tmp_path / "lock", BUSY):
            pass
        other.kill()
        other.wait()
    with locked(tmp_path / "lock", BUSY):
        pass


def test_a_folder_that_cannot_be_made_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match="cannot be written"),
        locked(tmp_path / "file" / "lock", BUSY),
    ):
        pass


def _train(out: Path, data: Path) -> None:
    from geomagnifier_lab.train.run import Length, run

    run(data, out, Length(), 0, "small")


def _train_full(out: Path, data: Path) -> None:
    pytest.importorskip("accelerate")
    from geomagnifier_lab.train.full.loop import train
    from geomagnifier_lab.train.full.settings import read

    train(read(["--data", str(data), "--out", str(out), "--precision", "no"]))


def _teach(out: Path, data: Path) -> None:
    from geomagnifier_lab.studies.teaching import curve

    curve(
        data,
        out,
        lambda sentences: pytest.fail("nothing is trained"),
        data,
        lambda done, total: None,
    )


def _ablate(out: Path, data: Path) -> None:
    from geomagnifier_lab.studies.ablations import ablate

    next(ablate(data, out, lambda sentences: pytest.fail("nothing is trained"), data))


@pytest.mark.parametrize("run", [_train, _train_full, _teach, _ablate])
def test_a_second_run_of_any_training_is_refused(
    run: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    with (
        alone(tmp_path / "run"),
        pytest.raises(
            OutputError,
            match=r"another run is writing .*run; wait for it to end, or choose another",
        ),
    ):
        run(tmp_path / "run", tmp_path / "data")
    assert [path.name for path in (tmp_path / "run").iterdir()] == [".lock"]
