"""A vision-language model of the hub as the full size needs it.

Views with their places go in; states, logits and words come out. A view is brought to the size that
the model's family takes, its tokens get the place of their footprint on the scene as an embedding
(zero until trained), and several views stand in one turn: the (+) of the paper's section 2.1
without a full-size canvas.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from geomagnifier.errors import GeomagWarning, ModelUnsupported
from geomagnifier.models.full.families import Family, ending, family_of
from geomagnifier.models.full.output_classes import BOX, NONE, SEG
from geomagnifier.types import Bytes

LONGEST = 512
"""Most tokens of a question; what follows is not read."""
MOST_WORDS = 1024
"""Most tokens of an answer, where the checkpoint's generation_config.json does not say."""
IGNORED = -100
TOGETHER = 8
"""Answers whose likelihood is computed at once."""


class Shown(NamedTuple):
    """A view for the model."""

    pixels: Bytes
    """(h, w, 3) uint8."""
    place: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """(x0, y0, x1, y1) as shares of the scene."""


class Turn(NamedTuple):
    """A question about views and, for training or a forced answer, the answer to it."""

    views: Sequence[Shown]
    """The images."""
    question: str
    """The user's words."""
    answer: str = ""
    """"" to let the model write it."""


class Written(NamedTuple):
    """An answer that the model wrote."""

    text: str
    """The answer."""
    spans: list[tuple[int, int]]
    """(first, last) character of each token in `text` and beyond its end."""
    probabilities: list[float]
    """Of each token, when it was chosen."""


