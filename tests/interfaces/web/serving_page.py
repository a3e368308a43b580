"""A service with a fake model in a process of its own: NiceGUI and its event loop do not mix with those of the tests.

python serving_page.py ROOT        prints the port it listens on, and serves until it is killed
"""

import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from fake import FakeModel
from geomagnifier.errors import GeomagWarning
from geomagnifier.interfaces.serve import listen, uvicorn
from geomagnifier.interfaces.server import create_app
from geomagnifier.interfaces.settings import Settings
from geomagnifier.interfaces.web import attach

UPLOAD_BYTES = 1_000_000
PACES = {"slowly": 0.3, "gently": 0.04}
"""Words of a question, and seconds of each look."""


class Slow(FakeModel):
    """Takes its time where it is asked to, warns where it is asked to guess, and embeds "wait for FILE" when the file is there."""

    def answer(self, query, granularity, views):
        pace = next((seconds for word, seconds in PACES.items() if word in query.text), 0.0)
        time.sleep(pace * len(views))
        if "guess" in query.text:
            warnings.warn("one word was guessed", GeomagWarning, stacklevel=1)
        return super().answer(query, granularity, views)

    def embed(self, item):
        if isinstance(item, str) and item.startswith("wait for "):
            end = time.monotonic() + 60
            while not Path(item.removeprefix("wait for ")).exists() and time.monotonic() < end:
                time.sleep(0.05)
        return super().embed(item)


def main(root: str) -> None:
    settings = Settings(root=Path(root), port=0, upload_bytes=UPLOAD_BYTES)
    listener = listen(settings)
    app = create_app(settings, Slow(view_pixels=40_000, tile=192, overlap=32))
    attach(app, settings, app.state.library, app.state.jobs)
    print(listener.getsockname()[1], flush=True)
    uvicorn(app, settings).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
