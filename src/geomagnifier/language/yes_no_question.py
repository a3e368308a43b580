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
    """What a question asks.

    form: "scene": is the scene of this class; "choice": which of these classes is it; "things": are
    there any; "unknown": whether something holds that no class says.
    names: what is asked about, in the question's order.  noun: the name of something unknown, as
        asked; "" where there is none.
    yes_no: the answer begins with yes or no.  every: it is yes only where all of the things are
        there ("ships and planes").
    exists: it is asked whether they are there, not whether this is one.
    """

    form: Form
    names: tuple[Mention, ...] = ()
    noun: str = ""
    yes_no: bool = True
    every: bool = False
    exists: bool = True

    @property
    def kinds(self) -> tuple[str, ...]:
        """Classes of things that are asked for."""
        return kinds_of(self.names)


def is_object(mention: Mention) -> bool:
    """Whether "is this a ...?" is about a thing in the picture, not about the scene.

    A name of several scene classes tells no class.
    """
    return len(mention.scenes) != 1 or mention.scenes[0] in OBJECT_SCENES


def differ(scenes: Sequence[Mention]) -> bool:
    return len({m.scenes for m in scenes}) > 1
