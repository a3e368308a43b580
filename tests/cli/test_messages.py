"""Lines on stderr in the language of messages."""

from geomagnifier.cli.messages import say
from geomagnifier.translation import use_language


def test_a_line_is_in_the_language_of_messages_and_harmless(capsys):
    say("stopped")
    with use_language("zh"):
        say("stopped")
        say("skipped a\x1b.tif: no such file")
    err = capsys.readouterr().err.splitlines()
    assert err == ["geomag: stopped", "geomag: 已停止", "geomag: 跳过 a\\u001b.tif：no such file"]
