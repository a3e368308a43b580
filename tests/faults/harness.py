"""Kill the real commands at random moments, run them again, and compare with an undisturbed run.

In between, look for broken files.

    python tests/faults/harness.py --kills 50 --seed 0 --out report.json [ask index train map eval
    serve] python tests/faults/harness.py --press --kills 70 --out report.json [ask index train map
    eval serve chat bench]

Each command is killed several times running, then let finish. Half of the moments are spread over
the time that the undisturbed run took, half come just after a file was written. Left with 1 if
anything was broken or lost.

With --press it is Ctrl-C in place of a kill, at moments spread over the whole run, from the first
import on: each has to end with a word, exit code 130, no traceback, no process left and no file
broken.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import rasterio
from PIL import Image
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from geomagnifier.retrieval.index import is_index
from geomagnifier_lab.render import scene as drawn

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "lab/tests/datasets/benchmarks"))
import made_scenes

import own_scenes
from ports import free_port

IN_A_ROW = 3
"""Kills before a command is let finish."""
SOON = 0.4
"""Seconds after a file was written within which half of the kills come."""
QUESTION = "Segment every ship."
GEOMAG = (sys.executable, "-m", "geomagnifier")


@dataclass
class Tally:
    """What became of one command.

    kills: that hit a living process.  missed: moments at which it had finished.  broken: files
        under a final name that cannot be read.
    lost: last runs that failed or differ from the undisturbed one.  leftover: temporary files,
        which go a day later.
    """

    command: str
    seconds: float
    kills: int = 0
    missed: int = 0
    broken: int = 0
    lost: int = 0
    leftover: int = 0


@dataclass
class Pressed:
    """What became of one command under Ctrl-C.

    presses: that a living process heard.  early: of them, those before Python runs any of this
        program: they end it in no word.
    missed: moments at which it had finished.  silent: ends without a word.  wrong: with another
        exit code, or a traceback.
    left: processes some seconds later.  broken: files under a final name.  slowest: seconds from
        the signal to the end.
    lost: of a command that goes on, whether the last one that was pressed then ends otherwise than
        undisturbed.
    """

    command: str
    seconds: float
    presses: int = 0
    early: int = 0
    missed: int = 0
    silent: int = 0
    wrong: int = 0
    left: int = 0
    broken: int = 0
    slowest: float = 0.0
    lost: int = 0


@dataclass(frozen=True)
class Case:
    """A command: its words for an output folder, and what a finished output holds.

    The latter is equal for two equal outputs.
    """

    words: Callable[[Path, Path], list[str]]
    look: Callable[[Path], object]


def readable(path: Path) -> None:
    """Read a file to its end; raises where it is not whole."""
    if path.suffix in (".json", ".geojson"):
        json.loads(path.read_text())
    elif path.suffix in (".jsonl",):
        [json.loads(line) for line in path.read_text().splitlines()]
    elif path.suffix == ".tif":
        with rasterio.open(path) as file:
            file.read()
    elif path.suffix == ".png":
        with Image.open(path) as picture:
            picture.load()
    elif path.suffix in (".sqlite", ".gpkg"):
        with contextlib.closing(sqlite3.connect(path)) as base:
            assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    elif path.suffix == ".parquet":
        import pyarrow.parquet

        pyarrow.parquet.read_table(path)
    elif path.suffix == ".safetensors":
        from safetensors.numpy import load_file

        load_file(path)
    elif path.suffix == ".pt":
        import torch

        torch.load(path, weights_only=True)


def broken(out: Path) -> list[Path]:
    """Files and tables under a final name that cannot be read.

    Those under a temporary name promise nothing.

    Of a table all rows are read; which of the files in its folder count is known to LanceDB alone.
    """
    found = []
    for table in (
        out.glob("*.lance") if is_index(out) else ()
    ):  # without its manifest it is no index yet
        try:
            indexed(out)
        except Exception:  # as below
            found.append(table)
    for path in out.rglob("*"):
        if not path.is_file() or any(
            part.startswith(".") or part.endswith(".lance") for part in path.relative_to(out).parts
        ):
            continue
        try:
            readable(path)
        except FileNotFoundError:
            continue
        except Exception:  # whatever a reader says of it, the file is broken
            found.append(path)
    return found


def answered(out: Path) -> object:
    """The answer, its layer, and every other file bit for bit.

    But for the overlay, on which the seconds are written.
    """
    said = json.loads((out / "answer.json").read_text())
    with contextlib.closing(sqlite3.connect(out / "regions.gpkg")) as base:
        layer = base.execute("SELECT * FROM regions").fetchall()
    apart = ("answer.json", "overlay.png", "regions.gpkg")  # a GeoPackage tells when it was written
    rest = {
        path.name: path.read_bytes()
        for path in out.iterdir()
        if path.name[0] != "." and path.name not in apart
    }
    return said["text"], said["regions"], layer, rest


def indexed(out: Path) -> object:
    """Every row of the index."""
    import lancedb

    base = lancedb.connect(out)
    tables = [
        base.open_table(path.stem).to_arrow().to_pylist() for path in sorted(out.glob("*.lance"))
    ]
    assert tables
    return [sorted(map(repr, rows)) for rows in tables]


def taught(out: Path) -> object:
    """Losses of every step, and the weights bit for bit."""
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    losses = [
        {k: v for k, v in line.items() if "second" not in k and k != "time"} for line in lines
    ]
    return losses, {
        path.name: path.read_bytes() for path in (out / "model").glob("[!.]*.safetensors")
    }


def mapped(out: Path) -> object:
    """One row a scene, its answer and its regions."""
    import geopandas

    table = geopandas.read_parquet(out / "scenes.parquet")
    assert table["scene"].is_unique
    regions = [geopandas.read_parquet(path) for path in sorted((out / "regions").glob("*.parquet"))]
    places = sorted(
        (scene, n, tuple(round(v, 3) for v in box))
        for part in regions
        for scene, n, *box in part[ROW].itertuples(index=False)
    )
    return list(zip(table["scene"], table["state"], table["text"], strict=True)), places


def measured(out: Path) -> object:
    """Every record and all figures, but for the seconds."""
    records = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    result = json.loads((out / "result.json").read_text())
    result["cost"].pop("seconds")
    return [{k: v for k, v in record.items() if k != "seconds"} for record in records], result


ROW = ["scene", "number", "x0", "y0", "x1", "y1"]
CASES = {
    "ask": Case(
        lambda scenes, out: [
            "ask",
            str(scenes / "0.tif"),
            QUESTION,
            "--out",
            str(out),
            "--vector",
            "gpkg",
            "--resume",
        ],
        answered,
    ),
    "index": Case(lambda scenes, out: ["index", str(scenes), "--to", str(out)], indexed),
    "train": Case(
        lambda scenes, out: [
            "train",
            "--from",
            "small",
            "--data",
            str(scenes.parent / "own/instances.json"),
            "--out",
            str(out),
            "--steps",
            "40",
        ],
        taught,
    ),
    "map": Case(
        lambda scenes, out: [
            "map",
            QUESTION,
            "--scenes",
            str(scenes),
            "--out",
            str(out),
            "--workers",
            "2",
        ],
        mapped,
    ),
    "eval": Case(
        lambda scenes, out: [
            "eval",
            "ucm",
            "--root",
            str(scenes.parent / "ucm"),
            "--split",
            "test",
            "--out",
            str(out),
        ],
        measured,
    ),
}


ALONE: dict[str, Callable[[Path, Path], list[str]]] = {
    "serve": lambda scenes, out: ["serve", str(scenes), "--port", "0", "--no-browser"],
    "chat": lambda scenes, out: ["chat", str(scenes / "0.tif"), "--out", str(out)],
    "bench": lambda scenes, out: ["bench", "cost", "--repeats", "1"],
}
"""Commands that are pressed, beside the cases."""
SERVING = 15.0
"""Seconds over which presses of a service are spread."""


def prepare(work: Path) -> Path:
    """Six drawn scenes, labels to be learnt from, and a set to be measured on."""
    scenes = work / "scenes"
    scenes.mkdir()
    for seed in range(6):
        drawn.main(
            [
                str(scenes / f"{seed}.tif"),
                "--theme",
                ("harbour", "airport", "town")[seed % 3],
                "--seed",
                str(seed),
            ]
        )
    own_scenes.write_coco(work / "own", 12)
    made_scenes.write_scenes("ucm", work / "ucm")
    return scenes


def family(process: subprocess.Popen[Any]) -> list[psutil.Process]:
    """A process and all below it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        own = psutil.Process(process.pid)
        return [own, *own.children(recursive=True)]
    return []


