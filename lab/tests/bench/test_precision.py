"""Number formats agree with fp32, and one that the machine cannot run is reported, not fatal."""

from __future__ import annotations

import math

import pytest
import torch

from geomagnifier_lab.bench import precision
from geomagnifier_lab.networks.network import SmallNetwork


def test_forms_agree_and_a_missing_compiler_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def compiler_is_missing(*_: object) -> None:
        raise RuntimeError("no C++ compiler found\nmore of it")

    monkeypatch.setattr(torch, "compile", lambda run: compiler_is_missing)
    monkeypatch.setattr(precision, "VIEW", (64, 96))
    torch.manual_seed(0)
    told: list[tuple[int, int]] = []
    rows = precision.compare(
        SmallNetwork(3, 2, 4, 5), 1, lambda done, total: told.append((done, total))
    )
    assert list(rows) == list(precision.FORMS)
    assert told[-1] == (len(rows), len(rows))
    assert rows["fp32"]["times faster"] == 1 and rows["fp32"]["error"] == 0
    assert rows["fp32, channels last"]["error"] < 1e-5
    assert 0 < rows["bf16, channels last"]["error"] < 0.05
    assert all(math.isnan(value) for value in rows["bf16, channels last, compiled"].values())
    assert "no C++ compiler found" in capsys.readouterr().err
