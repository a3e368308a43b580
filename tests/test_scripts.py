"""scripts/: what they pass on and what they say, without setting anything up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GEOMAG = '#!/usr/bin/env bash\nprintf "%s\\n" "$PATH" "$PWD" "$@"\n'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in a folder with blanks, whose environment is there already.

    A `geomag` that prints where it runs and what it is given.
    """
    clone = tmp_path / "a clone"
    for name in ("scripts", "locks"):
        shutil.copytree(ROOT / name, clone / name)
    shutil.copy(ROOT / "pyproject.toml", clone)
    (clone / ".venv/bin").mkdir(parents=True)
    (clone / ".venv/.ready-run").touch()
    for name in ("geomag", "python"):
        (clone / ".venv/bin" / name).write_text(GEOMAG)
        (clone / ".venv/bin" / name).chmod(0o755)
    return clone


def run(clone: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["bash", *words], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    assert str(ROOT) not in done.stdout.replace(
        os.environ["PATH"], ""
    )  # the path of this run may lead there
    return done


@pytest.mark.parametrize(
    "given",
    [
        (),
        ("a.jpg",),
        ("a.jpg", "How many ships?"),
        ("../some place/b c.tif", "Find every 'ship', please."),
        ("--help",),
        ("a.jpg", "Where?", "--out", "an answer"),
    ],
)
def test_demo_passes_everything_on_from_where_the_person_is(
    clone: Path, tmp_path: Path, given: tuple[str, ...]
) -> None:
    folder = tmp_path / "some place"
    folder.mkdir()
    for script in (str(clone / "scripts/demo"), "../a clone/scripts/demo"):
        done = run(clone, folder, script, *given)
        assert done.returncode == 0, done.stderr
        assert (
            done.stdout.splitlines() == [os.environ["PATH"], str(folder), "demo", *given]
            and not done.stderr
        )


def test_an_extra_that_is_not_there_is_refused_before_anything_is_installed(clone: Path) -> None:
    done = run(clone, clone, "scripts/environment", "serv")
    assert (
        done.returncode == 1
        and done.stderr
        == "there is no extra 'serv'; pyproject.toml has archive, map, serve, lab, full and more\n"
    )


def test_a_set_up_that_fails_shows_why_and_which_step(clone: Path, tmp_path: Path) -> None:
    (clone / ".venv/.ready-run").unlink()
    (clone / ".venv/bin/activate").touch()
    (clone / ".venv/bin/python").write_text(
        '#!/usr/bin/env bash\n[ "$1" = -c ] || { echo "ERROR: no network"; exit 1; }\n'
    )
    path = {
        "PATH": os.pathsep.join(
            part
            for part in os.environ["PATH"].split(os.pathsep)
            if not (Path(part) / "uv").exists()
        )
    }
    done = subprocess.run(
        ["bash", "scripts/demo"],
        cwd=clone,
        env=os.environ | path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 1 and not done.stdout
    lines = done.stderr.splitlines()
    assert lines[0].startswith("setting up geomagnifier in ") and "once" in lines[0]
    assert "ERROR: no network" in lines
    assert re.fullmatch(
        r"set-up failed at: 3 of 4, the other libraries; all of its output is in"
        r" .*/build/setup\.log",
        lines[-1],
    )


def test_the_slow_tests_say_when_they_last_passed_and_of_what(clone: Path) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(
            ["git", *who, *words], cwd=clone, check=True, capture_output=True, timeout=600
        )

    (clone / ".gitignore").write_text("build/\n.venv/\n")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "all")
    pytest_ = clone / ".venv/bin/pytest"
    pytest_.write_text('#!/usr/bin/env bash\nprintf "%s " "$@"\n')
    pytest_.chmod(0o755)
    path = {"PATH": f"{pytest_.parent}{os.pathsep}{os.environ['PATH']}"}

    def slow(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "scripts/slow", *words],
            cwd=clone,
            env=os.environ | path,
            capture_output=True,
            text=True,
            timeout=600,
        )
        return done.returncode, done.stdout

    assert slow("--when") == (1, "the slow tests never passed here; run scripts/slow\n")
    assert (
        slow("-k", "kill") == (0, "-m slow -k kill ") and slow("--when")[0] == 1
    )  # some of them are not all
    assert slow() == (0, "-m slow ")
    code, told = slow("--when")
    assert code == 0 and re.fullmatch(
        r"the slow tests last passed on \d{4}-\d\d-\d\dT\d\d:\d\dZ, of [0-9a-f]{12}\n", told
    )
    (clone / "pyproject.toml").write_text("changed")
    code, told = slow("--when")
    assert code == 1 and told.endswith("-dirty; run scripts/slow\n")
    pytest_.write_text("#!/usr/bin/env bash\nexit 1\n")
    (clone / "build/slow-tests.txt").unlink()
    assert slow()[0] == 1 and slow("--when")[0] == 1


def test_the_scripts_can_be_called() -> None:
    for name in (
        "scripts/demo",
        "scripts/test",
        "scripts/environment",
        "scripts/slow",
        "scripts/mutate",
        ".ci/run",
    ):
        assert os.access(ROOT / name, os.X_OK), name


def test_ci_asks_the_demo_about_the_picture_of_the_tests() -> None:
    text = (ROOT / ".ci/run").read_text()
    picture = re.search(r'^\./scripts/demo (\S+) "([^"]+)"$', text, re.MULTILINE)
    assert picture and (ROOT / picture[1]).is_file() and "airplane" in picture[2]
    assert re.search(r"^\./scripts/demo$", text, re.MULTILINE)


def test_a_clean_install_begins_with_pythons_that_will_do(clone: Path, tmp_path: Path) -> None:
    old = tmp_path / "python3.10"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    (clone / "dist").mkdir()
    done = run(clone, tmp_path, str(clone / "scripts/clean_install"), str(old))
    assert done.returncode and f"{old} is no Python 3.11 or newer" in done.stderr
    assert (clone / "dist").is_dir(), "nothing is built or removed before"


def test_a_release_is_tried_in_every_python_that_is_named() -> None:
    classifiers = re.findall(
        r"Programming Language :: Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8")
    )
    words = (ROOT / "scripts/release").read_text("utf-8").split()
    assert [word for word in words if word.startswith("python3.")] == [
        f"python{version}" for version in classifiers
    ]