def kill(process: subprocess.Popen[Any], members: list[psutil.Process]) -> bool:
    """-9 to some of its processes; whether it was alive."""
    alive = process.poll() is None
    for member in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    return alive


def written(out: Path) -> int:
    """A number that changes with what lies in a folder."""
    found = []
    with contextlib.suppress(
        FileNotFoundError
    ):  # renamed while it is looked at, which is a change, too
        for path in out.rglob("*"):
            found.append((str(path), path.stat().st_size))
    return hash(tuple(sorted(found)))


def wait_for(
    moment: float | None, running: subprocess.Popen[Any], out: Path, rng: random.Random
) -> None:
    """Until a moment; None: until some file has been written, and a little longer."""
    end, before = time.monotonic() + (moment if moment is not None else 600), written(out)
    for _ in range(rng.randrange(1, 6) if moment is None else 1):  # the n-th writing
        while (
            time.monotonic() < end
            and running.poll() is None
            and (moment is not None or written(out) == before)
        ):
            time.sleep(0.005)
        before = written(out)
    if moment is None:
        time.sleep(rng.uniform(0, SOON))


def sweep(
    name: str,
    kills: int,
    seed: int,
    work: Path,
    scenes: Path,
    tell: Callable[[], object] = lambda: None,
) -> Tally:
    """One undisturbed run, then kills.

    After some of them in a row the same command is let finish, and what it left is compared.

    Raises:
        CalledProcessError: the undisturbed run failed.
    """
    rng, case = random.Random(f"{name} {seed}"), CASES[name]
    begun = time.monotonic()
    subprocess.run([*GEOMAG, *case.words(scenes, work / name)], check=True, capture_output=True)
    tally = Tally(name, time.monotonic() - begun)
    wanted, kept = case.look(work / name), {path.name for path in (work / name).iterdir()}
    turn = tries = 0
    while tally.kills < kills and tries < 3 * kills:
        out, turn = work / f"{name}{turn}", turn + 1
        for _ in range(min(IN_A_ROW, kills - tally.kills)):
            tries += 1
            words = [*GEOMAG, *case.words(scenes, out)]
            running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(
                rng.uniform(0, tally.seconds) if rng.random() < 0.5 else None, running, out, rng
            )
            members = family(running)
            workers = (
                [p for p in members if "ray::Worker" in " ".join(p.cmdline())]
                if name == "map"
                else []
            )
            if (
                workers and rng.random() < 0.5
            ):  # a worker alone: the command has to go on without it
                hit = kill(running, [rng.choice(workers)])
                with contextlib.suppress(subprocess.TimeoutExpired):
                    running.wait(300)
                tally.lost += running.poll() != 0
                kill(running, family(running))
            else:
                hit = kill(running, members)
                running.wait()
            tally.kills, tally.missed = tally.kills + hit, tally.missed + (not hit)
            tally.broken += len(broken(out))
            tell()
        again = subprocess.run(
            [*GEOMAG, *case.words(scenes, out)], capture_output=True, text=True, check=False
        )
        try:
            assert again.returncode == 0, again.stderr
            assert case.look(out) == wanted, (
                f"not as undisturbed: {case.look(out)!r:.2000} {wanted!r:.2000}"
            )
        except Exception as error:  # an output that cannot be read is lost
            print(f"{name}, run {turn}: {error!r}", file=sys.stderr)
            tally.lost += 1
        tally.broken += len(broken(out))
        tally.leftover += (
            len([p for p in out.iterdir() if p.name not in kept]) if out.exists() else 0
        )
    return tally


