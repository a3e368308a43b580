"""Questions that ask for similar images; they are answered with the search command."""

from __future__ import annotations

import re
import shlex

ENGLISH = re.compile(
    r"\b(find|show|search|retrieve|look|get|list|are"
    r" there|give)\b[^.?!]*\b(images?|pictures?|photos?|scenes?|tiles?)\b[^.?!]*"
    r"\b(similar to|like|resembling|alike|that look like)\b[^.?!]*\b(this|that|it|one|mine)\b"
    r"|\b(find|show|search|retrieve|get|list|give)\b[^.?!]*\b(similar|alike)\b[^.?!]*\b(images?|pictures?|photos?|scenes?)\b"
)
CHINESE = re.compile(
    "(找|搜|检索|查)[^，。？]{0,8}(类似|相似|相像|像|同样)[^，。？]{0,10}(图|影像|照片|图像|图片)"
)


def asked(question: str) -> bool:
    """Whether a question asks for images similar to this one.

    Example:
        >>> asked("Find images similar to this one."), asked("Find ships similar to this one.")
        (True, False)
    """
    return bool(ENGLISH.search(" ".join(question.lower().split())) or CHINESE.search(question))


def told(name: str, question: str) -> str:
    """A sentence in the question's language with the command that searches for similar images.

    Args:
        name: the image file.
        question: as asked, English or Chinese.
    """
    command = f"geomag search INDEX --image {shlex.quote(name)}"
    if CHINESE.search(question):
        return (
            f"查找类似的影像要在一批影像中检索：先用 geomag index 建立索引，再运行 {command}；或在"
            " geomag ask 中用 --index 指定索引。"
        )
    return (
        "Pictures like this one are searched for in an archive: make an index of it with geomag"
        f" index, then {command}; or name the index to geomag ask with --index."
    )
