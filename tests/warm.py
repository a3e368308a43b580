"""A process that has everything imported and forks for each command.

In place of three seconds a `geomag` starts in none.

`python warm.py SOCKET FOLDER` puts `geomag` and `python` into FOLDER, which hand their arguments,
environment and files to SOCKET.
"""

from __future__ import annotations

import array
import json
import os
import signal
import socket
import stat
import sys
from importlib import import_module
from pathlib import Path

CLIENT = """#!{python} -SE
import array, json, os, signal, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect({door!r})
asked = json.dumps([{program!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
files = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))
door.sendmsg([len(asked).to_bytes(8, "big")], [files])
door.sendall(asked)
back = door.makefile()
process = int(back.readline())
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: os.kill(process, number))
sys.exit(int(back.readline() or 70))
"""


def install(door: str, folder: Path) -> None:
    """The two programs."""
    for program in ("geomag", "python"):
        path = folder / program
        path.write_text(CLIENT.format(python=sys.executable, door=door, program=program))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


def listen(door: str) -> None:
    """Fork for each that comes in, until this process is ended."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{door}.new")
        server.listen()
        os.rename(f"{door}.new", door)  # who sees it can come in
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            client, _ = server.accept()
            if os.fork() == 0:
                server.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                serve(client)
            client.close()


def serve(client: socket.socket) -> None:
    """Be the command: its files, folder, environment and arguments; never returns."""
    size, (held,), *_ = client.recvmsg(8, socket.CMSG_SPACE(12))
    program, words, folder, environment = json.loads(
        client.makefile("rb").read(int.from_bytes(size, "big"))
    )
    for number, file in enumerate(array.array("i", held[2])):
        os.dup2(file, number)
    # Anew: those of the parent know of their own files whether one may seek in them.
    sys.stdin, sys.stdout, sys.stderr = (
        open(0, closefd=False),  # noqa: SIM115
        open(1, "w", closefd=False),  # noqa: SIM115
        open(2, "w", 1, closefd=False),  # noqa: SIM115
    )
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    client.sendall(f"{os.getpid()}\n".encode())
    code = 1
    try:
        run(program, words)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else leaving.code is not None
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        client.sendall(f"{int(code)}\n".encode())
        os._exit(int(code))


def run(program: str, words: list[str]) -> None:
    """What `geomag` does; of Python `-c CODE` and `-m MODULE`, as pages use it."""
    import runpy

    sys.argv = [program, *words]
    sys.path[0] = os.getcwd()
    if program == "geomag":
        from geomagnifier.cli.main import main

        main()
    elif words[:1] == ["-m"]:
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words[:1] == ["-c"]:
        exec(compile(words[1], "<page>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


IMPORTED = (
    "geomagnifier_lab.render.scene",
    "geomagnifier.cli.main",
    "geomagnifier.export.heatmap",
    "geomagnifier.export.mask_cog",
    "geomagnifier.export.overlay",
    "geomagnifier.models.small.model",
)
"""Beside the public names; nothing that starts threads when it is imported."""


if __name__ == "__main__":
    import geomagnifier

    for name in geomagnifier.__all__:
        getattr(geomagnifier, name)
    for name in IMPORTED:
        import_module(name)
    install(sys.argv[1], Path(sys.argv[2]))
    listen(sys.argv[1])
