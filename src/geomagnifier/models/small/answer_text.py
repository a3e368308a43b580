"""The words of an answer: a sentence about the scene, or about what was found in it.

English sentences about what is there are written by the text decoder under the constraints of
`text_generation`; which class the scene is of, whether the answer is yes or no, and what is not
there are said by rule. The answer is in the question's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geomagnifier.language import (
    chinese_answers,
    chinese_captions,
    nearest_class,
    scene_sentences,
    yes_no,
)
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import names_nothing
from geomagnifier.language.positions import ENGLISH, Box, asked_part
from geomagnifier.language.scene_sentences import Labels
from geomagnifier.models.small import asked_classes, text_generation
from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.feature_cache import ViewFeatures
from geomagnifier.models.small.numerics import sigmoid
from geomagnifier.models.small.sentence_encoder import Encoded
from geomagnifier.models.small.text_writer import TextWriter, ViewMemory
from geomagnifier.results import GeneratedText, ModelOutput, Region
from geomagnifier.types import Floats, SceneInfo

UNNAMED = {
    "en": 'The question names nothing to look for; name a class, as in "How many ships are there?"',
    "zh": "问题没有说要找什么；请说出类别，例如“有多少艘船？”。",
}
"""By language, the answer to a question that names nothing."""


@dataclass(frozen=True, eq=False)
class Speaker:
    """Writes the words of answers. See the module."""

    writer: TextWriter
    """The text decoder."""
    words: w.Words
    """The decoder's vocabulary."""
    kinds: Sequence[str]
    """All classes."""
    objects: Sequence[str]
    """Those with separate objects."""
    every: Sequence[str]
    """What "all objects" are."""
    scenes: Sequence[str]
    """Scene classes."""
    coarse: Mapping[str, Sequence[str]]
    """Wider scene class -> those within it."""
    mentions: Mapping[str, tuple[float, tuple[str, ...]]]
    """By class, the least probability at which a caption may name it, and the words that do."""
    spelled: Callable[[str], bool]
    """Whether a word is spelled right."""
    raw: Callable[[Sequence[Region]], Floats]
    """Raw scores of regions, before they were made probabilities."""

    def about_scene(
        self, text: str, question: Callable[[], Encoded], seen: ViewFeatures, labels: Labels
    ) -> GeneratedText:
        """A sentence about the image as a whole; its scene class is the scene head's.

        Args:
            text: the question.
            question: gives it encoded.
            seen: features of the thumbnail.
            labels: scene classes with probabilities, best first.
        """
        spoken = language(text)
        name = scene_sentences.named(labels, self.coarse) if labels else ""
        asked = yes_no.asked(text, spoken)
        if asked is not None and name:
            value = scene_sentences.decided(asked, labels, self.coarse)
            best = scene_sentences.chosen(asked, labels, self.coarse) if value is None else None
            return GeneratedText(
                scene_sentences.reply(asked, labels, self.coarse, spoken),
                language=spoken,
                value=best if value is None else value,
            )
        states, padding, _ = question()
        assert seen.pooled is not None
        own = self.writer.weights
        p = sigmoid(seen.pooled @ own["mentioned.weight"].T + own["mentioned.bias"])[0].tolist()
        there = [
            kind
            for kind, (least, _) in self.mentions.items()
            if p[self.objects.index(kind)] >= least
        ]
        shut = [
            word for kind, (_, said) in self.mentions.items() if kind not in there for word in said
        ]
        tokens = text_generation.tell(
            self.writer,
            self.words,
            states,
            padding,
            seen.memory,
            text_generation.about_place(self.words, shut),
        )
        while tokens[-2:] == [".", "."]:
            tokens.pop()
        sentence = scene_sentences.renamed(tokens, name, self.scenes, spoken) if name else ""
        if not sentence and spoken == "zh":
            sentence = (
                text_generation.is_sentence(tokens) and chinese_captions.in_chinese(tokens)
            ) or chinese_answers.caption(name, there)
        elif not sentence and name and not text_generation.is_sentence(tokens):
            sentence = scene_sentences.plain(name, "en")
        return GeneratedText(sentence or w.write_out(tokens, {}, counted)[0], language=spoken)

    def about_found(
        self,
        text: str,
        question: Callable[[], Encoded],
        look: Callable[[], ViewFeatures],
        reply: ModelOutput,
        scene: SceneInfo,
        regions: Sequence[Region],
    ) -> GeneratedText:
        """A sentence about what was found.

        Args:
            text: the question.
            question: gives it encoded.
            look: gives the features of the first view.
            reply: what was asked for.
            scene: whose px the regions are in.
            regions: those of the answer.
        """
        spoken = language(text)
        asked = yes_no.asked(text, spoken)
        everything = len(self.every) > 1 and set(self.every) <= set(
            reply.asked
        )  # what is not there is then not listed
        present = [k for k in reply.asked if any(r.label == k for r in regions)]
        missing = [
            k for k in reply.asked if k not in present and not (everything and k in self.every)
        ]
        boxes = {k: shares([r for r in regions if r.label == k], scene) for k in present}
        start, part = (
            yes_no.start(asked, present, missing if present else reply.asked),
            asked_part(text, spoken) if asked is not None else "",
        )
        if not reply.asked and names_nothing(text, spoken):
            known = (
                chinese_answers.known(self.kinds)
                if spoken == "zh"
                else f" I know: {', '.join(self.kinds)}."
            )
            return GeneratedText(UNNAMED[spoken] + known, language=spoken)
        value = None if not start or (start == "no" and reply.unknown) else start == "yes"
        if spoken == "zh":
            noun = (
                asked.noun
                if asked is not None and asked.form == "things" and asked.noun != "anything"
                else ""
            )
            thing = noun or asked_classes.unknown_in_chinese(text, beside=not reply.unknown)
            sentence, phrases = chinese_answers.found(
                boxes,
                missing,
                reply.unknown or bool(thing),
                everything,
                chinese_answers.start(start, asked),
                part,
                thing,
            )
            return GeneratedText(
                sentence if reply.asked else sentence + chinese_answers.known(self.kinds),
                phrases,
                "zh",
                value,
            )
        tokens = (
            [start, ","]
            if start and not boxes
            else ["no", ",", "not", "all", "of", "them", "."]
            if start == "no"
            else []
        )
        if boxes:
            (states, padding, _), memory = (
                question(),
                self._with_regions(look().memory, scene, regions, missing, reply.unknown),
            )
            order = sorted(boxes, key=lambda kind: -len(boxes[kind]))
            told, yes = (
                {kind: boxes[kind] for kind in order[: text_generation.TOLD]},
                "" if tokens else start,
            )
            rule = text_generation.about_found(self.words, told, yes)
            written = text_generation.tell(
                self.writer, self.words, states, padding, memory, rule, beam=1
            )
            tokens += (
                written
                if text_generation.is_finished(written, told)
                else text_generation.plainly(told, yes)
            )
            tokens += text_generation.listed(order[text_generation.TOLD :])
        tokens += text_generation.denied(
            missing,
            everything and not present,
            reply.unknown,
            bool(boxes),
            ENGLISH.get(part, "here"),
        )
        sentence, phrases = w.write_out(
            tokens, {k: len(boxes.get(k, ())) for k in self.kinds}, counted
        )
        classes = [(kind, nearest_class.SYNONYMS.get(kind, "")) for kind in self.kinds]
        return GeneratedText(
            nearest_class.named(sentence, text, reply.asked, reply.unknown, classes, self.spelled),
            phrases,
            value=value,
        )

    def _with_regions(
        self,
        memory: ViewMemory,
        scene: SceneInfo,
        regions: Sequence[Region],
        missing: Sequence[str],
        unknown: bool,
    ) -> ViewMemory:
        """Image tokens with instance tokens beside them.

        These are the best regions, classes looked for in vain, and a mark for an unknown class.
        """
        rows = zip(regions, self.raw(regions).tolist(), shares(regions, scene), strict=True)
        things = [(region.label, score, box) for region, score, box in rows]
        kinds, places = text_generation.instances(self.words, things, missing, unknown)
        if not kinds:
            return memory
        tokens = self.writer.objects(np.array([kinds]), np.array([places], np.float32))
        absent = np.zeros(tokens.shape[:2], bool)
        return ViewMemory(
            np.concatenate([memory.tokens, tokens], 1), np.concatenate([memory.absent, absent], 1)
        )


def counted(kind: str, count: int) -> str:
    """A class as it is counted: "ship", "ships"; pieces of a mass noun are "areas of water".

    Args:
        kind: the class.
        count: of its regions.
    """
    mass = kind in ("water", "vegetation", "land")
    return f"{'area' if mass else kind}{'' if count == 1 else 's'}{f' of {kind}' if mass else ''}"


def shares(regions: Sequence[Region], scene: SceneInfo) -> list[Box]:
    """Boxes as shares of the scene's width and height.

    Args:
        regions: in scene px.
        scene: its size.
    """
    return [
        (x0 / scene.width, y0 / scene.height, x1 / scene.width, y1 / scene.height)
        for x0, y0, x1, y1 in (r.box for r in regions)
    ]
