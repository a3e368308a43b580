"""Every class of objects has a length on the ground."""

from geomagnifier.language.classes import KINDS
from geomagnifier_lab.questions.sizes import METRES


def test_every_class_of_objects_has_a_length():
    wanted = {kind.name for kind in KINDS if not kind.stuff} | {"building"}
    assert set(METRES) == wanted
    assert all(1 < metres < 500 for metres in METRES.values())
