"""What the machine has left: the system's word and that of control groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomagnifier import free_memory


@pytest.mark.parametrize(
    ("line", "folder", "most", "used", "stat"),
    [
        ("0::/box/inner", "box", "memory.max", "memory.current", "inactive_file 300"),
        (
            "5:cpu,memory:/box",
            "cpu,memory/box",
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total 1\ninactive_file 300",
        ),
    ],
)
def test_control_groups_leave_what_they_grant(
    line: str, folder: str, most: str, used: str, stat: str, tmp_path: Path
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    for name, text in ((most, "5000"), (used, "4500"), ("memory.stat", stat)):
        (tmp_path / folder / name).write_text(text + "\n")
    (tmp_path / "told").write_text(f"{line}\n9:pids:/elsewhere\n")
    assert min(free_memory.granted(tmp_path, tmp_path / "told")) == 800
    (tmp_path / folder / most).write_text("max\n")
    assert min(free_memory.granted(tmp_path, tmp_path / "told")) > 10**18


def test_the_system_says_what_is_available(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text(
        "MemTotal:       24000000 kB\nMemFree:         1000000 kB\nMemAvailable:         5 kB\n"
    )
    assert free_memory.available(tmp_path / "meminfo") == 5 * 1024
    (tmp_path / "meminfo").write_text("MemTotal:       24000000 kB\n")
    assert (
        free_memory.available(tmp_path / "meminfo") is None
        and free_memory.available(tmp_path / "nothing") is None
    )
