"""Words of the panel: lines that fit, and letters that no font has."""

from __future__ import annotations

from geomagnifier.export import overlay_panel


def test_wrapped_lines_fit() -> None:
    letters = overlay_panel.font("", 16)
    lines = overlay_panel.wrapped(
        "several words in a row " * 10 + "y" * 200 + "\nsecond", letters, 200
    )
    assert all(letters.getlength(line) <= 200 for line in lines)
    assert "".join("".join(lines).split()) == "".join(
        ("several words in a row " * 10 + "y" * 200 + "second").split()
    )


def test_letters_that_no_font_has_are_not_drawn_as_boxes():
    assert overlay_panel.legible("Größe, naïve, 3 km²", 16)[0] == "Größe, naïve, 3 km²"
    assert overlay_panel.legible("\ue123 \U000f0000", 16)[0] == overlay_panel.ILLEGIBLE
    text, letters = overlay_panel.legible("飞机", 16)
    assert text in ("飞机", overlay_panel.ILLEGIBLE) and overlay_panel.has_letters(letters, text)
