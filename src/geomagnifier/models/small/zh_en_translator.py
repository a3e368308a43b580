"""The translator of Chinese questions into plain English.

A small transformer from characters to the words of one sentence for each meaning. Everything behind
it stays as it is: the sentence encoder, the decoder and the selector read the English. Coordinates
are carried over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.language.characters import BOX, characters

LONGEST, WRITTEN = 64, 40
"""Most characters that are read and most words that are written."""
START, END, RARE = "<start>", "<end>", "<rare>"
"""Open and close a sentence; a character that is not known."""
_WORD = re.compile(rf"[a-z0-9'-]+|[.,?!]|{BOX}", re.IGNORECASE)


def split(sentence: str) -> list[str]:
    """An English sentence -> its words and marks, lower case."""
    return _WORD.findall(sentence.lower())


def join(words: Sequence[str], boxes: Sequence[str]) -> str:
    """Words -> a sentence, with the coordinates put back.

    Args:
        words: of the sentence.
        boxes: coordinates, in the order of their places.
    """
    text = " ".join(words)
    for box in boxes:
        text = text.replace(BOX, box.strip(), 1)
    return re.sub(r"\s+([.,?!])", r"\1", text.replace(BOX, "")).strip()


class Translator(nn.Module):
    """See the module.

    Args:
        letters: characters known, RARE the first.
        words: English words known, START and END the first.
    """

    def __init__(
        self,
        letters: Sequence[str],
        words: Sequence[str],
        width: int = 128,
        layers: int = 3,
        heads: int = 4,
    ) -> None:
        super().__init__()
        self.letters, self.words = tuple(letters), tuple(words)
        self.letter_number, self.word_number = (
            {t: i for i, t in enumerate(x)} for x in (self.letters, self.words)
        )
        self.letter, self.word = (
            nn.Embedding(len(self.letters), width),
            nn.Embedding(len(self.words), width),
        )
        self.letter_place, self.word_place = (
            nn.Parameter(torch.randn(n, width) * 0.02) for n in (LONGEST, WRITTEN)
        )
        encoder = nn.TransformerEncoderLayer(
            width, heads, 2 * width, 0.1, "gelu", batch_first=True, norm_first=True
        )
        decoder = nn.TransformerDecoderLayer(
            width, heads, 2 * width, 0.1, "gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(
            encoder, layers, nn.LayerNorm(width), enable_nested_tensor=False
        )
        self.decoder = nn.TransformerDecoder(decoder, 1, nn.LayerNorm(width))
        for table in (self.letter, self.word):
            nn.init.normal_(table.weight, std=0.05)

    def numbers(self, texts: Sequence[Sequence[str]]) -> Tensor:
        """Characters of questions -> (B, T <= LONGEST) numbers, -1 where there is none."""
        rows = [[self.letter_number.get(c, 0) for c in text[:LONGEST]] or [0] for text in texts]
        longest = max(map(len, rows))
        return torch.tensor([row + [-1] * (longest - len(row)) for row in rows])

    def forward(self, letters: Tensor, words: Tensor) -> Tensor:
        """Logits (B, W, words) of the word after each.

        Args:
            letters: (B, T) of `numbers`.
            words: (B, W) numbers of the words so far.
        """
        absent = letters < 0
        return self._write(words, self._read(letters, absent), absent)

    def _read(self, letters: Tensor, absent: Tensor) -> Tensor:
        x = self.letter(letters.clamp(min=0)) + self.letter_place[: letters.shape[1]]
        out: Tensor = self.encoder(x, src_key_padding_mask=absent)
        return out

    def _write(self, words: Tensor, memory: Tensor, absent: Tensor) -> Tensor:
        x = self.word(words) + self.word_place[: words.shape[1]]
        later = torch.ones(words.shape[1], words.shape[1], dtype=torch.bool).triu(1)
        x = self.decoder(x, memory, tgt_mask=later, memory_key_padding_mask=absent)
        return F.linear(x, self.word.weight)

    @torch.inference_mode()
    def read(self, text: str) -> tuple[str, float]:
        """A Chinese question -> its English, and how sure that is.

        The latter is the geometric mean of the words' probabilities.
        """
        told, boxes = characters(text)
        letters = self.numbers([told])
        absent = letters < 0
        memory = self._read(letters, absent)
        written, surety = [self.word_number[START]], 0.0
        while len(written) < WRITTEN:
            best = torch.log_softmax(
                self._write(torch.tensor([written]), memory, absent)[0, -1], 0
            ).max(0)
            written.append(int(best.indices))
            surety += float(best.values)
            if written[-1] == self.word_number[END]:
                break
        sentence = join([self.words[n] for n in written[1:] if self.words[n] != END], boxes)
        return sentence[:1].upper() + sentence[1:], math.exp(surety / (len(written) - 1))
