"""The command line of a run of the full size."""

from dataclasses import fields
from pathlib import Path

import pytest

from geomagnifier.errors import OptionError
from geomagnifier_lab.train.full.__main__ import main
from geomagnifier_lab.train.full.settings import LEAST, Settings, option, read, sentences

NEEDED = ["--out", "run", "--data", "sets"]


def test_every_field_is_an_option_with_a_sentence() -> None:
    told = sentences()
    assert set(told) == {f.name for f in fields(Settings)}
    assert all(sentence.endswith(".") for sentence in told.values())


def test_options_become_settings() -> None:
    assert read(NEEDED) == Settings(Path("run"), Path("sets"))
    given = read(
        [
            *NEEDED,
            "--steps",
            "7",
            "--sharded",
            "--no-gradient-checkpointing",
            "--pictures",
            "8",
            "--precision",
            "no",
            "--rate",
            "1e-5",
        ]
    )
    assert (
        given.steps,
        given.sharded,
        given.gradient_checkpointing,
        given.pictures,
        given.precision,
    ) == (7, True, False, 8, "no")
    assert given.rate == 1e-5 and not given.merged


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "run"], "required: --data"),
        ([*NEEDED, "--step", "3"], "unrecognized"),
        ([*NEEDED, "--steps", "many"], "invalid int value"),
        ([*NEEDED, "--precision", "fp8"], "choose from"),
        ([*NEEDED, "--lora-dropout", "1"], "below 1"),
        *(([*NEEDED, option(name), "-1"], option(name)) for name in LEAST),
    ],
)
def test_what_makes_no_sense_is_said_in_a_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OptionError, match=words):
        read(arguments)
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_help_says_what_each_option_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "Optimizer steps." in capsys.readouterr().out
