import itertools

import numpy as np

from geomagnifier.models.small import zh_en_translator
from geomagnifier_lab.questions.chinese import BOX
from geomagnifier_lab.train.zh_en_translator import batch_of, train_reader


def test_a_few_steps_teach_something_and_repeat() -> None:
    def run() -> list[dict[str, float]]:
        return [row for _, row in itertools.islice(train_reader(0, steps=10, size=8), 10)]

    rows = run()
    assert rows[-1]["loss"] < 0.9 * rows[0]["loss"]
    plain = [{k: v for k, v in row.items() if k != "seconds"} for row in rows]
    assert plain == [{k: v for k, v in row.items() if k != "seconds"} for row in run()]


def test_batches_are_padded_and_of_known_words() -> None:
    reader, _ = next(train_reader(0, steps=1, size=4))
    pairs, letters, words = batch_of(reader, np.random.default_rng(1), 8)
    assert len(pairs) == len(letters) == len(words) == 8
    assert letters.max() < len(reader.letters) and words.max() < len(reader.words)
    assert (words[:, 0] == reader.word_number[zh_en_translator.START]).all()
    assert all(int((row == reader.word_number[zh_en_translator.END]).sum()) == 1 for row in words)
    assert BOX == zh_en_translator.BOX and BOX in reader.letters and BOX in reader.words
