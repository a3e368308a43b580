"""ask_many(): one question about many scenes, some at a time, answered in their order."""

from __future__ import annotations

import inspect
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import count, islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from geomagnifier.default_model import default_model
from geomagnifier.errors import GeomagError, OptionError
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import Scene
from geomagnifier.results import Answer

if TYPE_CHECKING:
    from PIL.Image import Image

    Source: TypeAlias = Scene | str | os.PathLike[str] | NDArray[Any] | Image

OWN = ("scene", "question", "model", "journal", "progress", "refers")
"""Arguments of `ask` that are none of `ask_many`, or mean something else there."""
OPTIONS = tuple(name for name in inspect.signature(ask).parameters if name not in OWN)


@overload
def ask_many(
    scenes: Iterable[Source],
    question: str,
    model: Model | None = ...,
    *,
    workers: int = ...,
    progress: Callable[[int, int | None], bool | None] | None = ...,
    errors: Literal["raise"] = ...,
    **options: Any,
) -> Iterator[Answer]: ...
@overload
def ask_many(
    scenes: Iterable[Source],
    question: str,
    model: Model | None = ...,
    *,
    workers: int = ...,
    progress: Callable[[int, int | None], bool | None] | None = ...,
    errors: Literal["yield"],
    **options: Any,
) -> Iterator[Answer | GeomagError]: ...
def ask_many(
    scenes: Iterable[Source],
    question: str,
    model: Model | None = None,
    *,
    workers: int = 2,
    progress: Callable[[int, int | None], bool | None] | None = None,
    errors: Literal["raise", "yield"] = "raise",
    **options: Any,
) -> Iterator[Answer | GeomagError]:
    """Ask one question about many scenes.

    A generator that gives the answers in the order of the scenes.

    `workers` scenes are worked on at a time, so that one is read while another is looked at, and as
    many more are begun, or wait to be taken. No others are taken from `scenes` ahead, which may be
    a generator itself. For an archive too large for one machine, or for one sitting, there is
    `geomag map`.

    Args:
        scenes: each as of `ask`. An open scene stays open, and must stay so until its answer is
            there.
        question: plain words.
        model: of `load_model`; None for the small model, which is loaded once.
        workers: scenes at a time, 1 or more; threads, which share the model.
        progress: called with (scenes done, scenes in all, or None where `scenes` has no length)
            after each; where it returns False no further scene is answered.
        errors: what becomes of a scene that cannot be answered (damaged, not there). "raise": its
            error is raised in its place, when all answers before it have been given; that ends the
            generator. "yield": its error is given in place of the answer, and the others go on:
            each scene has one or the other.
        **options: `box`, `box_crs`, `aoi`, `aoi_crs`, `search`, `budget`, `recall`, `min_score`,
            `max_memory` and `variant` of `ask`.

    Raises:
        OptionError: an unknown option, or too few workers; at once, before the first answer.
        GeomagError: those of `ask`, in place of an answer. A note (`error.__notes__`) says which
            scene it is of.

    Example:
        >>> import geomagnifier as gm
        >>> answers = gm.ask_many(["a.tif", "b.tif"], "Find every ship.")  # doctest: +SKIP
        >>> [len(answer) for answer in answers]  # doctest: +SKIP
        [9, 2]
    """
    if isinstance(scenes, str | os.PathLike | Scene) or (
        isinstance(scenes, np.ndarray) and scenes.ndim < 4
    ):
        raise OptionError(
            "ask_many takes several scenes, as a list or a generator; one scene is asked about with"
            " ask(scene, question)"
        )
    if workers < 1:
        raise OptionError(
            f"workers is how many scenes are worked on at a time, 1 or more, not {workers}"
        )
    if errors not in ("raise", "yield"):
        raise OptionError(f"errors is 'raise' or 'yield', not {errors!r}")
    if unknown := sorted(options.keys() - {*OPTIONS}):
        raise OptionError(
            f"ask_many has no option {', '.join(unknown)}; there are {', '.join(OPTIONS)}"
        )
    return _answers(scenes, question, model, workers, progress, errors == "yield", options)


def _answers(
    scenes: Iterable[Source],
    question: str,
    model: Model | None,
    workers: int,
    progress: Callable[[int, int | None], bool | None] | None,
    give: bool,
    options: dict[str, Any],
) -> Iterator[Answer | GeomagError]:
    """`ask_many` with checked arguments. give: errors of a scene are given, not raised."""
    total = len(scenes) if isinstance(scenes, Sized) else None
    ended = (
        threading.Event()
    )  # whoever takes the answers has gone: what is under way stops at its next window
    numbered = enumerate(scenes)
    waiting: deque[Future[Answer | GeomagError]] = deque()

    def answer(number: int, scene: Source) -> Answer | GeomagError:
        try:
            return ask(
                scene,
                question,
                model or default_model(),
                progress=lambda *_: not ended.is_set(),
                **options,
            )
        except GeomagError as error:
            error.add_note(
                f"scene {number} of"
                f" ask_many{f': {scene}' if isinstance(scene, str | os.PathLike) else ''}"
            )
            return error

    pool = ThreadPoolExecutor(workers, "geomag-ask-many")
    try:
        for done in count(1):
            for number, scene in islice(numbered, max(0, 2 * workers - len(waiting))):
                waiting.append(pool.submit(copy_context().run, answer, number, scene))
            if not waiting:
                return
            result = waiting.popleft().result()
            if isinstance(result, GeomagError) and not give:
                raise result
            more = progress is None or progress(done, total) is not False
            yield result
            if not more:
                return
    finally:
        ended.set()
        pool.shutdown(wait=True, cancel_futures=True)
