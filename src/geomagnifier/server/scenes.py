"""The scenes of a service: uploads, and the images under one root folder.

No other file is ever opened or named. Clients never learn the path of a file: they see ids, names
relative to the root, and their own names for uploads.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from geomagnifier.errors import (
    GeomagError,
    OutputError,
    SceneError,
    SceneNotFound,
    SceneTooLarge,
    SceneUnreadable,
)
from geomagnifier.raster.dataset import open_source
from geomagnifier.raster.scene import Scene
from geomagnifier.retrieval import SUFFIXES
from geomagnifier.server.lru_cache import OpenFiles
from geomagnifier.server.settings import Settings
from geomagnifier.server.tiles import lonlat_bounds
from geomagnifier.server.uploads import Upload, clean
from geomagnifier.server.work_folder import make_work_folder, remove_abandoned
from geomagnifier.types import Affine6, SceneInfo

FORMATS = (
    "GTiff",
    "JPEG",
    "PNG",
    "JP2OpenJPEG",
    "JP2KAK",
    "JP2ECW",
    "GIF",
    "BIGGIF",
    "BMP",
    "WEBP",
    "PNM",
)
"""GDAL drivers of uploads: formats whose pixels are always in the file itself. An IMG or ENVI file
could name another file on the disk.
"""
FRESH = 3.0
"""Seconds for which a listing of the root is reused to look up an id."""
OPEN = 16
"""Scenes that stay open: the model caches features of an open scene, so that the next question
about it costs less.
"""


@dataclass(frozen=True)
class Card:
    """What clients are told about a scene."""

    id: str
    """A secret for uploads; the same at every start for images under the root."""
    name: str
    """Path relative to the root, or the client's name of its upload."""
    width: int
    """Columns, px."""
    height: int
    """Rows, px."""
    bands: int
    """Number of bands."""
    crs: str | None
    """CRS as "EPSG:n" or WKT; None without one."""
    gsd: float | None
    """Ground sampling distance, m/px; None where unknown."""
    georeferenced: bool
    """Whether a web map can show it in place; else it is shown in its own px."""
    bounds: tuple[float, float, float, float]
    """(west, south, east, north) in degrees where georeferenced, else (0, 0, width, height) px."""
    transform: Affine6 | None = None
    """Affine transform from px to CRS."""
    uploaded: bool = False
    """Whether a client uploaded it."""

    @property
    def info(self) -> SceneInfo:
        """The scene's metadata, as far as a card has it."""
        return SceneInfo(
            self.name, self.width, self.height, self.bands, self.crs, self.transform, self.gsd
        )


@dataclass(frozen=True)
class _SceneFile:
    """The file of a scene, and its card."""

    path: Path
    stamp: tuple[int, int]
    """Modification time (ns) and size (bytes); a file with another stamp has changed."""
    card: Card


