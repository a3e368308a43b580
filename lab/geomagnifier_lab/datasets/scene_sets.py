"""Scene classes of AID, UC Merced and RSSCN7 for training, in one vocabulary.

AID (Xia et al., 2017; captions of RSICD; research use), UC Merced (Yang and Newsam, 2010; USGS
imagery, public domain), RSSCN7 (Zou et al., 2015; research use). Layout: `NAME/images/CLASS/*`,
`NAME/captions.jsonl` or `NAME/labels.jsonl`: one JSON object a line with "image", "class", "split"
and perhaps "captions".
"""

from __future__ import annotations

import json
from pathlib import Path

from geomagnifier.language.scene_classes import AID, RSSCN7, UCM
from geomagnifier_lab.datasets.sample import SceneSample

SETS = {
    "aid": ("captions.jsonl", AID),
    "ucm": ("captions.jsonl", UCM),
    "rsscn7": ("labels.jsonl", RSSCN7),
}
"""Name -> file of labels, and the plain names that each of its classes covers."""


def scene_set(root: Path, name: str, split: str) -> list[SceneSample]:
    """Images of a split.

    Args:
        root: folder of the data sets.
        name: of the set: aid, ucm or rsscn7.
        split: "train" or "val".
    """
    file, names = SETS[name]
    rows = map(json.loads, (root / name / file).read_text().splitlines())
    folder = root / name / "images"
    return [
        SceneSample(folder / r["image"], names[r["class"]], tuple(r.get("captions", ())))
        for r in rows
        if r["split"] == split
    ]
