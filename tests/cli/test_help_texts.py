"""Help and wrong command lines in Chinese, by the real command."""

import os
import re
import subprocess
import sys

import pytest
import typer
from typer import rich_utils

from geomagnifier.cli import help_texts
from geomagnifier.cli.main import app

HAN = re.compile("[\u3001-\u9fff]")


def geomag(*words, **settings):
    clear = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    code = "from geomagnifier.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**clear, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80", **settings},
        timeout=600,
    )


def test_help_is_chinese_under_a_chinese_locale_and_nothing_is_cut():
    shown = geomag("ask", "--help", LANG="zh_CN.UTF-8").stdout
    assert "选项" in shown and "显示本帮助并退出" in shown and "分割每一艘船" in shown
    assert "…" not in shown
    plain = geomag("ask", "--help", LANG="zh_CN.UTF-8", GEOMAG_LANGUAGE="en").stdout
    assert "Options" in plain and not HAN.search(plain)


def test_a_wrong_command_line_is_told_in_chinese():
    wrong = geomag("ask", LANG="zh_CN.UTF-8").stderr
    assert "缺少参数 'image'" in wrong and "错误" in wrong
    assert "没有命令 'aks'，是否想用 'ask'" in geomag("aks", LANG="zh_CN.UTF-8").stderr


@pytest.fixture
def typer_is_left_as_it_was(monkeypatch):
    for name in ("Columns", *help_texts.TYPER):
        monkeypatch.setattr(rich_utils, name, getattr(rich_utils, name))


@pytest.mark.usefixtures("typer_is_left_as_it_was")
@pytest.mark.parametrize("name", sorted(typer.main.get_command(app).commands))
def test_every_help_of_every_command_becomes_chinese(name, monkeypatch):
    monkeypatch.setenv("GEOMAG_LANGUAGE", "zh")
    command = typer.main.get_command(app).commands[name]
    english = help_texts.texts(command)
    help_texts.translate(command)
    assert english
    assert [text for text in help_texts.texts(command) if not HAN.search(text)] == []
