"""Settings of the service, by name or from environment variables `GEOMAG_NAME`."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from geomagnifier.errors import OptionError
from geomagnifier.units import amount

PREFIX = "GEOMAG_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Settings:
    """How the service runs and what clients may do."""

    root: Path | None = None
    """Folder whose pictures may be named in a question, with the folders in it, or one picture;
    None: uploads alone.
    """

    host: str = "127.0.0.1"
    """Address to listen on. Others than this machine's own reach it only where this says so, as
    0.0.0.0 does.
    """

    port: int = 8000
    """Port to listen on; 0 takes one that is free."""

    names: tuple[str, ...] = ()
    """Host names that a request may be made to, commas between them; "*" for any. Empty: those of
    this machine's loopback while `host` is one of them; else addresses in numbers and names that
    only a near network knows (without a dot, or ending in .local), and with a key any. A web site
    that a person visits cannot then reach a service under a name of its own.
    """

    model: str = "small"
    """'small', a folder with trained weights, or a vision-language model of the hub."""

    segmenter: str | None = None
    """SAM2 of the full size; None: what the model says, or none."""

    upload_bytes: int = 200_000_000
    """The largest upload, bytes ("200 MB")."""

    pixels: int = 4_000_000_000
    """The largest scene, px ("4 Gpx"). Read in the header, before any pixel is."""

    question_letters: int = 2000
    """The longest question."""

    jobs: int = 1
    """Questions looked into at the same time; they share one model."""

    queue: int = 8
    """Questions that may wait; the next one is told to come back later (503)."""

    seconds: float = 300.0
    """Longest work on one question ("5 min"). Then it is stopped at its next window, and what was
    seen is the answer (504).
    """

    patience: float = 30.0
    """Seconds that a request may take to arrive, and one more for each 10 kB of it; a slower client
    is cut off (408).
    """

    api_key: str | None = None
    """What clients must show, as X-API-Key or Bearer, or as the password where a browser asks for
    one; None: nothing.
    """

    index: Path | None = None
    """Of `geomag index`, over the root or a folder above or below it; None: a search looks at each
    picture once itself.
    """

    keep_hours: float = 24.0
    """How long uploads are kept."""

    keep_bytes: int = 4_000_000_000
    """The most that all uploads together may take; above it the oldest go first ("4 GB")."""

    folder: Path | None = None
    """Where uploads and answers are kept while the service runs; None: the system's temporary
    folder.
    """

    keep: Path | None = None
    """Folder where the earlier questions of browsers, and links, outlive the service; None: they
    end with it. Uploads and answers end with it in any case; a question is then asked again.
    """

    def __post_init__(self) -> None:
        least = {
            "upload_bytes": 1,
            "pixels": 1,
            "question_letters": 1,
            "jobs": 1,
            "queue": 0,
            "port": 0,
            "keep_bytes": 1,
        }
        for name, lowest in least.items():
            if getattr(self, name) < lowest:
                raise OptionError(
                    f"the setting {name} is at least {lowest}, not {getattr(self, name)}"
                )
        for name in ("seconds", "patience", "keep_hours"):
            if not getattr(self, name) > 0:
                raise OptionError(f"the setting {name} is above 0, not {getattr(self, name)}")
        if self.port > 65535:
            raise OptionError(f"the setting port is at most 65535, not {self.port}")
        if self.api_key is not None and not self.api_key.strip():
            raise OptionError(
                "the setting api_key is empty; leave it out for a service without a key"
            )
        if self.root is not None and not self.root.exists():
            raise OptionError(f"the setting root names {self.root}, which does not exist")

    @property
    def named(self) -> frozenset[str]:
        """Host names of `names` in small letters, without "*"."""
        return frozenset(name.lower() for name in self.names) - {"*"}

    def answers_to(self, name: str) -> bool:
        """Whether requests to a host name are answered.

        Args:
            name: in small letters, without port.
        """
        if self.names:
            return "*" in self.names or name in self.named
        if self.host in LOOPBACK:
            return name in LOOPBACK
        return self.api_key is not None or name in LOOPBACK or _is_near(name)

    @staticmethod
    def from_environment(**given: Any) -> Settings:
        """Read the settings from GEOMAG_ROOT, GEOMAG_PORT and so on.

        Args:
            given: settings by name that take precedence, where they are not None.

        Raises:
            OptionError: a value cannot be read or is out of range.

        Example:
            >>> Settings.from_environment(port=8080).port
            8080
        """
        found = {
            field.name: value
            for field in fields(Settings)
            if (value := os.environ.get(PREFIX + field.name.upper(), "")) != ""
        }
        chosen: dict[str, Any] = {name: _read(name, value) for name, value in found.items()}
        return Settings(
            **(chosen | {name: value for name, value in given.items() if value is not None})
        )


def _is_near(name: str) -> bool:
    """Whether no public web site can have this host name: an IP address, or no public DNS name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(".local"))
    return True


def _read(name: str, text: str) -> Any:
    """Parse the value of a setting from an environment variable."""
    try:
        if name in ("root", "folder", "index", "keep"):
            return Path(text).expanduser()
        if name == "names":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if name in ("upload_bytes", "keep_bytes"):
            return int(amount(text, "bytes", ("bytes",))[1])
        if name == "pixels":
            return int(amount(text, "pixels", ("pixels",))[1])
        if name in ("seconds", "patience"):
            return amount(text, "seconds", ("seconds",))[1]
        if name in ("question_letters", "jobs", "queue", "port"):
            return int(text)
        return float(text) if name == "keep_hours" else text
    except (ValueError, OptionError) as error:
        raise OptionError(
            f"{PREFIX}{name.upper()} is {text!r}, which cannot be used: {error}"
        ) from None
