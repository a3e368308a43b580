"""Which precision a processor has."""

from __future__ import annotations

import torch

from geomagnifier.models.networks.precision import fast_bf16


def test_bf16_as_the_processor_says(monkeypatch) -> None:
    for name, has in (("_is_avx512_bf16_supported", False), ("_is_amx_tile_supported", False)):
        monkeypatch.setattr(torch.cpu, name, lambda has=has: has, raising=False)
    assert fast_bf16() is False
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: True, raising=False)
    assert fast_bf16() is True
