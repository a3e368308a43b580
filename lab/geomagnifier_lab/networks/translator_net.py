"""The network of the translator of Chinese, see `models/small/zh_en_translator.py`."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.zh_en_translator import LONGEST, WRITTEN, Translator


class TranslatorNet(nn.Module):
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

    def finished(self) -> Translator:
        """The translator as it is run without torch."""
        weights = {name: t.detach().float().numpy() for name, t in self.state_dict().items()}
        return Translator(self.letters, self.words, Sessions(weights))
