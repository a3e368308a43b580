"""Progress on stderr."""

from __future__ import annotations

import pytest

from geomagnifier.cli import progress


def test_a_line_now_and_then_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    with progress.progress_bar("scenes") as move:
        for done in range(1001):
            now[0] = done / 10
            move(done, 1000)
        now[0] += 100
        move(1, 1)  # one thing is waited for, whatever it takes
    assert capsys.readouterr().err.splitlines() == [
        f"geomag: {done} of 1,000 scenes" for done in (300, 600, 900)
    ]
