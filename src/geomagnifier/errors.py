"""Every error a person can cause, in one tree.

GeomagError
├── SceneError            the picture cannot be used
│   ├── SceneNotFound     no such file
│   ├── SceneUnreadable   not an image, truncated, or of a kind we cannot read
│   └── SceneEmpty        zero pixels, zero bands, or nothing but nodata
├── QuestionError         the question cannot be used
│   ├── QuestionEmpty     nothing was asked
│   └── QuestionUnreadable  written in a script the model was not taught
├── BoxError              a box outside the scene, or without area
├── ModelError            the model cannot be loaded
│   ├── ModelNotFound     no model of that name
│   └── ModelCorrupt      weights are damaged or belong to another network
├── OptionError           an argument out of its range
└── OutputError           the answer cannot be written

Each message is one line: what was wrong, and what to do next.
"""


class GeomagError(Exception):
    """Base of all errors raised on purpose."""


class SceneError(GeomagError):
    """The picture cannot be used."""


class SceneNotFound(SceneError):
    """No such file."""


class SceneUnreadable(SceneError):
    """Not an image, truncated, or of a kind that cannot be read."""


class SceneEmpty(SceneError):
    """Zero pixels, zero bands, or nothing but nodata."""


class QuestionError(GeomagError):
    """The question cannot be used."""


class QuestionEmpty(QuestionError):
    """Nothing was asked."""


class QuestionUnreadable(QuestionError):
    """Written in a script the model was not taught."""


class BoxError(GeomagError):
    """A box outside the scene, or without area."""


class ModelError(GeomagError):
    """The model cannot be loaded."""


class ModelNotFound(ModelError):
    """No model of that name."""


class ModelCorrupt(ModelError):
    """Weights are damaged or belong to another network."""


class OptionError(GeomagError):
    """An argument out of its range."""


class OutputError(GeomagError):
    """The answer cannot be written."""


class GeomagWarning(UserWarning):
    """Something was cut, skipped or guessed; the answer still stands."""
