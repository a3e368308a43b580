"""Draw the panel under an overlay: legend or scene classes, question, answer and cost."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from geomagnifier.results import Answer

if TYPE_CHECKING:
    from PIL.Image import Image

PAPER, INK, FAINT, BAR = (255, 255, 255), (27, 31, 36), (101, 109, 118), (86, 180, 233)
"""RGB of the background, of text, of faint text and of a probability bar."""
NARROWEST = 640
"""Narrowest panel that can be read, px."""

TOP = 5
"""Most scene classes that are shown."""
LONGEST = 2000
"""Most characters of a text: wrapping a word without end takes the square of its length."""

WIDER_FONTS = (
    *("NotoSans-Regular.ttf", "DejaVuSans.ttf", "arial.ttf"),
    *(
        "NotoSansCJK-Regular.ttc",
        "NotoSansSC-Regular.otf",
        "SourceHanSansSC-Regular.otf",
        "wqy-zenhei.ttc",
        "wqy-microhei.ttc",
    ),
    *(
        "DroidSansFallbackFull.ttf",
        "msyh.ttc",
        "simsun.ttc",
        "PingFang.ttc",
        "STHeiti Light.ttc",
        "Arial Unicode.ttf",
    ),
)
"""Fonts tried in turn, where the machine has them, for text that Pillow's own font cannot show."""
ILLEGIBLE = "(written in letters that no font of this machine has)"


@lru_cache(64)
def font(text: str, size: int) -> Any:
    """Return the first font that has all letters of a text, or else Pillow's own.

    Args:
        text: that is to be drawn.
        size: of the font, px.
    """
    from PIL import ImageFont

    own = ImageFont.load_default(size=size)
    for name in ("", *WIDER_FONTS):
        try:
            letters = ImageFont.truetype(name, size) if name else own
        except OSError:
            continue
        if has_letters(letters, text):
            return letters
    return own


def has_letters(letters: Any, text: str) -> bool:
    """Return whether a font has all letters of a text.

    A letter that it lacks looks like a character that does not exist.

    Args:
        letters: Pillow's font.
        text: that is to be drawn.
    """
    lacking = bytes(letters.getmask("\U0010ffff"))
    return all(bytes(letters.getmask(c)) != lacking for c in set(text) if ord(c) > 0x7E)


def legible(text: str, size: int) -> tuple[str, Any]:
    """Return a text and a font that can draw it; where there is none, a line that says so.

    Args:
        text: of any length; beyond `LONGEST` it is cut.
        size: of the font, px.
    """
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    letters = font("".join(sorted({c for c in text if ord(c) > 0x7E})), size)
    return (text, letters) if has_letters(letters, text) else (ILLEGIBLE, letters)


def ink_on(colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Return black or white, whichever is easier to read on a colour."""
    bright = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
    return (0, 0, 0, 255) if bright > 110 else (255, 255, 255, 255)


def draw(answer: Answer, colours: dict[str, tuple[int, int, int]], width: int) -> Image:
    """Draw the panel, as high as its words need.

    Args:
        answer: that it tells of.
        colours: RGB of each class.
        width: of the panel, px.
    """
    from PIL import Image, ImageDraw

    size = max(16, round(width / 52))
    margin, height = round(size * 1.2), 0
    for _ in range(2):  # once to measure, once to draw
        image = Image.new("RGB", (width, max(height, 1)), PAPER)
        pen = ImageDraw.Draw(image)
        y = float(margin)
        if answer.labels:
            y = _bars(pen, answer.labels[:TOP], margin, y, width, size)
        if answer.regions:
            y = _legend(pen, answer, colours, margin, y, width, size)
        y = (
            _paragraph(
                pen, answer.question, (margin, y), width - 2 * margin, round(size * 0.95), FAINT
            )
            + size * 0.25
        )
        y = (
            _paragraph(pen, answer.text, (margin, y), width - 2 * margin, round(size * 1.15), INK)
            + size * 0.55
        )
        y = _paragraph(
            pen, cost_line(answer), (margin, y), width - 2 * margin, round(size * 0.75), FAINT
        )
        height = int(y + margin * 0.8)
    return image


def cost_line(answer: Answer) -> str:
    """Return scene, granularity and cost of an answer in one line."""
    scene, trace = answer.scene, answer.trace
    return (
        f"{scene.name}, {scene.width} x {scene.height} px   |   {answer.granularity} level   |   "
        f"{trace.megapixels}   |   {sum(trace.seconds.values()):.2f} s"
    )


def _paragraph(
    pen: Any,
    text: str,
    at: tuple[float, float],
    width: float,
    size: int,
    colour: tuple[int, int, int],
) -> float:
    text, letters = legible(text, size)
    y = at[1]
    for line in wrapped(text, letters, width):
        pen.text((at[0], y), line, font=letters, fill=colour)
        y += size * 1.35
    return y


def wrapped(text: str, letters: Any, width: float) -> list[str]:
    """Wrap a text; words longer than a line, and scripts without spaces, are cut.

    Args:
        text: its line breaks are kept.
        letters: Pillow's font.
        width: of a line, px.
    """
    lines = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if letters.getlength(longer) <= width:
                line = longer
                continue
            if line and letters.getlength(word) <= width:
                lines.append(line)
                line = word
                continue
            line = longer
            while letters.getlength(line) > width:
                fit = range(1, min(len(line), NARROWEST))  # numbers of letters that may fit
                cut = max(1, bisect_right(fit, width, key=lambda n: letters.getlength(line[:n])))
                lines.append(line[:cut].rstrip())
                line = line[cut:].lstrip()
        lines.append(line)
    return lines


def _legend(
    pen: Any,
    answer: Answer,
    colours: dict[str, tuple[int, int, int]],
    margin: int,
    y: float,
    width: int,
    size: int,
) -> float:
    counts = Counter(region.label for region in answer.regions)
    x = float(margin)
    for label, colour in colours.items():
        words = f"{label}  {counts[label]}"
        letters = font(label, size)
        wide = size * 1.4 + letters.getlength(words)
        if x > margin and x + wide > width - margin:
            x, y = float(margin), y + size * 1.6
        pen.rounded_rectangle(
            (x, y + size * 0.12, x + size, y + size * 1.12),
            radius=size // 5,
            fill=colour,
            outline=(60, 60, 60),
        )
        pen.text((x + size * 1.4, y), words, font=letters, fill=INK)
        x += wide + size * 1.5
    return y + size * 2


def _bars(
    pen: Any, labels: tuple[tuple[str, float], ...], margin: int, y: float, width: int, size: int
) -> float:
    name_width = max(font(name, size).getlength(name) for name, _ in labels) + size
    start, room = margin + name_width, width - 2 * margin - name_width - size * 3.5
    for name, probability in labels:
        pen.text((margin, y), name, font=font(name, size), fill=INK)
        pen.rounded_rectangle(
            (start, y + size * 0.2, start + room, y + size * 1.05),
            radius=size // 5,
            fill=(234, 238, 242),
        )
        end = start + max(room * probability, size * 0.3)
        pen.rounded_rectangle(
            (start, y + size * 0.2, end, y + size * 1.05), radius=size // 5, fill=BAR
        )
        pen.text(
            (start + room + size * 0.6, y),
            f"{100 * probability:.0f} %",
            font=font("0", size),
            fill=INK,
        )
        y += size * 1.5
    return y + size * 0.6
