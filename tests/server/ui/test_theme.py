"""The page's colours can be read, and its rules use no others."""

import re

import pytest

pytest.importorskip("nicegui")

from geomagnifier.server.ui import theme

READ = [
    *[(ink, ground) for ink in ("ink", "faint") for ground in ("card", "ground", "sunken")],
    ("ink", "tint"),
    ("accent", "card"),
    ("accent", "tint"),
    ("on-accent", "accent"),
    ("danger", "danger-tint"),
]


def light_of(colour):
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, bright = sorted((light_of(one), light_of(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_can_be_read_on_their_ground(scheme):
    poor = {(a, b): contrast(theme.COLOURS[a][scheme], theme.COLOURS[b][scheme]) for a, b in READ}
    assert not {pair: ratio for pair, ratio in poor.items() if ratio < 4.5}
    assert (
        contrast(theme.COLOURS["edge"][scheme], theme.COLOURS["card"][scheme]) >= 3
    )  # edges of fields


def test_rules_take_colours_from_the_theme_alone():
    rules = "".join((theme.HERE / name).read_text(encoding="utf-8") for name in theme.STYLES)
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)) <= {
        "#fff",
        "#000",
        "#14201d",
    }  # over a picture, whatever the theme
    used = set(re.findall(r"var\(--(colour-[a-z-]+|space-\d|size-[a-z]+|lines-[a-z]+)\)", rules))
    assert {name for name in used if f"--{name}:" not in theme.style()} == set()
    assert {f"colour-{name}" for name in theme.COLOURS} <= used


def test_nothing_is_loaded_from_elsewhere():
    for name in (*theme.STYLES, "page.js", "scene_map.js"):
        text = (theme.HERE / name).read_text(encoding="utf-8")
        assert not re.search(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text), name
