"""What a question asks for, read by the text decoder and corrected by its words.

A question is read on a scene's first view and the reading kept, so that all views of the scene
agree on what is looked for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from geomagnifier.language import yes_no
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import names_nothing
from geomagnifier.models.small import asked_classes, question_parser
from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.detector import Detector
from geomagnifier.models.small.question_encoder import QuestionEncoder
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.models.small.sentence_encoder import stacked
from geomagnifier.models.small.text_writer import ViewMemory
from geomagnifier.types import Floats, Query, View

KEPT = 16
"""Readings that are kept."""


class QuestionReader:
    """Reads questions, and makes the states that what they ask for is looked for by.

    Args:
        encoder: of questions and class names.
        detector: its features of views are used, and their text decoder.
        words: the text decoder's vocabulary.
        worded: classes that the text decoder has a word for.
        cover: classes of land cover.
        every: what "all objects" are.
    """

    def __init__(
        self,
        encoder: QuestionEncoder,
        detector: Detector,
        words: w.Words,
        worded: Sequence[str],
        cover: Sequence[str],
        every: Sequence[str],
    ) -> None:
        self.encoder, self.detector, self.words = encoder, detector, words
        self.worded, self.cover, self.every = worded, cover, every
        self._read: OrderedDict[tuple[str, str], ParsedQuestion] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, query: Query, view: View) -> ParsedQuestion:
        """What a question asks for; raises what `QuestionEncoder.encode` raises.

        Args:
            query: the question; classes that it names itself are taken as they are.
            view: of the scene.
        """
        if query.kinds:
            return ParsedQuestion(asked=query.kinds, apart=True)
        key = (view.scene, query.text)
        with self._lock:
            if key in self._read:
                return self._read[key]
        states, padding, _ = self.encoder.encode(query.text)
        memory = self.detector.views.see(view).memory
        read = question_parser.read_question(
            self.detector.views.writer, self.words, states, padding, memory
        )
        read = self._corrected(read, query)
        with self._lock:
            self._read[key] = read
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
        return read

    def states(self, query: Query, read: ParsedQuestion, memory: ViewMemory, pixel: bool) -> Floats:
        """[SEG] or [BOX] states of what is looked for, (Q, 256).

        Of classes without a word they are the image side's own.

        Args:
            query: the question.
            read: what it asks for.
            memory: image tokens of the view.
            pixel: masks are wanted, so [SEG]; else [BOX].
        """
        if not {*read.asked} <= {*self.worded}:  # these are asked for by themselves
            return self.detector.class_states(read.asked)
        if read.everything or read.apart:
            return self.states_apart(read.asked, memory, pixel)
        states, padding, _ = self.encoder.encode(query.text)
        writer = self.detector.views.writer
        return question_parser.point(writer, self.words, states, padding, memory, read, pixel)

    def states_apart(self, classes: Sequence[str], memory: ViewMemory, pixel: bool) -> Floats:
        """[SEG] or [BOX] states of classes, each asked for in a question of its own, (Q, 256).

        Args:
            classes: that the text decoder has a word for.
            memory: image tokens of the view.
            pixel: masks are wanted, so [SEG]; else [BOX].
        """
        states, padding = stacked([self.encoder.name(name) for name in classes])
        return question_parser.point_each(
            self.detector.views.writer, self.words, states, padding, memory, classes, pixel
        )

    def _corrected(self, read: ParsedQuestion, query: Query) -> ParsedQuestion:
        """What the text decoder read, and what the question's words say of it."""
        spoken = language(query.text)
        # "how many are there": whatever was read is a guess
        if query.box is None and names_nothing(query.text, spoken):
            read = ParsedQuestion()
        read = asked_classes.completed(read, query.text, spoken, self.worded, self.cover)
        if asked_classes.bare_unknown(query.text, spoken, self.encoder.spelled):
            read = ParsedQuestion(unknown=True)
        # "Localise all tanks.": one class is named, and all other words are words of asking. It is
        # looked for by its name, so that the same is found however it is asked for
        if kind := asked_classes.alone(self.encoder.in_english(query.text), self.worded):
            read = ParsedQuestion(asked=(kind,), place=read.place, apart=True)
        asked = yes_no.asked(query.text, spoken)
        if asked is not None and asked.form == "things":
            # "is there a person on the bridge?"
            if asked.noun not in ("", "anything"):
                read = ParsedQuestion(unknown=True)
            # the answer is yes or no, not a scene class
            if asked.yes_no:
                read = read._replace(place=False)
            if asked.noun == "anything":
                read = ParsedQuestion(everything=True)
        # "is there a ship?": what the words name, and nothing else
        if asked is not None and asked.kinds and not read.everything:
            read = read._replace(
                asked=asked.kinds,
                landmarks=tuple(name for name in read.landmarks if name not in asked.kinds),
                this=False,
            )
        # all objects, and what else was named
        if read.everything or read.this:
            named = tuple(name for name in read.asked if name not in self.every)
            read = read._replace(asked=(*self.every, *named), landmarks=(), everything=True)
        return read