class Vlm(nn.Module):
    """See the module.

    Args:
        model: an image-text-to-text model of transformers.
        tokenizer: its own.
        image_processor: its own.
        name: for messages.
    """

    def __init__(
        self, model: Any, tokenizer: Any, image_processor: Any, name: str = "the model"
    ) -> None:
        super().__init__()
        self.family: Family = family_of(model.config, name)
        self.model, self.tokenizer, self.image_processor, self.name = (
            model,
            tokenizer,
            image_processor,
            name,
        )
        self.width: int = model.config.text_config.hidden_size
        last = nn.Linear(64, self.width)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.places = nn.Sequential(nn.Linear(4, 64), nn.GELU(), last)
        self._added: Tensor | None = None
        ending(self.core.model, self.family).register_forward_hook(self._place)

    @property
    def core(self) -> Any:
        """The model of transformers itself, also where peft has wrapped it."""
        return self.model.get_base_model() if hasattr(self.model, "get_base_model") else self.model

    @property
    def config(self) -> Any:
        """Configuration of the model of transformers."""
        return self.core.config

    @property
    def layers(self) -> Sequence[nn.Module]:
        """The text model's decoder layers."""
        layers: Sequence[nn.Module] = self.core.model.language_model.layers
        return layers

    @property
    def device(self) -> torch.device:
        """Of its weights."""
        device: torch.device = self.core.get_input_embeddings().weight.device
        return device

    @property
    def in_bf16(self) -> bool:
        """Whether it works in 16 bits."""
        return bool(self.core.get_input_embeddings().weight.dtype != torch.float32)

    def token(self, text: str) -> int:
        """The first token of a piece of an answer."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False).input_ids
        return ids[0]

    def tie(self, text: str) -> int:
        """The id of [SEG], [BOX] or [NONE].

        Raises:
            ModelUnsupported: the tokenizer lacks it.
        """
        number = self.tokenizer.get_vocab().get(text)
        if number is None:
            raise ModelUnsupported(
                f"the tokenizer of {self.name} has no {text} token, so it was not trained for this;"
                " use a folder of `geomag train-full`, or the model zero-shot (by its own name,"
                " with --segmenter)"
            )
        return int(number)

    def add_ties(self) -> None:
        """Give the tokenizer [SEG], [BOX] and [NONE].

        Their embeddings begin as those of the words "segment", "box" and "none".
        """
        words = {SEG: " segment", BOX: " box", NONE: " none"}
        new = [tie for tie in words if tie not in self.tokenizer.get_vocab()]
        self.tokenizer.add_tokens(new, special_tokens=True)
        short = len(self.tokenizer) > self.core.get_input_embeddings().weight.shape[0]
        if short:
            self.core.resize_token_embeddings(len(self.tokenizer), mean_resizing=False)
        if not new and not short:
            return
        with torch.no_grad():
            for table in {
                self.core.get_input_embeddings().weight,
                self.core.get_output_embeddings().weight,
            }:
                for tie, word in words.items():
                    like = self.tokenizer(word, add_special_tokens=False).input_ids
                    table[self.tie(tie)] = table[like].mean(0)

    def encode(self, turns: Sequence[Turn]) -> dict[str, Tensor]:
        """Turns as tensors, rows padded on the right.

        Returns:
            input_ids, attention_mask, labels (R, T): the answer and the end token where they stand,
            `IGNORED` elsewhere; without an answer nothing; places (N, 4): footprint of each image
            token; pixel_values and what else the family takes.
        """
        views = [view for turn in turns for view in turn.views]
        inputs: dict[str, Tensor] = {}
        grids: list[tuple[int, int]] = []
        if views:
            fitted = [self.family.fit(view.pixels, self.config) for view in views]
            inputs = dict(self.image_processor(images=fitted, return_tensors="pt"))
            grids = self.family.grids(inputs, self.config)
            inputs["places"] = torch.from_numpy(
                np.concatenate([footprints(v.place, g) for v, g in zip(views, grids, strict=True)])
            )
        mark = self.tokenizer.convert_ids_to_tokens(self.config.image_token_id)
        coming = iter(grids)
        rows, answers = [], []
        for turn in turns:
            head, *tails = self.family.prompt(len(turn.views), self._question(turn.question)).split(
                mark
            )
            text = head
            for tail in tails:
                height, width = next(coming)
                text += mark * (height * width) + tail
            prompt = self.tokenizer(text).input_ids
            said = (
                self.tokenizer(self.family.answer + turn.answer, add_special_tokens=False).input_ids
                if turn.answer
                else []
            )
            end = [self.tokenizer.eos_token_id] if turn.answer else []
            rows.append(prompt + said + end)
            answers.append(len(said) + len(end))
        longest = max(len(row) for row in rows)
        ids = torch.full((len(rows), longest), self.tokenizer.pad_token_id or 0)
        mask, labels = torch.zeros_like(ids), torch.full_like(ids, IGNORED)
        for i, (row, length) in enumerate(zip(rows, answers, strict=True)):
            ids[i, : len(row)], mask[i, : len(row)] = torch.tensor(row), 1
            if length:
                labels[i, len(row) - length : len(row)] = torch.tensor(row[-length:])
        inputs |= {"input_ids": ids, "attention_mask": mask, "labels": labels}
        if self.family.native:
            inputs["mm_token_type_ids"] = (ids == self.config.image_token_id).to(torch.int32)
        return inputs

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """States of the last layer, after its norm: (R, T, width)."""
        states: Tensor = self.core.model(**self._given(inputs)).last_hidden_state
        return states

    def logits(self, states: Tensor) -> Tensor:
        """(..., width) -> (..., words) float32."""
        out: Tensor = self.core.get_output_embeddings()(states)
        return out.float()

    @torch.inference_mode()
    def write(self, turn: Turn, most: int | None = None) -> Written:
        """The model's answer to one turn, the likeliest token each time.

        Args:
            turn: without an answer.
            most: tokens of the answer; None for the model's own limit.
        """
        inputs = self.encode([turn])
        given = {k: v for k, v in self._given(inputs).items() if k != "labels"}
        told = getattr(self.core.generation_config, "max_new_tokens", None) or MOST_WORDS
        out = self.core.generate(
            **given,
            max_new_tokens=min(told, most or told),
            do_sample=False,
            num_beams=1,
            temperature=None,
            top_p=None,
            top_k=None,
            pad_token_id=self.tokenizer.pad_token_id,
            return_dict_in_generate=True,
            output_logits=True,
        )
        ids = out.sequences[0, given["input_ids"].shape[1] :].tolist()
        p = [
            float(torch.softmax(step[0].float(), 0)[i])
            for step, i in zip(out.logits, ids, strict=True)
        ]
        text, spans = "", []
        for n in range(1, len(ids) + 1):
            longer = self.tokenizer.decode(ids[:n], skip_special_tokens=False)
            spans.append((len(text), len(longer)))
            text = longer
        for mark in (self.tokenizer.eos_token, self.tokenizer.pad_token):
            text = text.split(mark)[0] if mark else text
        return Written(text, spans, p)

    @torch.inference_mode()
    def likelihoods(self, turns: Sequence[Turn]) -> list[float]:
        """Log probability of the answer of each turn, the end token left out."""
        sums = []
        for i in range(0, len(turns), TOGETHER):
            inputs = self.encode(turns[i : i + TOGETHER])
            states, labels = self(inputs)[:, :-1], inputs["labels"][:, 1:].to(self.device)
            for state, label in zip(states, labels, strict=True):
                said = (label != IGNORED).nonzero()[:-1, 0]
                log = torch.log_softmax(self.logits(state[said]), -1)
                sums.append(float(log.gather(1, label[said][:, None]).sum()))
        return sums

    def logit(self, state: Tensor, token: int) -> Tensor:
        """The logit of one word, in float32 whatever the model works in.

        Args:
            state: (width,).
            token: id of the word.
        """
        row: Tensor = self.core.get_output_embeddings().weight[token]
        return (state.float() * row.float()).sum()

    def _given(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Inputs on the device, but places (put aside for the hook) and labels.

        Labels would make the library compute a loss.
        """
        on = {key: value.to(self.device) for key, value in inputs.items() if key != "labels"}
        places = on.pop("places", None)
        self._added = (
            None if places is None else self.places(places.to(next(self.places.parameters()).dtype))
        )
        return on

    def _place(self, module: nn.Module, given: Any, out: Any) -> Any:
        """Adds the embedding of places to image tokens, as they come out of the vision side."""
        if self._added is None:
            return out
        if isinstance(out, Tensor):  # (pictures, tokens, width)
            return out + self._added.to(out.dtype).view_as(out)
        out.pooler_output = out.pooler_output + self._added.to(out.pooler_output.dtype)
        return out

    def _question(self, text: str) -> str:
        """A question without the model's special tokens, no longer than it can read."""
        for special in {*self.tokenizer.all_special_tokens, *self.tokenizer.get_added_vocab()}:
            text = text.replace(special, " ")
        ids = self.tokenizer(text, add_special_tokens=False).input_ids
        if len(ids) > LONGEST:
            warnings.warn(
                f"the question is longer than {LONGEST} tokens; what follows them was not read",
                GeomagWarning,
                stacklevel=5,
            )
            text = self.tokenizer.decode(ids[:LONGEST])
        return text


def footprints(
    place: tuple[float, float, float, float], grid: tuple[int, int]
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Place of each token of a view, row by row.

    Args:
        place: (x0, y0, x1, y1) of the view, as shares of the scene.
        grid: rows and columns of tokens.

    Returns:
        (rows * columns, 4) x0, y0, x1, y1 as shares of the scene.
    """
    x0, y0, x1, y1 = place
    rows, columns = grid
    x, y = np.linspace(x0, x1, columns + 1), np.linspace(y0, y1, rows + 1)
    boxes = np.empty((rows, columns, 4), np.float32)
    boxes[..., 0], boxes[..., 2] = x[None, :-1], x[None, 1:]
    boxes[..., 1], boxes[..., 3] = y[:-1, None], y[1:, None]
    return boxes.reshape(-1, 4)
