"""Images by the names of other machines, looked for on this one alone."""

from __future__ import annotations

import json
import socket
import threading
import warnings
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import DataCorrupt, GeomagWarning, OptionError
from geomagnifier.finetuning.labels import read_labels

BOXES = [(10 + 40 * i, 20, 40 + 40 * i, 40) for i in range(6)]


def picture(path, size=(400, 300), **given):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((size[1], size[0], 3), np.uint8)).save(path, **given)


def annotation(number, **given):
    x0, y0, x1, y1 = BOXES[number % 6]
    return {
        "id": number,
        "image_id": 1,
        "category_id": 1,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "iscrowd": 0,
    } | given


def coco(folder, annotations, categories=({"id": 1, "name": "ship"},), **image):
    picture(folder / "images/p.png")
    record = {"id": 1, "file_name": "p.png", "width": 400, "height": 300} | image
    path = folder / "coco.json"
    path.write_text(
        json.dumps({"images": [record], "annotations": annotations, "categories": list(categories)})
    )
    return path


def yolo(folder, text, names="[ship]"):
    picture(folder / "images/p.png")
    (folder / "labels").mkdir()
    (folder / "labels/p.txt").write_bytes(text)
    (folder / "data.yaml").write_text(f"names: {names}\ntrain: images\n")
    return folder / "data.yaml"


LINES = "\n".join(
    f"0 {(x0 + x1) / 800} {(y0 + y1) / 600} {(x1 - x0) / 400} {(y1 - y0) / 300}"
    for x0, y0, x1, y1 in BOXES
)


def boxes(labels):
    return [tuple(round(v, 3) for v in o.box) for o in labels.pictures[0].objects]


def silently(*given, **named):
    with warnings.catch_warnings():
        warnings.simplefilter("error", GeomagWarning)
        return read_labels(*given, **named)


@pytest.mark.parametrize(
    "name",
    ["images\\p.png", "C:\\sets\\ships\\p.png", "/home/somebody/sets/p.png", "../p.png", "p.png"],
)
def test_pictures_by_paths_of_other_machines(tmp_path, name):
    assert (
        boxes(silently(coco(tmp_path, [annotation(i) for i in range(6)], file_name=name))) == BOXES
    )


@pytest.fixture
def listener():
    """The port of a server on this machine, and what was sent to it."""
    heard: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def listen():
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    heard.append(connection.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], heard
        over.set()
        thread.join()


@pytest.mark.filterwarnings("ignore::geomagnifier.GeomagWarning")
def test_pictures_are_looked_for_on_this_machine_alone(tmp_path, listener):
    port, heard = listener
    for number, place in enumerate(
        (f"http://127.0.0.1:{port}/p.tif", f"/vsicurl/http://127.0.0.1:{port}/p.tif", "/etc/passwd")
    ):
        with pytest.raises(
            (DataCorrupt, OptionError, Exception), match=r"are missing|holds no labels"
        ):
            read_labels(
                coco(
                    tmp_path / str(number),
                    [annotation(i) for i in range(6)],
                    file_name=place.replace("p.tif", "q.tif"),
                )
            )
        path = yolo(tmp_path / f"y{number}", LINES.encode())
        path.write_text(f"names: [ship]\ntrain: {place}\n")
        with pytest.raises(Exception, match="is neither a folder of images nor a list"):
            read_labels(path)
        (path.parent / "list.txt").write_text(f"{place}\n")
        path.write_text("names: [ship]\ntrain: list.txt\n")
        with pytest.raises(Exception, match=r"are missing|holds no labels"):
            read_labels(path)
    assert heard == []
