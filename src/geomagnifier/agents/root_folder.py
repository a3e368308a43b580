"""Keep an agent inside one folder: every path it names is resolved, and refused elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from geomagnifier.errors import OutputError, SceneNotFound, SceneUnreadable
from geomagnifier.raster.dataset import open_source
from geomagnifier.raster.scene import Scene


class RootFolder:
    """The folder that is readable and writable, with links resolved.

    Args:
        root: the folder.

    Raises:
        SceneNotFound: it is not a folder.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root).expanduser().resolve()
        if not self.root.is_dir():
            raise SceneNotFound(f"{root} is not a folder; give the folder that holds the images")

    def existing(self, name: str) -> Path:
        """Return the resolved path of a file or folder in the root.

        Args:
            name: relative to the root, or absolute.

        Raises:
            SceneNotFound: it is not there, or not in the root; the message does not say which.
        """
        refused = SceneNotFound(
            f"{name[:200]} is not in the folder that this server may read; give a path relative to"
            " it, such as those that the tool `images` lists"
        )
        try:
            path = (self.root / name).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise refused from None
        if not path.is_relative_to(self.root):
            raise refused
        return path

    def open(self, name: str) -> Scene:
        """Open an image in the root; what only leads elsewhere (STAC, addresses) is not followed.

        Args:
            name: relative to the root, or absolute.

        Raises:
            SceneError: it is not there, or cannot be opened.
        """
        return Scene(open_source(self.existing(name)))

    def output(self, name: str) -> Path:
        """Return the path of a folder in the root that is written to; it need not exist.

        Args:
            name: relative to the root, or absolute.

        Raises:
            OutputError: it lies elsewhere, or is a file.
        """
        try:
            path = (self.root / name).resolve()
        except (OSError, RuntimeError, ValueError):
            path = Path("/")
        if not path.is_relative_to(self.root) or path == self.root:
            raise OutputError(
                f"{name[:200]} is not below the folder that this server may write to; give a folder"
                " relative to it, such as answers/ships"
            )
        if path.exists() and not path.is_dir():
            raise OutputError(f"{name[:200]} is a file; give a folder")
        return path

    def told(self, path: Path) -> str:
        """Return how a path is told to the agent: relative to the root."""
        return path.relative_to(self.root).as_posix()

    def check_inside(self, path: Path) -> None:
        """Refuse a file that is a link out of the root.

        Raises:
            SceneUnreadable: it is.
        """
        if not path.resolve().is_relative_to(self.root):
            raise SceneUnreadable(
                f"{self.told(path)} is a link out of the folder that this server may read"
            )
