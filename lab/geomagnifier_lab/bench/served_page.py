"""A `geomag serve` of this or of another installation, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geomagnifier.errors import ModelError

PATIENT = 120.0
"""Seconds that a service may take to start."""
ADDRESS = re.compile(r"http://[\d.:]+")


def command(geomag: Path | None) -> list[str]:
    """The command line of a `geomag`; None: that of this process."""
    return [sys.executable, "-m", "geomagnifier"] if geomag is None else [str(geomag)]


@contextmanager
def served(folder: Path, geomag: Path | None = None, words: Sequence[str] = ()) -> Iterator[str]:
    """Serve a folder of images, and yield the service's address.

    Args:
        folder: of the images.
        geomag: the command `geomag` of another installation; None: that of this process.
        words: more of the command line.

    Raises:
        ModelError: the service does not start.
    """
    environment = dict(os.environ)
    environment.pop("OMP_NUM_THREADS", None)  # each takes as many threads as it does by itself
    if geomag is not None:
        environment.pop("PYTHONPATH", None)
    line = [*command(geomag), "serve", str(folder), "--port", "0", "--no-browser", *words]
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(
            line, env=environment, stdout=told, stderr=subprocess.STDOUT, text=True
        )
        try:
            yield _address(process, told)
        finally:
            process.terminate()
            process.wait(timeout=PATIENT)


def read_json(address: str) -> Any:
    """What an address of a service says, as JSON."""
    with urllib.request.urlopen(address, timeout=PATIENT) as reply:
        return json.load(reply)


def scene_ids(address: str) -> dict[str, str]:
    """Ids of a service's scenes by their names."""
    return {scene["name"]: scene["id"] for scene in read_json(f"{address}/v1/scenes")["scenes"]}


def wait_until_idle(address: str) -> None:
    """Wait until no job is running or waiting, such as the first view of a scene just opened."""
    while True:
        state = read_json(f"{address}/healthz")
        if not state["running"] and not state["waiting"]:
            return
        time.sleep(0.05)


def _address(process: subprocess.Popen[str], told: Any) -> str:
    end = time.monotonic() + PATIENT
    while time.monotonic() < end:
        told.seek(0)
        text = told.read()
        if found := ADDRESS.search(text):
            return _alive(found[0].rstrip(":"), end)
        if process.poll() is not None:
            raise ModelError(f"the service did not start: {text.strip().splitlines()[-1:]}")
        time.sleep(0.05)
    raise ModelError(f"the service did not start within {PATIENT:.0f} s")


def _alive(address: str, end: float) -> str:
    while True:
        try:
            read_json(f"{address}/healthz")
            return address
        except OSError:
            if time.monotonic() > end:
                raise ModelError(f"{address} does not answer") from None
            time.sleep(0.05)
