"""Real pictures: an index finds what the vectors themselves find."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.models.registry import load_model
from geomagnifier.pipeline import embed
from geomagnifier.raster.scene import open_scene
from geomagnifier.retrieval import SearchQuery, open_index, update
from geomagnifier_lab.datasets.scene_sets import scene_set
from geomagnifier_lab.eval.ranking import recalls


@pytest.mark.slow
@pytest.mark.skipif("GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets")
def test_retrieval_through_an_index_is_as_good_as_without(tmp_path):
    samples = scene_set(Path(os.environ["GEOMAG_DATA"]), "ucm", "val")
    folder = tmp_path / "archive"
    folder.mkdir()
    for number, sample in enumerate(samples):
        (folder / f"{number:04d}{sample.path.suffix}").symlink_to(sample.path)
    model = load_model("small")
    report = update(folder, tmp_path / "index", model)
    assert (report.read, report.unreadable) == (len(samples), ())
    index = open_index(tmp_path / "index")
    pictures = []
    for sample in samples:
        with open_scene(sample.path) as scene:
            pictures.append(embed(scene, model))
    captions = [caption for sample in samples for caption in sample.captions]
    owner = np.array([number for number, sample in enumerate(samples) for _ in sample.captions])
    vectors = {caption: embed(caption, model) for caption in dict.fromkeys(captions)}
    columns = {}
    for caption, vector in vectors.items():
        column = np.zeros(len(samples), np.float32)
        for hit in index.search(SearchQuery(vector)):
            column[int(hit.path.stem)] = hit.score
        columns[caption] = column
    direct = recalls(
        np.array(pictures) @ np.array([vectors[caption] for caption in captions]).T, owner
    )
    indexed = recalls(np.stack([columns[caption] for caption in captions], axis=1), owner)
    print({name: (round(direct[name], 4), round(indexed[name], 4)) for name in direct})
    assert indexed["mR"] == pytest.approx(direct["mR"], abs=0.002)
