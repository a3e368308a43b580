"""The model of questions that name none."""

from __future__ import annotations

import threading
from functools import cache

from geomagnifier.model_protocol import Model

_LOADING = threading.Lock()


def default_model() -> Model:
    """The small model, loaded once, whichever threads ask for it."""
    with _LOADING:
        return _loaded()


@cache
def _loaded() -> Model:
    from geomagnifier.models.registry import (
        load_model,
    )  # a part above; loaded only where no model is given

    return load_model("small")