@contextlib.contextmanager
def service(scenes: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[Any], httpx.Client]]:
    """A real service over scenes with its work folder; killed in the end."""
    port = free_port()
    words = [*GEOMAG, "serve", str(scenes), "--port", str(port), "--no-browser"]
    running = subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"GEOMAG_FOLDER": str(folder)},
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=600) as client:
            end = time.monotonic() + 600
            while time.monotonic() < end:
                with contextlib.suppress(httpx.TransportError):
                    if client.get("/healthz").status_code == 200:
                        break
                time.sleep(0.05)
            yield running, client
    finally:
        kill(running, family(running))
        running.wait()


def served(
    kills: int, seed: int, work: Path, scenes: Path, tell: Callable[[], object] = lambda: None
) -> Tally:
    """Kill a service that works on uploads and questions.

    The next one has to start in the same folder and answer the same.
    """
    rng, folder = random.Random(f"serve {seed}"), work / "served"
    folder.mkdir()

    def asked(client: httpx.Client) -> object:
        with (scenes / "0.tif").open("rb") as file:
            told = client.post("/v1/ask", files={"file": file}, data={"question": QUESTION}).json()
        return told["text"], told["regions"]

    begun = time.monotonic()
    with service(scenes, folder) as (_, client):
        wanted = asked(client)
    tally = Tally("serve", time.monotonic() - begun)
    for _ in range(kills):
        with service(scenes, folder) as (running, client):
            try:
                tally.lost += asked(client) != wanted
                job = client.post(
                    "/v1/ask?wait=false", json={"path": "0.tif", "question": "Find every airplane."}
                )
                assert job.status_code == 202
            except (httpx.TransportError, AssertionError, KeyError):
                tally.lost += 1
            time.sleep(rng.uniform(0, SOON))
            tally.kills += kill(running, family(running))
            tally.broken += len(broken(folder))
        tell()
    with service(scenes, folder) as (running, client):
        tally.lost += asked(client) != wanted
        running.terminate()
        running.wait(600)
    tally.leftover = sum(path.is_file() for path in folder.rglob("*"))
    return tally


