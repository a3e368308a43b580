"""Names beside those of the card."""

from geomagnifier.composed import lexicon
from geomagnifier.composed.chinese_aliases import ALIASES, names, pattern
from labelled import SPEC

WORDS = lexicon(SPEC)


def test_every_alias_is_another_name_of_a_class():
    table = names(WORDS)
    known = {word: usual for word, usual in ALIASES.items() if usual in table}
    assert len(known) > 5 and all(table[word] == table[usual] for word, usual in known.items())
    assert table["罐区"] == ("storage tank",) and "大船" not in table
    assert names(WORDS, boats=True)["大船"] == ("ship",)


def test_the_longest_name_is_found():
    assert pattern(WORDS).findall("大卡车和储油罐") == ["大卡车", "储油罐"]
