"""The map with its tools: zoom, whole scene, drawing a box, and switching layers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from geomagnifier.server.ui.theme import LEAFLET
from geomagnifier.server.ui.widgets import (
    button,
    set_attributes,
    set_pressed,
    set_shown,
    tag,
    text_tag,
)

ANSWERS = 30.0
"""Seconds for a browser to report its view: one that draws thousands of regions, or a slow phone,
may be busy for some of them.
"""
LAYERS = {"regions": "Regions", "heat": "Heat", "crops": "Looks"}
ABSENT = {
    "regions": "This answer has no regions",
    "heat": "This answer has no heat map: nothing had to be searched",
    "crops": "No part was opened for a closer look: the picture was seen as a whole",
}
Bounds = Sequence[Sequence[float]]


class SceneMap(ui.element, component="scene_map.js", esm={"nicegui-leaflet": str(LEAFLET)}):
    """The map element in the browser; its methods are in scene_map.js."""

    def __init__(self) -> None:
        super().__init__()
        self.classes("map")
        set_attributes(
            self, tabindex="0", role="application", aria_label="Map. No picture is open."
        )


class MapPanel:
    """The map and the tools over it.

    Args:
        on_drawn: called with ((south, west), (north, east)) of a rectangle that was drawn.
    """

    def __init__(self, on_drawn: Callable[[Bounds], Awaitable[None]]) -> None:
        self.on = {"regions": True, "heat": False, "crops": False}
        self._ready = False
        self._waiting: list[tuple[str, tuple[Any, ...]]] = []
        self._drawing = False
        self._on_drawn = on_drawn
        self.map = SceneMap()
        self.map.on("ready", self._begin)
        self.map.on("drawn", self._drawn)
        self.map.on("drawing", self._set_drawing)
        self.map.on("wanted", lambda event: self.switch(event.args, True))
        with tag("div", "tools left", role="group", aria_label="Map"):
            with tag("div", "cluster"):
                for drawn, label, call in (
                    ("plus", "Zoom in", ("zoom", 1)),
                    ("minus", "Zoom out", ("zoom", -1)),
                    ("fit", "Show the whole picture", ("fit",)),
                ):
                    button("", drawn, lambda call=call: self._run(*call), "round", label=label)
            with tag("div", "cluster"):
                self._pen = button(
                    "", "box", self.toggle_drawing, "round", label="Draw a box to ask about"
                )
        with tag("div", "tools right", role="group", aria_label="Layers"), tag("div", "cluster"):
            self._switches = {
                name: button(text, None, lambda name=name: self.switch(name, not self.on[name]), "")
                for name, text in LAYERS.items()
            }
        self._hint = tag("div", "hint", role="status")
        with self._hint:
            text_tag("span", "Drag over the map, or click two corners. Esc ends.")
            button("Use this view", None, lambda: self._run("view"), "edged low")
        set_shown(self._hint, False)
        self.has()

    def open(self, scene: dict[str, Any]) -> None:
        """Show a scene.

        Args:
            scene: tiles, earth, least, most, zoom, bounds and name of it as scene_map.js reads
                them, and part, the ring of the part to go to, or None.
        """
        self._run("open", scene)
        self.has()

    def show(self, document: str, heat: str) -> None:
        """Show the layers of an answer.

        Args:
            document: URL of its regions and windows.
            heat: URL of its relevance map.
        """
        self._run("show", document, heat)

    def has(self, regions: bool = False, heat: bool = False, crops: bool = False) -> None:
        """Enable the buttons of the layers that there are.

        Args:
            regions: whether the answer has regions.
            heat: whether it has a relevance map.
            crops: whether it has search windows.
        """
        for name, there in {"regions": regions, "heat": heat, "crops": crops}.items():
            set_attributes(
                self._switches[name], disabled=not there, title=None if there else ABSENT[name]
            )
            set_pressed(self._switches[name], there and self.on[name])

    def switch(self, name: str, on: bool) -> None:
        """Show or hide a layer.

        Args:
            name: one of `LAYERS`.
            on: whether it is shown.
        """
        self.on[name] = on
        set_pressed(self._switches[name], on)
        self._run("switch", self.on)

    def box(self, ring: Bounds | None) -> None:
        """Show the box of the question; None: remove it."""
        self._run("box", ring)

    def go(self, ring: Bounds) -> None:
        """Go to a part of the scene and outline it until something else is asked or opened."""
        self._run("go", ring)

    async def shows(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of the view in degrees; None where it is not georeferenced."""
        try:
            bounds = await self.map.run_method("shows", timeout=ANSWERS) if self._ready else None
        except TimeoutError:  # the browser is asleep
            bounds = None
        if bounds is None:
            return None
        west, south, east, north = bounds
        return max(-180.0, west), max(-90.0, south), min(180.0, east), min(90.0, north)

    def toggle_drawing(self) -> None:
        """Begin or end drawing a box."""
        self._run("draw", not self._drawing)

    def _set_drawing(self, event: GenericEventArguments) -> None:
        self._drawing = bool(event.args)
        set_pressed(self._pen, self._drawing)
        set_shown(self._hint, self._drawing)

    async def _drawn(self, event: GenericEventArguments) -> None:
        await self._on_drawn(event.args["bounds"])

    def _begin(self) -> None:
        """The browser has loaded the map: send it what it has missed."""
        self._ready = True
        self._run("switch", self.on)
        for name, values in self._waiting:
            self.map.run_method(name, *values)
        self._waiting.clear()

    def _run(self, name: str, *values: Any) -> None:
        if self._ready:
            self.map.run_method(name, *values)
        elif name in ("open", "show", "box", "go"):
            self._waiting.append((name, values))
