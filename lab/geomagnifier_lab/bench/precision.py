"""The image side and one question in several number formats on this machine.

The formats are fp32, bf16, channels last and compiled; the default follows from the figures. All
of them take turns, so that a slow moment of the machine hits each alike; ratios of medians are what
to read.
"""

from __future__ import annotations

import copy
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from geomagnifier_lab.networks.backbone import fold, normalise
from geomagnifier_lab.networks.network import SmallNetwork

VIEW = (704, 1024)
"""Height and width of the view: 1000 x 700 px, padded."""
FORMS = {
    "fp32": (False, False, False),
    "fp32, channels last": (False, True, False),
    "bf16": (True, False, False),
    "bf16, channels last": (True, True, False),
    "bf16, channels last, compiled": (True, True, True),
}
"""Form -> bf16, channels last, torch.compile."""


def compare(
    network: SmallNetwork, repeats: int = 5, progress: Callable[[int, int], object] | None = None
) -> dict[str, dict[str, float]]:
    """Time a view with one question in each form, and compare its mask with that of fp32.

    Args:
        network: trained or not; it is copied, not changed.
        repeats: timed rounds after one that does not count.
        progress: called with (forms done, forms in all), first calls included.

    Returns:
        by form, "seconds": the median; "times faster" than fp32; "first call": its seconds;
        "error": mean distance of mask probabilities from those of fp32. A form that this machine
        cannot run (a compiler is missing) has NaN in all of them.
    """
    pixels = torch.from_numpy(
        np.random.default_rng(0).integers(0, 256, (1, *VIEW, 3), dtype=np.uint8)
    )
    calls = {form: _call(network, *options) for form, options in FORMS.items()}
    first: dict[str, float] = {}
    masks: dict[str, Tensor] = {}
    for done, (form, call) in enumerate(list(calls.items()), 1):
        begin = time.perf_counter()
        try:
            masks[form] = call(pixels)
            first[form] = time.perf_counter() - begin
        except Exception as error:  # torch.compile fails in many ways where no compiler is at hand
            if not FORMS[form][2]:
                raise
            del calls[form]
            first[form] = float("nan")
            print(f"{form} cannot run here: {str(error).splitlines()[0][:120]}", file=sys.stderr)
        if progress is not None:
            progress(done, len(FORMS))
    taken: dict[str, list[float]] = {form: [] for form in calls}
    for _ in range(repeats):
        for form, call in calls.items():
            begin = time.perf_counter()
            call(pixels)
            taken[form].append(time.perf_counter() - begin)
    plain = statistics.median(taken["fp32"])
    rows = {}
    for form in FORMS:
        seconds = statistics.median(taken[form]) if form in taken else float("nan")
        distance = (
            float((masks[form] - masks["fp32"]).abs().mean()) if form in masks else float("nan")
        )
        rows[form] = {
            "seconds": seconds,
            "times faster": plain / seconds,
            "first call": first[form],
            "error": distance,
        }
    return rows


def _call(
    network: SmallNetwork, half: bool, last: bool, compiled: bool
) -> Callable[[Tensor], Tensor]:
    """A view -> mask probabilities, in one form, as `SmallModel` runs it."""
    own = copy.deepcopy(network).float().eval().requires_grad_(False)
    own.to(memory_format=torch.channels_last if last else torch.contiguous_format)  # type: ignore[call-overload]
    fold(own, torch.bfloat16 if half else torch.float32)
    if half:
        for part in (own.trunk, own.neck, own.decoder.image):
            part.bfloat16()

    def run(x: Tensor) -> Tensor:
        prepared = own.decoder.prepare(own.neck(own.trunk(x)))
        mask: Tensor = own.decoder(own.states.weight[:1][None].float(), prepared).mask
        return mask

    chosen = torch.compile(run) if compiled else run

    def call(pixels: Tensor) -> Tensor:
        x = normalise(pixels) if last else normalise(pixels).contiguous()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            mask: Tensor = torch.sigmoid(chosen(x.bfloat16() if half else x).float())
        return mask

    return call
