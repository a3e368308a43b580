"""Settings by name and from the environment."""

from dataclasses import fields
from pathlib import Path

import pytest

from geomagnifier.errors import OptionError
from geomagnifier.server.settings import PREFIX, Settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for field in fields(Settings):
        monkeypatch.delenv(PREFIX + field.name.upper(), raising=False)


def test_by_itself_it_is_for_this_machine_alone():
    settings = Settings.from_environment()
    assert settings == Settings()
    assert settings.host == "127.0.0.1" and settings.root is None and settings.api_key is None
    assert all(settings.answers_to(name) for name in ("127.0.0.1", "localhost", "::1"))
    assert not any(
        settings.answers_to(name) for name in ("", "192.168.1.5", "desk", "maps.example.org")
    )


def test_the_environment_says_every_setting(monkeypatch, tmp_path):
    said = {
        "root": (str(tmp_path), tmp_path),
        "host": ("0.0.0.0", "0.0.0.0"),
        "port": ("9000", 9000),
        "names": ("Maps.example.org, localhost", ("Maps.example.org", "localhost")),
        "model": ("some/model", "some/model"),
        "segmenter": ("some/sam2", "some/sam2"),
        "upload_bytes": ("1.5 MB", 1_500_000),
        "pixels": ("2 Gpx", 2_000_000_000),
        "question_letters": ("99", 99),
        "jobs": ("3", 3),
        "queue": ("0", 0),
        "seconds": ("2 min", 120.0),
        "patience": ("5", 5.0),
        "api_key": ("geheim", "geheim"),
        "keep_hours": ("0.5", 0.5),
        "keep_bytes": ("2 GB", 2_000_000_000),
        "folder": ("~/work", Path("~/work").expanduser()),
        "keep": ("~/kept", Path("~/kept").expanduser()),
        "index": ("~/scenes.index", Path("~/scenes.index").expanduser()),
    }
    assert set(said) == {field.name for field in fields(Settings)}
    for name, (text, _) in said.items():
        monkeypatch.setenv(PREFIX + name.upper(), text)
    settings = Settings.from_environment()
    assert {name: getattr(settings, name) for name in said} == {
        name: value for name, (_, value) in said.items()
    }
    assert settings.named == {"maps.example.org", "localhost"}
    assert settings.answers_to("maps.example.org") and not settings.answers_to("127.0.0.1")


def test_what_is_given_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("GEOMAG_PORT", "9000")
    monkeypatch.setenv("GEOMAG_MODEL", "")
    settings = Settings.from_environment(port=9001, model=None, jobs=2)
    assert (settings.port, settings.model, settings.jobs) == (9001, "small", 2)


@pytest.mark.parametrize(
    ("given", "answered", "not_answered"),
    [
        ({"names": ("*",)}, ("maps.example.org", "127.0.0.1"), ()),
        ({"host": "::1"}, ("::1", "localhost"), ("desk", "10.0.0.1")),
        (
            {"host": "0.0.0.0"},
            ("10.0.0.1", "::1", "fe80::1", "localhost", "geomagnifier", "desk.local"),
            ("", "evil.example", "1.2.3.4.example"),
        ),
        ({"host": "0.0.0.0", "api_key": "geheim"}, ("10.0.0.1", "maps.example.org"), ()),
    ],
)
def test_the_names_that_a_service_answers_to(given, answered, not_answered):
    settings = Settings(**given)
    assert all(settings.answers_to(name) for name in answered) and not any(
        settings.answers_to(name) for name in not_answered
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("port", "http"),
        ("port", "70000"),
        ("upload_bytes", "lots"),
        ("pixels", "4 MB"),
        ("seconds", "-1"),
        ("jobs", "0"),
        ("queue", "-1"),
        ("patience", "0"),
        ("keep_hours", "0"),
        ("api_key", "   "),
        ("root", "/no/such/folder"),
    ],
)
def test_what_cannot_be_is_said_with_its_name(name, text, monkeypatch):
    monkeypatch.setenv(PREFIX + name.upper(), text)
    with pytest.raises(OptionError, match=rf"(?i){name}"):
        Settings.from_environment()
