"""The classifier of asides is trained in seconds, and the weights of the package are its own."""

import numpy as np

from geomagnifier.language import asides
from geomagnifier_lab.train.asides import examples, fitted, write


def test_the_weights_of_the_package_are_those_of_the_training(tmp_path):
    weights = fitted(examples(0))
    write(tmp_path / "asides.npy", weights)
    kept = np.load(tmp_path / "asides.npy").astype(np.float32)
    assert [path.name for path in tmp_path.iterdir()] == ["asides.npy"]
    for clause in ("我刚拿到这幅影像", "生锈的那种", "期待您的回复", "小的不要"):
        at = asides.slots(asides.plain(clause))
        score = kept[at].sum() / len(at) ** 0.5 + kept[-1]
        assert abs(1 / (1 + np.exp(-score)) - asides.probability(clause)) < 0.02


def test_clauses_are_drawn_anew_from_the_same_seed():
    rows = examples(3)
    assert rows == examples(3) and rows != examples(4)
    assert 0.3 < sum(told for _, told in rows) / len(rows) < 0.5
