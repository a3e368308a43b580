"""Tables of Chinese: every class and scene has nouns, and some templates are kept aside."""

from geomagnifier.language.classes import KINDS
from geomagnifier.language.scene_classes import SCENES
from geomagnifier_lab.questions import chinese_templates as templates
from geomagnifier_lab.questions.questions import held_out


def test_every_class_and_scene_has_nouns_of_its_own():
    assert set(templates.NOUNS) == {kind.name for kind in KINDS}
    assert set(templates.SCENES) >= set(SCENES)
    nouns = [word for _, words in templates.NOUNS.values() for word in words.split()]
    assert len(set(nouns)) == len(nouns)


def test_tables_have_templates_for_both_splits():
    tables = (templates.DETECT, templates.LOCATE, templates.COUNT, templates.EXISTS)
    tables += (templates.SEGMENT, templates.OUTLINE, templates.DESCRIBE_SEGMENT, templates.SCENE)
    for table in tables:
        assert held_out(table, "val") and not set(held_out(table, "val")) & set(
            held_out(table, "train")
        )
