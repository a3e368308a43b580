"""Icons of the page as SVG paths of 24 x 24, so that no icon font has to be loaded."""

from __future__ import annotations

SHAPES = {
    "lens": (
        '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5 21 21"/>'
        '<path d="M4.6 8.4c3.4 1.7 8.4 1.7 11.8 0M4.6 12.6c3.4-1.7 8.4-1.7 11.8 0"/>'
    ),
    "ask": '<path d="M5 12h13M12.5 6.5 18 12l-5.5 5.5"/>',
    "open": '<path d="M12 16V4M7.5 8.5 12 4l4.5 4.5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3"/>',
    "box": '<path d="M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M10 4h4M10 20h4M4 10v4M20 10v4"/>',
    "polygon": '<path d="M5 9.5 12.5 4 20 10l-3.5 9.5-9-1z"/>',
    "point": (
        '<path d="M12 21c4-5 6-8 6-11a6 6 0 1 0-12 0c0 3 2 6 6 11z"/>'
        '<circle cx="12" cy="10" r="2"/>'
    ),
    "link": (
        '<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0'
        ' 0 0 11 18.7l1-1"/>'
    ),
    "fit": (
        '<path d="M9 4H4v5M15 4h5v5M20 15v5h-5M4 15v5h5"/><rect x="8.5" y="8.5" width="7"'
        ' height="7" rx="1"/>'
    ),
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "close": '<path d="M6 6l12 12M18 6 6 18"/>',
    "sun": (
        '<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17'
        ' 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4"/>'
    ),
    "moon": '<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>',
    "screen": (
        '<rect x="3.5" y="5" width="17" height="11.5" rx="1.5"/><path d="M9 20h6M12 16.5V20"/>'
    ),
    "down": '<path d="m7 10 5 5 5-5"/>',
    "save": '<path d="M12 4v11M7.5 10.5 12 15l4.5-4.5M4.5 20h15"/>',
    "alert": '<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v.1"/>',
}


def svg(name: str) -> str:
    """An icon in the colour of the text beside it, hidden from screen readers, which read that."""
    return (
        '<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"'
        f' focusable="false">{SHAPES[name]}</svg>'
    )
