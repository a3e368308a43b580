"""The progress bar of a run says how far it is."""

from __future__ import annotations

import io

from rich.console import Console

from geomagnifier.finetuning.run_bar import bar


def test_done_and_total_are_shown() -> None:
    text = io.StringIO()
    with bar(Console(file=text, width=80, force_terminal=True), "crops") as progress:
        progress(3, 12)
    last = text.getvalue()
    assert "crops" in last and "3/12" in last and "12/12" not in last
