"""`geomag train`: options that do not go together are refused before anything is loaded."""

import pytest

from command_line import geomag


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--column", "what"], "are for fine-tuning; add --from small"),
        (
            ["--from", "small", "--keep-language"],
            "--start and --keep-language train the small model from scratch",
        ),
        (["--from", "small"], "--from needs labels; name them"),
        (["--from", "small", "--data", "a.json", "--also", "pool"], "--also is CLASS=WORD,WORD"),
    ],
)
def test_what_does_not_go_together(words, message, monkeypatch, capfd):
    code, out, err = geomag(monkeypatch, capfd, "train", *words)
    assert code == 2 and out == "" and message in err and len(err.splitlines()) == 1
