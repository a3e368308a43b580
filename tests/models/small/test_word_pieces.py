"""The word pieces are those of the library `tokenizers`, for any text."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from geomagnifier.models.registry import WEIGHTS
from geomagnifier.models.small import word_pieces
from geomagnifier.models.small.word_pieces import WordPieces

FILE = WEIGHTS / "tokenizer.json"
LIBRARY = Tokenizer.from_file(str(FILE))
LIBRARY.no_padding()
LIBRARY.no_truncation()
OWN = word_pieces.read(FILE)


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    return word_pieces.read(FILE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \t\n",
        "How many ships, or boats, lie in the harbour's north-west?",
        "Ça m'étonne: NAÏVE Straße, İstanbul, ΣΊΣΥΦΟΣ",
        "找出所有的船 and 3 storage-tanks (>10m²) …",
        "[CLS] spelled out [MASK][SEP] [cls]",
        "soft\u00adhyphen zero\u200bwidth \u202eturned\ufffd line\u2028break \x0b\x7f \x85",
        "a" * 100 + " " + "a" * 101,
        "e\u0301\u0323 한국어 ½ ﬁ 🚢",
    ],
)
def test_sentences(pieces: WordPieces, text: str) -> None:
    assert pieces.sentence(text) == LIBRARY.encode(text).ids
    assert pieces.pieces(text) == LIBRARY.encode(text, add_special_tokens=False).ids


def settled(character: str) -> bool:
    """Whether the library's table of Unicode, which is an old one, has it as it is today."""
    now = unicodedata.category(character)
    return now not in ("Cn", "Cs", "Co") and now == unicodedata.ucd_3_2_0.category(character)


@given(st.text())
def test_any_text(text: str) -> None:
    known = "".join(filter(settled, text))
    assert OWN.pieces(known) == LIBRARY.encode(known, add_special_tokens=False).ids


def test_every_character_within_a_word(pieces: WordPieces) -> None:
    known = [*filter(settled, map(chr, range(sys.maxunicode + 1)))]
    texts = [f"a{c}b" for c in known]
    theirs = [one.ids for one in LIBRARY.encode_batch(texts, add_special_tokens=False)]
    other = [c for c, t, ids in zip(known, texts, theirs, strict=True) if pieces.pieces(t) != ids]
    assert len(known) > 90_000 and other == []


def test_another_tokenizer_is_refused(tmp_path: Path) -> None:
    told = json.loads(FILE.read_text("utf-8"))
    told["normalizer"]["lowercase"] = False
    (tmp_path / "other.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match="not the WordPiece of BERT"):
        word_pieces.read(tmp_path / "other.json")
    told = json.loads(FILE.read_text("utf-8"))
    told["model"]["vocab"]["shipp"] = word_pieces.WORDS
    (tmp_path / "longer.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match="not those of 30522 tokens"):
        word_pieces.read(tmp_path / "longer.json")
