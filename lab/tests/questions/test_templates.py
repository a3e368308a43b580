"""No template is in both splits or written twice."""

import string

from geomagnifier_lab.questions.questions import TABLES, held_out


def _plain(text: str) -> str:
    return " ".join(
        "".join(
            letter for letter in text.lower() if letter not in string.punctuation or letter in "{}"
        ).split()
    )


def test_no_template_is_in_both_splits() -> None:
    train = {_plain(entry) for table in TABLES for entry in held_out(table, "train")}
    val = {_plain(entry) for table in TABLES for entry in held_out(table, "val")}
    assert all(held_out(table, "val") and held_out(table, "train") for table in TABLES)
    assert not train & val


def test_no_template_is_written_twice_in_a_table() -> None:
    for table in TABLES:
        assert len({_plain(entry) for entry in table}) == len(table)
