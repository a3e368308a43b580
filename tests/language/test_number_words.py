"""Small numbers in words."""

from geomagnifier.language.number_words import NUMBERS, ORDINALS


def test_index_and_word():
    assert (NUMBERS[0], NUMBERS[7], NUMBERS[12], len(NUMBERS)) == ("no", "seven", "twelve", 13)
    assert (ORDINALS[6], len(ORDINALS)) == ("seventh", len(NUMBERS) - 1)
