"""A server of files on this machine, for scenes that lie on the network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER = """
import os, re, sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self, head=False):
        with open(sys.argv[2], "a") as log:
            log.write(self.path + "\\n")
        told = self.translate_path(self.path.partition("?")[0]) + ".status"
        if os.path.exists(told):
            return self.send_error(int(open(told).read()))
        try:
            data = open(self.translate_path(self.path), "rb").read()
        except OSError:
            return self.send_error(404)
        wanted = re.match(r"bytes=(\\d+)-(\\d*)", self.headers.get("Range", ""))
        first, last = (int(wanted[1]), int(wanted[2] or len(data))) if wanted else (0, len(data))
        part = data[first : last + 1]
        self.send_response(206 if wanted else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(part)))
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(data)}")
        self.end_headers()
        if not head:
            self.wfile.write(part)

    def do_HEAD(self):
        self.do_GET(head=True)

    def log_message(self, *args):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Handler(*a, directory=sys.argv[1]))
print(server.server_port, flush=True)
server.serve_forever()
"""
"""A process of its own: GDAL may keep this one from answering itself. Ranges are served; a file
NAME.status beside NAME is the HTTP status that is answered in its place.
"""


class Web:
    """Files on the network, and which of them were asked for."""

    def __init__(self, folder: Path, log: Path, port: int) -> None:
        self.folder, self.log, self.address = folder, log, f"http://127.0.0.1:{port}"

    def asked(self) -> list[str]:
        return self.log.read_text().split() if self.log.exists() else []


@contextmanager
def serving(folder: Path, log: Path) -> Iterator[Web]:
    """Serve a folder, which is made."""
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder), str(log)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield Web(folder, log, int(server.stdout.readline()))
        finally:
            server.kill()
