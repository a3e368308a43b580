"""A question that is answered by yes or no, or by one of several names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from geomagnifier.language.mentions import (
    Mention,
    kinds_of,
)
from geomagnifier.language.scene_names import OBJECT_SCENES

Form = Literal["scene", "choice", "things", "unknown"]


class YesNoQuestion(NamedTuple):
    """The parse of a yes/no question or a choice."""

    form: Form
    """"scene": is the scene of this class; "choice": which of these classes is it; "things": are
    there any; "unknown": does something hold that no class says.
    """
    names: tuple[Mention, ...] = ()
    """The names asked about, in the question's order."""
    noun: str = ""
    """The name of something unknown, as asked; "" where there is none."""
    yes_no: bool = True
    """The answer begins with yes or no."""
    every: bool = False
    """It is yes only where all of them are there ("ships and planes")."""
    exists: bool = True
    """It asks whether they are there, not whether this is one."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Classes of things that are asked for."""
        return kinds_of(self.names)


def is_object(mention: Mention) -> bool:
    """Whether "is this a ...?" with this name is about an object, not about the scene.

    A name of several scene classes tells no class.
    """
    return len(mention.scenes) != 1 or mention.scenes[0] in OBJECT_SCENES


def differ(scenes: Sequence[Mention]) -> bool:
    """Whether names stand for different scene classes."""
    return len({m.scenes for m in scenes}) > 1