class Library:
    """All scenes of one service; several threads may use it.

    Args:
        settings: of the service.

    Raises:
        OutputError: the work folder cannot be used.

    Example:
        >>> with Library(Settings()) as library:
        ...     library.listing()
        []
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        given = settings.folder or Path(tempfile.gettempdir())
        try:
            given.mkdir(parents=True, exist_ok=True)
            remove_abandoned(given, settings.keep_hours)
            self.folder, self._folder_lock = make_work_folder(given)
        except OSError as error:
            raise OutputError(
                f"{given} cannot be used as a work folder: {error.strerror or error}"
            ) from error
        root = settings.root.resolve() if settings.root is not None else None
        self._single = root if root is not None and root.is_file() else None
        self._root = root.parent if root is not None and self._single is not None else root
        self._lock = threading.RLock()
        self._open = OpenFiles(lambda path: Scene(open_source(path)), OPEN)
        self._known: dict[str, _SceneFile] = {}  # by id
        self._uploads: dict[str, float] = {}  # id -> when it came, seconds since 1970
        self._listed = float("-inf")  # when the root was listed, time.monotonic()
        self._paths: dict[str, Path] = {}  # of the listing, by name
        self._names: dict[str, str] = {}  # of the listing, by id

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all files and remove the work folder with all uploads."""
        self._open.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._folder_lock.close()

    def receive(self, name: str) -> Upload:
        """Begin an upload that is written piece by piece.

        Args:
            name: the file name that the client gives it.
        """
        return Upload(self, name)

    def upload(self, name: str, chunks: Iterable[bytes]) -> Card:
        """Take in an image that a client sends.

        Args:
            name: the file name that the client gives it.
            chunks: its bytes.

        Raises:
            SceneTooLarge: it has more bytes or pixels than the settings allow.
            SceneError: it is not an image that can be used.
            OutputError: the disk is full.
        """
        with self.receive(name) as upload:
            for chunk in chunks:
                upload.write(chunk)
            return upload.finish()

    def place(self, path: str) -> Card:
        """Get the card of an image under the root by its path.

        Args:
            path: relative to the root, "/" between its parts.

        Raises:
            SceneNotFound: there is no such image, or it is outside the root; the message does not
                say which.
            SceneError: it is not an image that can be used.
        """
        return self._card_of(path, self._inside(path))

    def places(self, paths: Iterable[Path]) -> list[Card | None]:
        """Get the cards of many images by their paths on the disk, all links followed.

        Each folder is looked up once, which is far quicker than `place` for one after another.

        Args:
            paths: absolute; not a client's text.

        Returns:
            A card for each; None where there is no such image, it cannot be used, or it is not
            under the root.
        """
        cards: list[Card | None] = []
        folders: dict[str, str] = {}
        for path in paths:
            folder, file = os.path.split(path)
            if folder not in folders:
                folders[folder] = os.path.realpath(folder)
            try:
                cards.append(self._card_at(os.path.join(folders[folder], file)))
            except (OSError, ValueError, SceneError):
                cards.append(None)
        return cards

    def _card_at(self, path: str) -> Card | None:
        """Card of an image by its path, in whose folder all links are followed."""
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            path = os.path.realpath(path, strict=True)
            status = os.stat(path)
        name = os.path.relpath(path, self._root) if self._root is not None else ".."
        there = Path(path)
        if (
            not stat.S_ISREG(status.st_mode)
            or any(part.startswith(".") for part in name.split(os.sep))  # ".." too
            or "\\" in name
            or (self._single is not None and there != self._single)
        ):
            return None
        return self._card_of(name, there)

    def listing(self, uploads: bool = True) -> list[Card]:
        """List images under the root by name, then all uploads, the newest first.

        Files that cannot be opened are left out.

        Args:
            uploads: False where clients see the list: the id of an upload is the key to it.
        """
        cards = []
        for name, path in self._list_root().items():
            try:
                cards.append(self._card_of(name, path))
            except SceneError:
                continue
        self.expire()
        with self._lock:
            newest = sorted(self._uploads if uploads else (), key=lambda key: -self._uploads[key])
            return cards + [self._known[key].card for key in newest]

    def card(self, id: str) -> Card:
        """Get the card of a scene by its id.

        Raises:
            SceneNotFound: there is no scene of that id.
        """
        return self._file(id).card

    def path(self, id: str) -> Path:
        """Get the path of a scene by its id; for the service itself, never for a client.

        Raises:
            SceneNotFound: there is no scene of that id.
        """
        return self._file(id).path

    @contextmanager
    def open(self, id: str) -> Iterator[Scene]:
        """Open a scene by its id, under the name on its card.

        Raises:
            SceneNotFound: there is no scene of that id.
            SceneError: the file has been damaged or removed.
        """
        file = self._file(id)
        with self.naming(file.card), self._open.use(file.path, file.card.name) as scene:
            scene.info = replace(scene.info, name=file.card.name)
            yield scene

    @contextmanager
    def naming(self, card: Card) -> Iterator[None]:
        """Have errors raised in the block name a scene by its card, not by its path on the disk."""
        file = self._known.get(card.id)
        try:
            yield
        except GeomagError as error:
            text = str(error)
            if file is None or (hidden := _without_path(text, file.path, card.name)) == text:
                raise
            raise type(error)(hidden) from None

    def expire(self, now: float | None = None) -> None:
        """Remove uploads that are too old, and the oldest ones while all take too much disk.

        Args:
            now: seconds since 1970; None: the time of the call.
        """
        now = time.time() if now is None else now
        with self._lock:
            total = sum(self._known[key].stamp[1] for key in self._uploads)
            for key in sorted(self._uploads, key=lambda key: self._uploads[key]):
                if (
                    now - self._uploads[key] < self.settings.keep_hours * 3600
                    and total <= self.settings.keep_bytes
                ):
                    break
                total -= self._known[key].stamp[1]
                self._open.close(path=self._known[key].path)
                self._known[key].path.unlink(missing_ok=True)
                del self._known[key], self._uploads[key]

    def keep(self, name: str, path: Path) -> Card:
        """Add a file of the upload folder to the library.

        Args:
            name: the file name that the client gave it.
            path: of the file, whose stem becomes the id.

        Raises:
            SceneError: it is not an image that can be used.
        """
        key = path.stem
        file = self._read(key, name, path, uploaded=True)
        with self._lock:
            self._known[key], self._uploads[key] = file, time.time()
        self.expire()
        return file.card

    def _file(self, id: str) -> _SceneFile:
        with self._lock:
            file = self._known.get(id)
        if file is None:
            self._list_root()
            name = self._names.get(id)
            if name is None:
                raise SceneNotFound("there is no such scene; GET /v1/scenes lists those there are")
            self.place(name)
            return self._known[id]
        if id in self._uploads and file.path.is_file():
            return file
        if id not in self._uploads:
            self.place(file.card.name)  # reads it anew if it has changed, raises if it has gone
            return self._known[id]
        raise SceneNotFound("the upload is no longer there; send it again")

    def _list_root(self) -> dict[str, Path]:
        """Images under the root: name -> path, sorted by name."""
        if self._root is None:
            return {}
        with self._lock:
            if time.monotonic() - self._listed > FRESH:
                self._paths = {}
                for name in (
                    [self._single.name] if self._single is not None else _image_names(self._root)
                ):
                    with suppress(SceneNotFound):  # a link to a file outside the root
                        self._paths[name] = self._inside(name)
                self._names = {_key(name): name for name in self._paths}
                self._listed = time.monotonic()
            return self._paths

    def _inside(self, name: str) -> Path:
        """Path of a name under the root, with all links followed.

        The one place where a client's text becomes a path: it must not lead out of the root by
        "..", by an absolute path, by a hidden folder or by a link.
        """
        refused = SceneNotFound(
            f"{clean(name)} is not among the images of this service; GET /v1/scenes lists them"
        )
        plain = os.path.normpath(name)
        odd = not name.strip() or "\0" in name or "\\" in name or os.path.isabs(name)
        hidden = any(part.startswith(".") for part in plain.split(os.sep))  # ".." too
        if self._root is None or odd or hidden:
            raise refused
        try:
            path = (self._root / plain).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise refused from None
        inside = (
            path == self._single if self._single is not None else path.is_relative_to(self._root)
        )
        if not inside or not path.is_file():
            raise refused
        return path

    def _card_of(self, name: str, path: Path) -> Card:
        """Card of an image under the root, read from its header where it is new or has changed."""
        assert self._root is not None
        name = Path(os.path.normpath(name)).as_posix()
        key = _key(name)
        try:
            found = path.stat()
        except OSError:
            raise SceneNotFound(
                f"{clean(name)} is not among the images of this service; GET /v1/scenes lists them"
            ) from None
        known = self._known.get(key)
        if known is None or known.path != path or known.stamp != (found.st_mtime_ns, found.st_size):
            known = self._read(key, name, path, uploaded=False)
            with self._lock:
                self._known[key] = known
        return known.card

    def _read(self, key: str, name: str, path: Path, uploaded: bool) -> _SceneFile:
        """Read the header of an image, and refuse one that is too large before a pixel is read."""
        status = path.stat()
        try:
            source = open_source(path)
            try:
                _check(source.dataset, name, self.settings.pixels, uploaded)
                info = replace(Scene(source).info, name=name)
            finally:
                source.close()
        except SceneError as error:
            raise type(error)(_without_path(str(error), path, name)) from None
        bounds = lonlat_bounds(info)
        whole = (0.0, 0.0, float(info.width), float(info.height))
        card = Card(
            key,
            name,
            info.width,
            info.height,
            info.bands,
            info.crs,
            info.gsd,
            bounds is not None,
            bounds or whole,
            info.transform,
            uploaded,
        )
        return _SceneFile(path, (status.st_mtime_ns, status.st_size), card)


