"""Every relation has many phrasings, some of them kept aside."""

from __future__ import annotations

import pytest

from geomagnifier_lab.questions import relations
from geomagnifier_lab.questions.questions import held_out
from geomagnifier_lab.questions.relations import (
    RELATIONS,
)


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda r: r.name)
def test_each_relation_has_many_phrasings_and_some_are_kept_aside(
    relation: relations.Relation,
) -> None:
    assert len(set(relation.phrases)) == len(relation.phrases) >= 25
    train, val = held_out(relation.phrases, "train"), held_out(relation.phrases, "val")
    assert (
        len(val) >= 3
        and not set(train) & set(val)
        and len(train) + len(val) == len(relation.phrases)
    )
