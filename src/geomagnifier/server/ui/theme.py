"""The look of the page: colours, spaces and type sizes as CSS variables, which `STYLES` use.

Light and dark follow the system unless the user chooses one (`data-theme` on the root element).
Regions have the colours of overlay.png; the page's own colours never stand for a class.
"""

from __future__ import annotations

from pathlib import Path

import nicegui.elements.leaflet as leaflet

from geomagnifier.export.heatmap import STEPS

HERE = Path(__file__).parent
STYLES = ("page.css", "map.css")
"""The page's own style sheets."""
LEAFLET = Path(leaflet.__file__).parent / "dist"
"""Leaflet as it comes with NiceGUI."""

COLOURS = {
    # name: (light, dark). Text has a contrast of at least 4.5 to its ground in both.
    "ground": ("#f3f5f2", "#0c1211"),  # behind everything
    "card": ("#ffffff", "#141c1a"),  # panel, header, menus
    "sunken": ("#edf0ec", "#0f1614"),  # fields, bars, quiet buttons
    "sea": ("#dfe6e3", "#090e0d"),  # the map beside the scene
    "ink": ("#14201d", "#e8efec"),
    "faint": ("#55645f", "#98a8a2"),
    "line": ("#d7ded9", "#35433f"),
    "edge": ("#87958f", "#5d6d67"),  # edges of fields: a contrast of 3 on card
    "accent": ("#0a6b5b", "#5fd0b6"),
    "on-accent": ("#ffffff", "#04211b"),
    "tint": ("#dcf0ea", "#12332c"),  # what is chosen
    "danger": ("#a3261b", "#ff9d91"),
    "danger-tint": ("#fbe9e6", "#3a1714"),
}

SPACES = {"1": "4px", "2": "8px", "3": "12px", "4": "16px", "5": "24px", "6": "32px"}

LETTERS = {
    # name: size/line height
    "small": ("12px", "1.4"),
    "text": ("14px", "1.5"),
    "large": ("16px", "1.45"),
    "answer": ("20px", "1.4"),
    "value": ("36px", "1.15"),
}

FAMILY = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', 'PingFang SC', 'Noto"
    " Sans CJK SC', sans-serif"
)

REMEMBERED = """
(() => {
  try {
    const theme = localStorage.getItem("geomag-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch { /* storage is switched off: the system's choice holds */ }
})();
"""
"""JavaScript that runs before anything is drawn, so that a dark page does not flash white."""


def style() -> str:
    """The whole style sheet of the page."""
    light, dark = (
        _variables({f"colour-{name}": pair[i] for name, pair in COLOURS.items()}) for i in (0, 1)
    )
    plain = {f"space-{name}": size for name, size in SPACES.items()} | {"family": FAMILY}
    plain |= {f"size-{name}": size for name, (size, _) in LETTERS.items()} | {
        f"lines-{name}": lines for name, (_, lines) in LETTERS.items()
    }
    plain["ramp"] = ", ".join("#{:02x}{:02x}{:02x}".format(*map(int, step)) for step in STEPS)
    rules = "".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)
    return (
        f":root {{ color-scheme: light; {_variables(plain)} {light} }}\n@media"
        " (prefers-color-scheme: dark) { :root:not([data-theme=light]) { color-scheme: dark;"
        f" {dark} }} }}\n:root[data-theme=dark] {{ color-scheme: dark; {dark} }}\n{rules}"
    )


def head(upload_bytes: int) -> str:
    """HTML for the page's head: styles, scripts, and the colour of a phone's status bar.

    Args:
        upload_bytes: the largest upload; the browser refuses a larger file before it sends it.
    """
    bars = "".join(
        f'<meta name="theme-color" media="(prefers-color-scheme: {scheme})"'
        f' content="{COLOURS["card"][i]}">'
        for i, scheme in enumerate(("light", "dark"))
    )
    first = f'document.documentElement.dataset.uploadBytes = "{upload_bytes}";{REMEMBERED}'
    script = (HERE / "page.js").read_text(encoding="utf-8")
    map_style = (LEAFLET / "leaflet" / "leaflet.css").read_text(encoding="utf-8")
    styles = f"<style>{map_style}{style()}</style>"
    return f"{bars}<script>{first}</script>{styles}<script>{script}</script>"


def _variables(values: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in values.items())
