"""Memory that the machine has left."""

from __future__ import annotations

from pathlib import Path

MACHINE = Path("/proc/meminfo")


def available(machine: Path = MACHINE) -> float | None:
    """Bytes that the system and the process's control group leave.

    None where the system does not say in /proc.
    """
    rows = (
        dict(line.split(":", 1) for line in machine.read_text().splitlines() if ":" in line)
        if machine.is_file()
        else {}
    )
    return (
        min(float(rows["MemAvailable"].split()[0]) * 1024, *granted())
        if "MemAvailable" in rows
        else None
    )


def granted(
    root: Path = Path("/sys/fs/cgroup"), told: Path = Path("/proc/self/cgroup")
) -> list[int]:
    """Bytes that the limits of control groups (versions 1 and 2) leave to a process.

    Its own group and those above it count.

    Args:
        root: where the control groups are mounted.
        told: the list of its groups.
    """
    left: list[int] = [1 << 62]
    for line in told.read_text().splitlines() if told.is_file() else ():
        _, what, path = line.split(":", 2)
        if what and "memory" not in what.split(","):
            continue
        top, most, used = (
            (root / what, "memory.limit_in_bytes", "memory.usage_in_bytes")
            if what
            else (root, "memory.max", "memory.current")
        )
        own = top / path.strip("/")
        for folder in (own, *own.parents):
            if folder.is_relative_to(top) and (folder / most).is_file():
                limit, taken = (folder / most).read_text().strip(), int((folder / used).read_text())
                stat = dict(
                    row.split()[:2] for row in (folder / "memory.stat").read_text().splitlines()
                )
                if limit.isdigit():  # files that were read go first
                    left.append(int(limit) - taken + int(stat.get("inactive_file", 0)))
    return left
