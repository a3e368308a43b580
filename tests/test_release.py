"""What a release says of itself is so.

Locks hold what pyproject.toml asks for, the container is what its pages promise, versions agree.
"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from geomagnifier import __version__
from geomagnifier.server.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKS = {"run": (), "serve": ("serve",), "lab": ("lab",), "dev": ("dev",)}
"""File in locks/ -> extras that it covers; "lab" is the second distribution."""
LAB = tomllib.loads((ROOT / "lab/pyproject.toml").read_text("utf-8"))["project"]
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}


def asked(extras: tuple[str, ...]) -> list[Requirement]:
    """Requirements of the package with its extras, extras of its own followed."""
    found = [Requirement(line) for line in PROJECT["dependencies"]]
    for extra in extras:
        for line in PROJECT["optional-dependencies"][extra]:
            requirement = Requirement(line)
            if requirement.name == LAB["name"]:
                found += [
                    one
                    for one in map(Requirement, LAB["dependencies"])
                    if one.name != PROJECT["name"]
                ]
                continue
            found += (
                asked(tuple(requirement.extras))
                if requirement.name == PROJECT["name"]
                else [requirement]
            )
    return found


def entries(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Each package of a lock with its hashes."""
    text = re.sub(
        r"^\s*#.*\n", "", (ROOT / f"locks/{lock}.txt").read_text("utf-8"), flags=re.MULTILINE
    ).replace("\\\n", " ")
    split = [line.partition(" --hash=") for line in text.splitlines() if line.strip()]
    return [
        (Requirement(head.strip()), [part.strip() for part in rest.split("--hash=") if rest])
        for head, _, rest in split
    ]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock, python):
    torch = Requirement((ROOT / "locks/torch.txt").read_text("utf-8").splitlines()[-1])
    for system, named in SYSTEMS.items():
        where = default_environment() | {
            "python_version": python,
            "python_full_version": f"{python}.9",
        }
        where |= {
            "sys_platform": system,
            "platform_system": named,
            "os_name": "nt" if system == "win32" else "posix",
        }
        pinned = {
            canonicalize_name(one.name): next(iter(one.specifier)).version
            for one in [torch, *(requirement for requirement, _ in entries(lock))]
            if one.marker is None or one.marker.evaluate(where)
        }
        for requirement in asked(LOCKS[lock]):
            name = canonicalize_name(requirement.name)
            assert name in pinned, (
                f"{name} is not in locks/{lock}.txt for {system}, Python {python}; run scripts/lock"
            )
            assert requirement.specifier.contains(pinned[name]), (
                f"{name} {pinned[name]} is not {requirement.specifier}; run scripts/lock"
            )


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_place(lock):
    for requirement, hashes in entries(lock):
        assert [part.operator for part in requirement.specifier] == [
            "=="
        ] and requirement.url is None
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), (
            f"{requirement} is without hashes"
        )
    assert "://" not in (ROOT / f"locks/{lock}.txt").read_text("utf-8")


def test_wheel_and_lab_have_one_version():
    import geomagnifier_lab

    assert geomagnifier_lab.__version__ == __version__


def test_locks_agree():
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for requirement, _ in entries(lock):
            versions.setdefault(requirement.name, set()).add(
                f"{requirement.specifier}; {requirement.marker}"
            )
    in_dev = {requirement.name for requirement, _ in entries("dev")}
    assert set(versions) == in_dev
    assert not {
        name: found
        for name, found in versions.items()
        if len({one.partition(";")[0] for one in found}) > 1
    }


def instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile, in order."""
    text = re.sub(
        r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE
    ).replace("\\\n", " ")
    split = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [(word.upper(), " ".join(rest.split())) for word, rest in split]


def test_the_image_copies_what_is_there_and_let_in():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from"):
            for path in rest.split()[:-1]:
                assert (ROOT / path).exists(), path
                assert f"!{path.split('/')[0]}" in ignored, f".dockerignore keeps {path} out"
    assert ignored[0] == "*"


def test_the_image_that_is_kept_runs_without_rights_or_tools():
    last = max(number for number, (word, _) in enumerate(instructions()) if word == "FROM")
    kept = instructions()[last + 1 :]
    users = [rest for word, rest in kept if word == "USER"]
    assert users and users[-1].isdigit() and int(users[-1]) > 0
    runs = " ".join(rest for word, rest in kept if word == "RUN")
    assert f"--uid {users[-1]}" in runs and "pip" not in runs and "apt" not in runs
    assert "--require-hashes" in " ".join(
        rest for word, rest in instructions()[:last] if word == "RUN"
    )


def test_the_image_serves_where_it_says_and_is_asked_whether_it_lives():
    last = dict(instructions())  # the last of each
    given = dict(pair.split("=", 1) for pair in shlex.split(last["ENV"]))
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    assert {name for name in given if name.startswith(PREFIX)} <= known
    assert last["EXPOSE"] == given["GEOMAG_PORT"] and given["GEOMAG_HOST"] == "0.0.0.0"
    command = json.loads(last["HEALTHCHECK"].partition("CMD ")[2])
    assert "/healthz" in command[2] and "127.0.0.1" in given["GEOMAG_NAMES"].split(",")
    compile(command[2], "HEALTHCHECK", "exec")
    assert json.loads(last["ENTRYPOINT"]) + json.loads(last["CMD"]) == [
        "geomag",
        "serve",
        "/scenes",
        "--no-browser",
    ]


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {__version__}\n" in citation
    newest = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None and newest[1] in (__version__, "Unreleased")


def test_licences_are_named_and_there():
    assert PROJECT["license"] == "Apache-2.0 AND LicenseRef-geomagnifier-weights"
    for path in PROJECT["license-files"]:
        assert (ROOT / path).is_file()
    notice = (ROOT / "src/geomagnifier/models/weights/NOTICE.md").read_text("utf-8")
    for path in (ROOT / "src/geomagnifier/models/weights").iterdir():
        if path.suffix in (".safetensors", ".json"):
            assert f"`{path.name}`" in notice, f"{path.name} is not in the notice"


@pytest.mark.parametrize("python", PYTHONS)
def test_each_python_is_named(python):
    assert f"Programming Language :: Python :: {python}" in PROJECT["classifiers"]
