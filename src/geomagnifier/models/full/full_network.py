"""The network of the full size.

It holds BERT and its granularity classifier, the vision-language model, SAM2's encoder and the
pixel decoder. The shapes of the paper: BERT's 768 -> 256 -> 128 -> 3; [SEG]'s 4096 (or the model's
own width) -> 256 -> 256; f1, f2, f3 of 256 channels at H/4, H/8, H/16; masks at H/4, in quarters of
a cell. One forward pass gives all that the losses need, so that it can be wrapped whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from geomagnifier.models.full import segmenter as sam2
from geomagnifier.models.full.vlm import IGNORED, Vlm
from geomagnifier.models.networks.granularity_net import GranularityClassifier
from geomagnifier.models.networks.pixel_decoder import PixelDecoder

WIDTH = 256
HEADS = ("granularity.", "decoder.", "vlm.places.")
"""Parts that are trained whole and kept apart from the models of the hub."""


class FullNetwork(nn.Module):
    """See the module.

    Args:
        vlm: with [SEG] and [BOX] in its tokenizer.
        segmenter: a `Sam2Model`.
        language: an encoder of transformers, BERT or another one whose first state stands for the
            sentence.
        language_tokenizer: its own.
    """

    def __init__(self, vlm: Vlm, segmenter: Any, language: Any, language_tokenizer: Any) -> None:
        super().__init__()
        self.vlm, self.segmenter, self.language = vlm, segmenter, language
        self.language_tokenizer = language_tokenizer
        self.granularity = GranularityClassifier(language.config.hidden_size)
        self.decoder = PixelDecoder(WIDTH, WIDTH, vlm.width)

    def levels(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits (R, 3) of questions, in the order of `LEVELS`.

        Args:
            ids: (R, T') of the language model's tokenizer.
            mask: (R, T') attention mask.
        """
        first: Tensor = self.language(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0]
        out: Tensor = self.granularity(first)
        return out

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """All outputs of one batch.

        Args:
            batch: of `Vlm.encode`, its keys after "vlm."; "ties" (Q, 2): row and token of each
                [SEG] or [BOX] that has a target; "pictures" (P, 3, S, S) normalised for SAM2,
                perhaps none; "picture_of" (Q,); "question.input_ids" and "question.attention_mask"
                (R, T').

        Returns:
            logits (L, words) of the answers' tokens, `answers` (L,) those tokens; mask (Q, S/2,
            S/2), centre (Q, S/4, S/4) logits; sides (Q, 4, S/4, S/4), offset (Q, 2, S/4, S/4) px;
            granularity (R, 3) logits.
        """
        given = {
            key.removeprefix("vlm."): value
            for key, value in batch.items()
            if key.startswith("vlm.")
        }
        states = self.vlm(given)
        labels = given["labels"][:, 1:]
        said = labels != IGNORED
        logits = self.vlm.logits(states[:, :-1][said])
        ties, picture_of, pictures = batch["ties"], batch["picture_of"], batch["pictures"]
        count = len(ties)
        # a stand-in, cut off again below: every process must use every parameter, or they wait for
        # each other's gradients
        if not count:
            side = sam2.side(self.segmenter)
            ties, picture_of, pictures = (
                ties.new_zeros(1, 2),
                picture_of.new_zeros(1),
                pictures.new_zeros(1, 3, side, side),
            )
        seg = states[ties[:, 0], ties[:, 1]].to(self.decoder.bias.dtype)
        prepared = self.decoder.prepare(sam2.features(self.segmenter, pictures))  # type: ignore[arg-type]
        maps = self.decoder(seg[:, None], [level[picture_of] for level in prepared])
        return {
            "logits": logits,
            "answers": labels[said],
            "mask": maps.mask[:count, 0],
            "centre": maps.centre[:count, 0],
            "sides": maps.sides[:count, 0],
            "offset": maps.offset[:count, 0],
            "granularity": self.levels(
                batch["question.input_ids"], batch["question.attention_mask"]
            ),
        }
