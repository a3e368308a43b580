"""Whether a clause of a Chinese question is an aside: who asks and for what, courtesy, doubt.

"我刚拿到这幅影像，还没来得及看说明文档，想先请您判断一下这是什么地方"     the first two are

A linear classifier of the characters, trained by `geomagnifier_lab.train.asides`. A clause that
asks, compares or leaves out is none, whatever it says.
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

SLOTS = 8192
"""Hashed sequences of characters; one weight each, and the offset."""
LONGEST = 60
"""Characters of a clause that are looked at."""
SURE = 0.7
"""Probability from which a clause is an aside; chosen on held-out hands."""
FEWEST = 3
"""Chinese characters of a clause that is judged."""
_COURTESY = re.compile(
    "(?:hi|hello|hey|ok|okay|pls|plz|please|thanks?|thx|sorry|btw|祝好|急用|感恩|谢谢|多谢|感谢|您好|你好|"
    "拜托|在吗|打扰|如题|如图|见图|哈|[嗯哎急呃额唉行好])*"
)
_ASKS = re.compile(
    "多少|(?<!好)几(?![乎遍次天个字句步])|哪|什么|谁|[吗么]$|怎么|为何|为啥|是否|有没有|除了|除去|只要|不要|不算|不含|以外|[红白黑灰蓝绿黄橙棕]色|^[左右上下东西南北][边侧半]|数量$|^单位|^.?[用以按]|^.{0,3}(?:画|分割|抠|框出|标出|圈出|勾出|统计|找出)|(?:米|亩|公顷|公里|像素)数?$|比.*[多少大小长短]|还是(?!想|请|要|得|算了|麻烦)"
)


def slots(clause: str) -> list[int]:
    """The places of a clause's sequences of one to four characters among the weights.

    Args:
        clause: with K for names of classes, N for numbers.
    """
    text = f"^{clause[:LONGEST]}$"
    return sorted(
        {
            zlib.crc32(text[i : i + n].encode()) % SLOTS
            for n in (1, 2, 3, 4)
            for i in range(len(text) - n + 1)
            if text[i : i + n] not in ("^", "$")
        }
    )


def plain(clause: str) -> str:
    """A clause as the classifier takes it: digits as N, no marks.

    Args:
        clause: with K for names of classes.
    """
    return re.sub(r"[^\w]|_", "", re.sub(r"\d+", "N", clause))


def probability(clause: str) -> float:
    """How likely a clause is an aside, 0 to 1.

    Args:
        clause: in simplified characters, with K for names of classes.
    """
    weights = _weights()
    at = slots(plain(clause))
    score = float(weights[at].sum() / max(len(at), 1) ** 0.5 + weights[-1])
    return float(1 / (1 + np.exp(-score)))


def is_aside(clause: str) -> bool:
    """Whether a clause asks nothing.

    Args:
        clause: in simplified characters, with K for names of classes.
    """
    if len(re.findall("[\u4e00-\u9fff]", clause)) < FEWEST:
        return _COURTESY.fullmatch(clause) is not None
    return _ASKS.search(clause) is None and probability(clause) >= SURE


@lru_cache(maxsize=1)
def _weights() -> NDArray[np.float32]:
    with files("geomagnifier.language").joinpath("asides.npy").open("rb") as file:
        weights: NDArray[np.float32] = np.load(file).astype(np.float32)
    return weights
