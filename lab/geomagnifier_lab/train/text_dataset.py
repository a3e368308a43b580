"""Training data of the text decoder: features and questions computed once, and samples of them.

Captions and scene answers for thumbnails, what to look for on crops, sentences about detections.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.small import text_generation
from geomagnifier.models.small import vocabulary as w
from geomagnifier_lab.questions import answers
from geomagnifier_lab.questions.questions import ANY, OTHER
from geomagnifier_lab.questions.templates import Task
from geomagnifier_lab.train.batches import NAMES, OBJECTS
from geomagnifier_lab.train.text_samples import (
    CropFeatures,
    EncodedQuestions,
    Instances,
    Pictures,
    Sentence,
    TextSample,
    lesson,
    pointing,
)


@dataclass(frozen=True)
class Settings:
    """Settings of a training run of the language side."""

    steps: int = 1600
    """Training steps."""
    seed: int = 0
    """Of everything drawn."""
    rate: float = 7e-4
    """Peak learning rate."""
    warmup: int = 60
    """Steps of linear warm-up."""
    decay: float = 0.05
    """Weight decay of matrices."""
    average: float = 0.998
    """Decay of the exponential moving average of the weights."""
    captions: int = 64
    """Thumbnails a step, three quarters with captions."""
    points: int = 48
    """Questions a step that are answered with classes to look for."""
    says: int = 24
    """Questions a step that are answered with a sentence about detections."""
    variants: int = 6
    """Versions of each thumbnail whose features are computed."""
    crops: int = 2000
    """Training crops."""
    questions: int = 9000
    """Training questions at region and pixel level."""
    validate: int = 300
    """Steps between validations and checkpoints."""


class TextDataset:
    """Features, questions and words of a run, computed once, and training samples of them."""

    def __init__(
        self,
        pictures: Pictures,
        crops: list[CropFeatures],
        far: EncodedQuestions,
        near: EncodedQuestions,
        words: w.Words,
        settings: Settings,
    ) -> None:
        self.pictures, self.crops, self.far, self.near, self.words, self.settings = (
            pictures,
            crops,
            far,
            near,
            words,
            settings,
        )
        self.captioned = np.array(
            [i for i, s in enumerate(pictures.of) if pictures.samples[s].captions]
        )
        self.weights = np.array(
            [
                2.5 if "ucm" in pictures.samples[pictures.of[i]].path.parts else 1.0
                for i in self.captioned
            ]
        )
        self.weights /= self.weights.sum()
        self.by_scene = {
            name: np.array(
                [i for i, s in enumerate(pictures.of) if pictures.samples[s].scenes == (name,)]
            )
            for name in SCENES
        }
        self.far_rows = {
            t: np.array([i for i, q in enumerate(far.questions) if q.task is t and not q.place])
            for t in Task
        }
        self.far_others = np.array(
            [
                i
                for i, q in enumerate(far.questions)
                if q.place or q.task not in (Task.CAPTION, Task.RETRIEVAL)
            ]
        )
        self.with_kind = {
            k: np.array([i for i, c in enumerate(crops) if c.present[k]]) for k in NAMES
        }
        self.labelled = {
            k: np.array([i for i, c in enumerate(crops) if c.present[k] is not None]) for k in NAMES
        }

    def spoken(self, rng: np.random.Generator) -> tuple[TextSample, np.ndarray]:
        """Questions about the whole image with their answers, and the rows of their images."""
        rows: list[int] = []
        shown: list[int] = []
        said: list[list[str]] = []
        words = self.words.number
        while len(rows) < self.settings.captions:
            if rng.random() < 0.75:
                task = Task.CAPTION if rng.random() < 0.9 else Task.RETRIEVAL
                row = int(rng.choice(self.far_rows[task]))
                picture = int(rng.choice(self.captioned, p=self.weights))
            else:
                row = int(rng.choice(self.far_others))
                question = self.far.questions[row]
                name = SCENES[int(rng.integers(len(SCENES)))]
                if question.scenes and (question.task is Task.CHOICE or rng.random() < 0.5):
                    name = question.scenes[int(rng.integers(len(question.scenes)))]
                picture = int(rng.choice(self.by_scene[name]))
            question, sample = (
                self.far.questions[row],
                self.pictures.samples[self.pictures.of[picture]],
            )
            right = answers.whole(question, sample.scenes, sample.captions)
            options = [
                t
                for t in (w.split(a) for a in right)
                if all(word in words for word in t) and len(t) < 38
            ]
            if options:
                rows.append(row)
                shown.append(picture)
                said.append([*options[int(rng.integers(len(options)))], w.END])
        return lesson(self.words, rows, w.SAY, [Sentence(s, s) for s in said]), np.array(shown)

    def pointed(self, rng: np.random.Generator) -> tuple[TextSample, list[CropFeatures]]:
        """Questions answered with the classes to look for, each on a crop of its own."""
        rows: list[int] = []
        shown: list[CropFeatures] = []
        said: list[Sentence] = []
        while len(rows) < self.settings.points:
            row = int(rng.integers(len(self.near.questions)))
            question = self.near.questions[row]
            named = [k for k in (*question.kinds, *question.landmarks) if k in NAMES]
            pool = np.arange(len(self.crops))
            if named:
                wanted = named[int(rng.integers(len(named)))]
                pool = self.with_kind[wanted] if rng.random() < 0.55 else self.labelled[wanted]
            if not len(pool):
                continue
            crop = self.crops[int(rng.choice(pool))]
            rows.append(row)
            shown.append(crop)
            said.append(pointing(question, crop.present))
        return lesson(self.words, rows, w.POINT, said), shown

    def reported(
        self, rng: np.random.Generator
    ) -> tuple[TextSample, list[CropFeatures], list[Instances]]:
        """Questions answered with sentences about detections, their crops and detections.

        Objects are dropped and invented so that the decoder reports what it is given.
        """
        rows: list[int] = []
        shown: list[CropFeatures] = []
        said: list[Sentence] = []
        given: list[Instances] = []
        while len(rows) < self.settings.says:
            row = int(rng.integers(len(self.near.questions)))
            question = self.near.questions[row]
            asked = (
                list(OBJECTS)
                if ANY in question.kinds
                else [k for k in question.kinds if k != OTHER]
            )
            pool = (
                self.with_kind[asked[0]]
                if asked and ANY not in question.kinds and rng.random() < 0.6
                else np.arange(len(self.crops))
            )
            if not len(pool):
                continue
            crop = self.crops[int(rng.choice(pool))]
            things = [t for t in crop.things if t.kind in asked and rng.random() < 0.9]
            for kind in asked:
                if rng.random() < (0.3 if ANY not in question.kinds else 0.05):
                    things = [t for t in things if t.kind != kind]
                    things += [invented(kind, rng) for _ in range(int(rng.integers(0, 6)))]
            if question.task is Task.CLASSIFY_BOX:
                things = things[:1] or [invented(OBJECTS[int(rng.integers(len(OBJECTS)))], rng)]
            elif asked and rng.random() < 0.2:  # as if some of them had been chosen
                things = things[: int(rng.integers(1, 3))]
            things = [answers.Thing(t.kind, t.box, float(rng.uniform(0.3, 1))) for t in things]
            unknown = OTHER in question.kinds
            missing = (
                []
                if ANY in question.kinds
                else [k for k in asked if not any(t.kind == k for t in things)]
            )
            sentence = answers.found(question, things, asked, unknown)
            if len(sentence) < 38:
                rows.append(row)
                shown.append(crop)
                said.append(Sentence(sentence, sentence))
                given.append(
                    text_generation.instances(
                        self.words, [(t.kind, t.score, t.box) for t in things], missing, unknown
                    )
                )
        return lesson(self.words, rows, w.SAY, said), shown, given


def invented(kind: str, rng: np.random.Generator) -> answers.Thing:
    """An object at a random place.

    Args:
        kind: class name.
        rng: random generator.
    """
    size = np.exp(rng.uniform(np.log(0.02), np.log(0.4), 2))
    x, y = rng.uniform(0, 1 - size)
    return answers.Thing(kind, (float(x), float(y), float(x + size[0]), float(y + size[1])))