def _check(dataset: Any, name: str, pixels: int, uploaded: bool) -> None:
    """Refuse an image by its header: too many pixels, or an upload in a format not allowed.

    Raises:
        SceneTooLarge: it has more than `pixels` px.
        SceneUnreadable: an upload whose format is not among `FORMATS`.
    """
    width, height = int(dataset.width), int(dataset.height)
    if width * height > pixels:
        raise SceneTooLarge(
            f"{name} has {width} x {height} px, more than the {pixels / 1e6:g} Mpx taken here; cut"
            " it into parts"
        )
    if uploaded and dataset.driver not in FORMATS:
        raise SceneUnreadable(
            f"{name} is not an accepted upload format; send a GeoTIFF, COG, JPEG, PNG or JPEG 2000"
        )


def _image_names(root: Path) -> list[str]:
    """Names of image files under a folder, relative to it, sorted.

    Links to folders are not followed, hidden files and folders are left out.
    """
    found = []
    for base, folders, names in os.walk(root):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        here = Path(base).relative_to(root)
        found += [
            (here / name).as_posix()
            for name in names
            if name.lower().endswith(SUFFIXES) and not name.startswith(".")
        ]
    return sorted(found)


def _key(name: str) -> str:
    """Id of an image under the root: the same at every start of the service."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:20]


def _without_path(message: str, path: Path, name: str) -> str:
    """A message in which the path of a file is replaced by the name that clients know."""
    paths = [str(path)] if path.name in name else [str(path), path.name]
    hidden = re.sub("|".join(map(re.escape, paths)), lambda _: name, message)
    return hidden.replace(f"{path.parent}{os.sep}", "")
