"""A service with a fake model in a process of its own.

NiceGUI and its event loop do not mix with those of the tests.

python serving_page.py ROOT LOOKS    prints the port it listens on, and serves until it is killed
"""

import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from fake import FakeModel
from geomagnifier.errors import GeomagWarning
from geomagnifier.server.app import create_app
from geomagnifier.server.serve import listen, uvicorn
from geomagnifier.server.settings import Settings
from geomagnifier.server.ui import attach

UPLOAD_BYTES = 1_000_000
PATIENT = 300.0
"""Seconds that it waits at most."""


class Slow(FakeModel):
    """A model that waits for the test.

    Asked to go "bit by bit" it processes a window for each file in the folder LOOKS, which it
    removes, or all of them while one is called "all". It warns where it is asked to guess, and
    embeds "wait for FILE" when the file is there.
    """

    def __init__(self, looks: Path, **given) -> None:
        super().__init__(**given)
        self.looks = looks

    def answer(self, query, granularity, views):
        if "bit by bit" in query.text:
            wait(lambda: any(self.looks.iterdir()))
            for path in [*self.looks.iterdir()][:1]:
                path.unlink() if path.name != "all" else None
        if "guess" in query.text:
            warnings.warn("one word was guessed", GeomagWarning, stacklevel=1)
        return super().answer(query, granularity, views)

    def embed(self, item):
        if isinstance(item, str) and item.startswith("wait for "):
            wait(Path(item.removeprefix("wait for ")).exists)
        return super().embed(item)


def wait(true) -> None:
    end = time.monotonic() + PATIENT
    while not true() and time.monotonic() < end:
        time.sleep(0.02)


def main(root: str, looks: str) -> None:
    settings = Settings(root=Path(root), port=0, upload_bytes=UPLOAD_BYTES)
    listener = listen(settings)
    app = create_app(settings, Slow(Path(looks), view_pixels=40_000, tile=192, overlap=32))
    attach(app, settings, app.state.library, app.state.jobs)
    print(listener.getsockname()[1], flush=True)
    uvicorn(app, settings).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
