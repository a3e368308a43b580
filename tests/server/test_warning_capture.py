"""Warnings go to the job of the thread that raised them."""

import threading
import warnings

import pytest

from geomagnifier.errors import GeomagWarning
from geomagnifier.server.warning_capture import MOST, captured_warnings


@pytest.fixture(autouse=True)
def usual():
    """Put `warnings` back as it was."""
    with warnings.catch_warnings():
        yield


def test_each_thread_has_its_own_once():
    kept = {}
    together = threading.Barrier(2)

    def work(name):
        with captured_warnings() as told:
            together.wait(60)
            for _ in range(2):
                warnings.warn(f"{name} was cut", GeomagWarning, stacklevel=1)
            together.wait(60)
        kept[name] = told

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert kept == {"a": ["a was cut"], "b": ["b was cut"]}


def test_no_more_than_some_are_kept():
    with captured_warnings() as told:
        for number in range(MOST + 5):
            warnings.warn(f"number {number}", GeomagWarning, stacklevel=1)
    assert told == [f"number {number}" for number in range(MOST)]
