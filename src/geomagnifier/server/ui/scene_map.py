"""The map with its tools: zoom, whole scene, drawing a box, and switching layers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.theme import HERE, LEAFLET
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


def _layers() -> dict[str, str]:
    """The words on the buttons of the layers, by name."""
    return {"heat": _("Relevance"), "crops": _("Windows")}


def _absent() -> dict[str, str]:
    """Why an answer has no layer of a name."""
    return {
        "heat": _("This answer has no relevance map: nothing had to be searched"),
        "crops": _("No window was opened for a closer view: the picture was seen as a whole"),
    }


def _tools() -> dict[str, str]:
    """Tools that choose what a question is about."""
    return {
        "box": _("Draw a box to ask about"),
        "polygon": _("Draw a polygon to ask about"),
        "point": _("Ask about the place of a click"),
    }


def _hints() -> dict[str, str]:
    """How each tool is used."""
    return {
        "box": _("Drag over the map, or click two corners. Esc ends."),
        "polygon": _("Click the corners; Enter or a double click closes it. Esc ends."),
        "point": _("Click a place. Esc ends."),
    }


def _words() -> dict[str, str]:
    """Texts of scene_map.js."""
    return {
        "map": _("Map of {name}. Arrow keys move it, plus and minus zoom."),
        "heat": _("Relevance map"),
        "swipe": _("Where the answer ends and the picture alone begins"),
        "copy": _("Copy"),
    }


def _key_words() -> dict[str, str]:
    """Texts of map_key.js."""
    return {
        "key": _("Key"),
        "toggle": _("Show or hide"),
        "fill": _("Fill"),
        "line": _("Outline"),
        "swipe": _("Compare with the picture"),
        "outside": _("{n} outside this view"),
        "all": _("Show all"),
    }


SLIDE = "(e) => document.dispatchEvent(new CustomEvent('geomag-heat', { detail: e.target.value }))"
Bounds = Sequence[Sequence[float]]
MODULES = {"nicegui-leaflet": str(LEAFLET), "geomag-map": str(HERE / "map")}


class SceneMap(ui.element, component="scene_map.js", esm=MODULES):
    """The map element in the browser; its methods are in scene_map.js."""

    def __init__(self) -> None:
        super().__init__()
        self.classes("map")
        set_attributes(
            self, tabindex="0", role="application", aria_label=_("Map. No picture is open.")
        )
        self.props["words"] = _words()


class MapKey(ui.element, component="map_key.js"):
    """The key over the map; it talks to the map in the browser alone."""

    def __init__(self) -> None:
        super().__init__()
        self.props["words"] = _key_words()


class MapPanel:
    """The map and the tools over it.

    Args:
        on_drawn: called with the tool and the ring, (N, 2) of the map, that was drawn with it.
    """

    def __init__(self, on_drawn: Callable[[str, Bounds], Awaitable[None]]) -> None:
        self.on = dict.fromkeys(_layers(), False)
        self._ready = False
        self._waiting: list[tuple[str, tuple[Any, ...]]] = []
        self._drawing: str | None = None
        self._there = dict.fromkeys(_layers(), False)
        self._switches: dict[str, ui.element] = {}
        self._on_drawn = on_drawn
        self.map = SceneMap()
        self.map.on("ready", self._begin)
        self.map.on("drawn", self._drawn)
        self.map.on("drawing", self._set_drawing)
        with tag("div", "tools left", role="group", aria_label=_("Map")):
            with tag("div", "cluster"):
                for drawn, label, call in (
                    ("plus", _("Zoom in"), ("zoom", 1)),
                    ("minus", _("Zoom out"), ("zoom", -1)),
                    ("fit", _("Show the whole picture"), ("fit",)),
                ):
                    button("", drawn, lambda call=call: self._run(*call), "round", label=label)
            with tag("div", "cluster"):
                self._pens = {
                    tool: button(
                        "", tool, lambda tool=tool: self.toggle_drawing(tool), "round", label=label
                    )
                    for tool, label in _tools().items()
                }
        MapKey()
        self._hint = tag("div", "hint", role="status")
        with self._hint:
            self._hint_words = text_tag("span", "")
            self._use_view = button(
                _("Use this view"), None, lambda: self._run("useView"), "edged low"
            )
        set_shown(self._hint, False)

    def open(self, scene: dict[str, Any]) -> None:
        """Show a scene.

        Args:
            scene: tiles, earth, least, most, zoom, bounds, grid and name of it as scene_map.js
                reads them, and part, the ring of the part to go to, or None.
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

    def early(self, document: str | None) -> None:
        """Outline what a search that goes on has found so far.

        Args:
            document: URL of it; None: nothing of it any more.
        """
        self._run("early", document)

    def has(self, heat: bool = False, crops: bool = False) -> None:
        """Say which layers beside the regions an answer has, before `switches` are built.

        Args:
            heat: whether it has a relevance map.
            crops: whether it has search windows.
        """
        self._there = {"heat": heat, "crops": crops}

    def switches(self) -> None:
        """Build the buttons of these layers, with the legend of the relevance map."""
        with tag("div", "cluster layers", role="group", aria_label=_("Layers")):
            self._switches = {
                name: button(
                    text,
                    None,
                    lambda name=name: self.switch(name, not self.on[name]),
                    "",
                    disabled=not self._there[name],
                )
                for name, text in _layers().items()
            }
        for name, made in self._switches.items():
            set_attributes(made, title=None if self._there[name] else _absent()[name])
            set_pressed(made, self._there[name] and self.on[name])
        if self._there["heat"]:
            with tag("div", "legend"):
                text_tag("span", _("low"))
                tag("i", "ramp", aria_hidden="true")
                text_tag("span", _("high"))
            with tag("label", "slide"):
                text_tag("span", _("Opacity of the relevance map"))
                slide = tag("input", type="range", min="0", max="1", step="0.05", value="0.7")
                slide.on("input", js_handler=SLIDE)

    def switch(self, name: str, on: bool) -> None:
        """Show or hide a layer.

        Args:
            name: one of those of `_layers`.
            on: whether it is shown.
        """
        self.on[name] = on
        if name in self._switches:
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

    def toggle_drawing(self, tool: str) -> None:
        """Begin to draw with one of `_tools()`, or stop."""
        self._run("draw", None if self._drawing == tool else tool)

    def _set_drawing(self, event: GenericEventArguments) -> None:
        self._drawing = event.args or None
        for tool, pen in self._pens.items():
            set_pressed(pen, tool == self._drawing)
        set_shown(self._hint, self._drawing is not None)
        if self._drawing is not None:
            self._hint_words.text = _hints()[self._drawing]
            set_shown(self._use_view, self._drawing == "box")

    async def _drawn(self, event: GenericEventArguments) -> None:
        await self._on_drawn(event.args["tool"], event.args["ring"])

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
        elif name in ("open", "show", "box", "go", "look"):
            self._waiting.append((name, values))
