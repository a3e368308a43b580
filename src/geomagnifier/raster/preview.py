"""Make a preview of a whole scene.

It is read from the scene where that is cheap, else put together from views that were read anyway.
"""

from __future__ import annotations

import math
from hashlib import blake2b

import numpy as np

from geomagnifier.errors import SceneUnreadable
from geomagnifier.geometry import Box, sides
from geomagnifier.raster.scene import Scene
from geomagnifier.types import SceneInfo, View, Window

PIXELS = 1_000_000
"""Pixels of a preview, at most about this many."""
CHEAP = 32_000_000
"""Pixels up to which a scene without overviews is read once more for its preview."""


class Preview:
    """A small picture of a scene.

    That of a large scene without overviews is a mosaic of views, each in its core.

    Args:
        scene: the scene.
        pyramid: whether it has overviews.
    """

    def __init__(self, scene: SceneInfo, pyramid: bool) -> None:
        shrink = max(1.0, math.sqrt(scene.pixels / PIXELS))
        if pyramid:
            # An overview at its own size needs no averaging.
            shrink = 2.0 ** math.ceil(math.log2(shrink) - 1e-9)
        self._cheap = pyramid or scene.pixels <= CHEAP
        across, down = sides(shrink, scene.view_aspect)
        self.window = Window(
            scene.box,
            max(1, round(scene.width / across)),
            max(1, round(scene.height / down)),
            "preview",
            scene.box,
        )
        self._pixels = np.zeros((self.window.height, self.window.width, 3), np.uint8)
        self._seen = np.zeros((self.window.height, self.window.width), bool)
        self._whole: View | None = None

    def lacks(self, window: Window) -> bool:
        """Whether a window's view would add to the picture."""
        if self._whole is not None or self._shows_all(window):
            return self._whole is None
        x0, y0, x1, y1 = self._place(window.core)
        return not self._cheap and not self._seen[y0:y1, x0:x1].all()

    def add(self, view: View) -> None:
        """Add a view to the mosaic, where nothing lies yet."""
        if self._shows_all(view.window):
            self._whole = self._whole or view
        if self._whole is not None or self._cheap:
            return
        x0, y0, x1, y1 = self._place(view.window.core)
        if x0 >= x1 or y0 >= y1 or self._seen[y0:y1, x0:x1].all():
            return
        from PIL import Image

        across, down = (
            self.window.width / self.window.box.width,
            self.window.height / self.window.box.height,
        )
        sx, sy = view.window.placement.scale
        box = view.window.box
        part = (
            (x0 / across - box.x0) / sx,
            (y0 / down - box.y0) / sy,
            (x1 / across - box.x0) / sx,
            (y1 / down - box.y0) / sy,
        )
        inside = (
            max(0.0, part[0]),
            max(0.0, part[1]),
            min(float(view.window.width), part[2]),
            min(float(view.window.height), part[3]),
        )
        if inside[0] >= inside[2] or inside[1] >= inside[3]:
            return
        small = Image.fromarray(view.pixels).resize(
            (x1 - x0, y1 - y0), Image.Resampling.BOX, inside, 3.0
        )
        fresh = ~self._seen[y0:y1, x0:x1]
        self._pixels[y0:y1, x0:x1][fresh] = np.asarray(small)[fresh]
        self._seen[y0:y1, x0:x1] = True

    def view(self, scene: Scene) -> View:
        """Return the preview; it is read from the scene where the views do not cover it.

        Raises:
            SceneUnreadable: it had to be read, and nothing of it can be.
        """
        if self._whole is not None:
            return self._whole
        if self._seen.all():
            return self.covered(scene)
        try:
            return scene.read(self.window)
        except SceneUnreadable:
            return scene.salvage(self.window)[0]

    def cheap(self, scene: Scene) -> View:
        """Return the preview where it costs little; else what the views cover of it, and black."""
        return self.view(scene) if self._cheap else self.covered(scene)

    def covered(self, scene: Scene) -> View:
        """Return what the views cover of the preview, and black; nothing is read."""
        # The key names these pixels: other views make another preview.
        of = blake2b(self._pixels.tobytes(), digest_size=8).hexdigest()
        return self._whole or View(self._pixels, self.window, f"{scene.key}:preview-{of}")

    def _shows_all(self, window: Window) -> bool:
        return window.box == self.window.box and window.width >= self.window.width

    def _place(self, box: Box) -> tuple[int, int, int, int]:
        across, down = (
            self.window.width / self.window.box.width,
            self.window.height / self.window.box.height,
        )
        x0, y0, x1, y1 = (
            round(box.x0 * across),
            round(box.y0 * down),
            round(box.x1 * across),
            round(box.y1 * down),
        )
        return max(0, x0), max(0, y0), min(self.window.width, x1), min(self.window.height, y1)
