"""Every error a person can cause, in one tree.

GeomagError
├── SceneError            the picture cannot be used
│   ├── SceneNotFound     no such file
│   ├── SceneUnreadable   not an image, truncated, or of a kind we cannot read
│   ├── SceneEmpty        zero pixels, zero bands, or nothing but nodata
│   ├── SceneTooLarge     more bytes or pixels than the service takes, or than can be unpacked
│   └── BodyTooLarge      a longer request than anything that could be asked of the service
├── QuestionError         the question cannot be used
│   ├── QuestionEmpty     nothing was asked
│   ├── QuestionUnreadable  written in a script the model was not taught
│   └── NothingMeant      it refers back ("segment those"), but nothing was found before
├── BoxError              a box outside the scene, or without area
├── ModelError            the model cannot be loaded
│   ├── ModelNotFound     no model of that name
│   ├── ModelCorrupt      weights are damaged or belong to another network
│   ├── ModelOffline      a hub model's files are neither in the cache nor within reach
│   ├── ModelTooLarge     it does not fit into memory
│   ├── ModelUnsupported  a checkpoint that cannot be used: an unknown architecture, or no
│   │                     attention or [SEG] token
│   └── LibraryMissing    a package of an extra is not installed
├── DataError             a data set or predictions cannot be used
│   ├── DataMissing       a file of a data set is not there
│   ├── DataCorrupt       a file of a data set is damaged, or not what its authors publish
│   └── PredictionError   a record of predictions does not fit its benchmark
├── SearchIndexError      an index of pictures cannot be used
│   ├── IndexCorrupt      not an index, or damaged
│   ├── IndexBusy         another process is writing it
│   └── IndexForeign      its vectors were made by another model, or of another folder
├── ServiceError          the service cannot do that now
│   ├── Busy              as many questions, or uploads, as may wait are waiting
│   ├── TooSlow           a request takes too long to arrive
│   ├── JobNotFound       no job of that id: it never was, or has been forgotten
│   ├── FileNotThere      a job has no file of that name
│   └── NotReady          a large picture without overviews is being read for the first time
├── OptionError           an argument out of its range
└── OutputError           the answer cannot be written

Each message is one line: what was wrong, and what to do next. It may quote a question, a file name
or a library; what in it could steer a terminal is written out, and it is cut where it is long.
It is written in English where it is raised, and read in the language of messages of that moment
(`translation.py`).
"""

import re
import shlex
import sys
from importlib.util import find_spec
from pathlib import Path

from geomagnifier.translation import Language, language, translated

LONGEST = 1000
"""Most letters of a message."""
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""The text without characters that change the terminal or cannot be encoded.

    Those move a cursor, set a colour or turn the direction of reading. Such a character becomes
    its escape, as JSON writes it (ESC is \u001b), so that JSON stays the JSON it was; a line's end
    or a tab becomes a blank.
    """
    return _UNSEEN.sub(
        lambda found: " " if found[0] in "\t\n\v\f\r" else f"\\u{ord(found[0]):04x}", text
    )


def install(extra: str) -> str:
    """The command that installs an extra (optional libraries) for the Python that runs this."""
    root = Path(__file__).parents[2]
    if (
        Path(sys.prefix) == root / ".venv" and (root / "scripts/environment").is_file()
    ):  # set up by scripts/demo
        return f"{shlex.quote(str(root / 'scripts/environment'))} {extra}"
    python = shlex.quote(sys.executable)
    return (
        f"{python} -m pip install 'geomagnifier[{extra}]'"
        if find_spec("pip")
        else f"uv pip install --python {python} 'geomagnifier[{extra}]'"
    )


def _one_line(text: str) -> str:
    text = printable(text)
    return (
        text
        if len(text) <= LONGEST
        else f"{text[: LONGEST * 3 // 4]} ... {text[-LONGEST // 4 + 5 :]}"
    )


class GeomagError(Exception):
    """Base of all errors raised on purpose.

    Its text is in the language of messages of where it was made, that of the question or the
    locale.
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.language: Language = language()

    def __str__(self) -> str:
        return self.told(self.language)

    def told(self, wanted: Language) -> str:
        """The message in a language."""
        return _one_line(translated(super().__str__(), wanted))


class SceneError(GeomagError):
    """The picture cannot be used."""


class SceneNotFound(SceneError):
    """No such file."""


class SceneUnreadable(SceneError):
    """Not an image, truncated, or of a kind that cannot be read."""


class SceneEmpty(SceneError):
    """Zero pixels, zero bands, or nothing but nodata."""


class SceneTooLarge(SceneError):
    """More bytes or pixels than the service takes, or than can be unpacked."""


class BodyTooLarge(SceneError):
    """A longer request than anything that could be asked of the service."""


class QuestionError(GeomagError):
    """The question cannot be used."""


class QuestionEmpty(QuestionError):
    """Nothing was asked."""


class QuestionUnreadable(QuestionError):
    """Written in a script the model was not taught."""


class NothingMeant(QuestionError):
    """It refers back to what was found, but nothing was."""


class BoxError(GeomagError):
    """A box outside the scene, or without area."""


class ModelError(GeomagError):
    """The model cannot be loaded."""


class ModelNotFound(ModelError):
    """No model of that name."""


class ModelCorrupt(ModelError):
    """Weights are damaged or belong to another network."""


class ModelOffline(ModelError):
    """A hub model's files are neither in the cache nor within reach."""


class ModelTooLarge(ModelError):
    """It does not fit into memory."""


class ModelUnsupported(ModelError):
    """A checkpoint that cannot be used.

    Of an unknown architecture, without attention, or without a [SEG] token.
    """


class LibraryMissing(ModelError):
    """A package of an extra is not installed."""


class DataError(GeomagError):
    """A data set or predictions cannot be used."""


class DataMissing(DataError):
    """A file of a data set is not there."""


class DataCorrupt(DataError):
    """A file of a data set is damaged, or not what its authors publish."""


class PredictionError(DataError):
    """A record of predictions does not fit its benchmark."""


class SearchIndexError(GeomagError):
    """An index of pictures cannot be used."""


class IndexCorrupt(SearchIndexError):
    """Not an index, or damaged."""


class IndexBusy(SearchIndexError):
    """Another process is writing it."""


class IndexForeign(SearchIndexError):
    """Its vectors were made by another model, or of another folder."""


class ServiceError(GeomagError):
    """The service cannot do that now.

    Seconds: after which it is worth another try; None where it is not.
    """

    seconds: float | None = None


class Busy(ServiceError):
    """As many questions, or uploads, as may wait are waiting."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class TooSlow(ServiceError):
    """A request takes too long to arrive."""


class JobNotFound(ServiceError):
    """No job of that id: it never was, or has been forgotten."""


class FileNotThere(ServiceError):
    """A job has no file of that name: it has no answer (yet), or the answer no mask or heat map."""


class NotReady(ServiceError):
    """A large picture without overviews is being read for the first time."""

    seconds = 10.0


class OptionError(GeomagError):
    """An argument out of its range."""


class OutputError(GeomagError):
    """The answer cannot be written."""


class GeomagWarning(UserWarning):
    """Something was cut, skipped or guessed; the answer still stands."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.language: Language = language()

    def __str__(self) -> str:
        return _one_line(translated(super().__str__(), self.language))
