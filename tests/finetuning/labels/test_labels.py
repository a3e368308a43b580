"""Labels of a person in three forms: what is read, and what is said of bad ones."""

from __future__ import annotations

import pytest

from geomagnifier.errors import DataMissing, OptionError
from geomagnifier.finetuning.labels import read_labels


def test_other_files_are_refused(tmp_path):
    with pytest.raises(DataMissing, match="does not exist"):
        read_labels(tmp_path / "none.json")
    (tmp_path / "labels.csv").write_text("a,b")
    with pytest.raises(OptionError, match=r"none of COCO"):
        read_labels(tmp_path / "labels.csv")
