"""Run `geomag` in the process of a test."""

import sys

import pytest

from geomagnifier.cli.main import main


def geomag(monkeypatch, capfd, *words):
    """Run the command in this process: (exit code, stdout, stderr)."""
    monkeypatch.setattr(sys, "argv", ["geomag", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capfd.readouterr()
    return stop.value.code or 0, out, err