def press(
    name: str,
    presses: int,
    seed: int,
    work: Path,
    scenes: Path,
    tell: Callable[[], object] = lambda: None,
) -> Pressed:
    """One undisturbed run, then Ctrl-C at random moments, as a terminal sends it.

    To all processes of the command's group.
    """
    rng, words = (
        random.Random(f"{name} {seed}"),
        CASES[name].words if name in CASES else ALONE[name],
    )
    asked = "Find every ship.\nSegment every ship.\nHow many airplanes are there?\n" * 2
    begun = time.monotonic()
    if name != "serve":
        first = [*GEOMAG, *words(scenes, work / f"{name}-whole")]
        subprocess.run(
            first, input=asked if name == "chat" else "", text=True, check=True, capture_output=True
        )
    tally = Pressed(name, SERVING if name == "serve" else time.monotonic() - begun)
    span = tally.seconds
    for number in range(3 * presses):
        if tally.presses == presses:
            break
        out = work / f"{name}-{number}"
        with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as lines:
            lines.write(asked if name == "chat" else "")
            lines.seek(0)
            files: dict[str, Any] = {"stdin": lines, "stdout": subprocess.DEVNULL, "stderr": said}
            running = subprocess.Popen(
                [*GEOMAG, *words(scenes, out)],
                preexec_fn=_deaf_no_more,
                start_new_session=True,
                **files,
            )
            time.sleep(rng.uniform(0, span))
            members = family(running)
            ready = running.poll() is None and _imports(running.pid)
            begun = time.monotonic()
            if running.poll() is not None:
                tally.missed, span = tally.missed + 1, 0.7 * span  # the machine has become quicker
                continue
            os.killpg(running.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(600)
            tally.presses, tally.slowest = (
                tally.presses + 1,
                max(tally.slowest, time.monotonic() - begun),
            )
            said.seek(0)
            told = said.read()
        left = remaining(members)
        kill(running, left)
        if not ready:
            tally.early += 1
            continue
        # A service is meant to be ended so, a chat goes on with its next question, and an answer is
        # whole after its last window.
        whole = name in ("serve", "chat") or (name == "ask" and (out / "answer.json").is_file())
        fine = running.returncode in ((130, 0) if whole else (130,)) and "Traceback" not in told
        silent = name != "serve" and "geomag: stop" not in told and "was stopped" not in told
        if not fine or silent:
            print(f"{name}, press {number}: {running.returncode} {told[-1500:]!r}", file=sys.stderr)
        tally.wrong += not fine
        tally.silent += silent
        tally.left += len(left)
        tally.broken += len(broken(out)) if out.exists() else 0
        tell()
    if name in CASES and tally.presses:
        subprocess.run([*GEOMAG, *words(scenes, out)], check=False, capture_output=True)
        try:
            tally.lost = int(CASES[name].look(out) != CASES[name].look(work / f"{name}-whole"))
        except Exception as error:  # an output that cannot be read is lost
            print(f"{name}, gone on with: {error!r}", file=sys.stderr)
            tally.lost = 1
    return tally


def remaining(members: list[psutil.Process]) -> list[psutil.Process]:
    """Those that live on after 45 s; Ray's own agents take up to a minute."""
    end = time.monotonic() + 45
    while (left := [p for p in members if _lives(p)]) and time.monotonic() < end:
        time.sleep(0.2)
    return left


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _deaf_no_more() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # what is started in the background is deaf to it


def _imports(process: int) -> bool:
    """Whether Python has begun with this program, and takes SIGINT itself."""
    caught = next(
        line
        for line in Path(f"/proc/{process}/status").read_text().splitlines()
        if line.startswith("SigCgt:")
    )
    return bool(int(caught.split()[1], 16) & (1 << (signal.SIGTERM - 1)))


def main(arguments: list[str] | None = None) -> int:
    """Sweep over the commands, print the table and write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--press", action="store_true", help="Ctrl-C in place of kills")
    parser.add_argument("commands", nargs="*", help="of " + ", ".join([*CASES, *ALONE]))
    chosen = parser.parse_args(arguments)
    chosen.commands = chosen.commands or [*CASES, *(ALONE if chosen.press else ("serve",))]
    each = -(-chosen.kills // len(chosen.commands))
    tallies: list[Tally | Pressed] = []
    with tempfile.TemporaryDirectory() as work, Progress(console=Console(stderr=True)) as shown:
        scenes = prepare(Path(work))
        for name in chosen.commands:
            row = shown.add_task(f"{name}, {'pressed' if chosen.press else 'killed'}", total=each)
            do: Any = served if name == "serve" else lambda *given, name=name: sweep(name, *given)
            do = (lambda *given, name=name: press(name, *given)) if chosen.press else do
            tallies.append(
                do(each, chosen.seed, Path(work), scenes, lambda row=row: shown.advance(row))
            )
            if chosen.out:
                chosen.out.write_text(json.dumps([asdict(tally) for tally in tallies], indent=1))
    table = Table(*asdict(tallies[0]))
    for tally in tallies:
        table.add_row(
            *(
                f"{value:.1f}" if isinstance(value, float) else str(value)
                for value in asdict(tally).values()
            )
        )
    Console().print(table)
    return int(
        any(
            t.broken or t.lost or (isinstance(t, Pressed) and (t.silent or t.wrong or t.left))
            for t in tallies
        )
    )


if __name__ == "__main__":
    sys.exit(main())
