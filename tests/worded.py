"""The package's model as a start for training that knows no more classes than its text decoder has
words for.
"""

from __future__ import annotations

from geomagnifier.models import registry
from geomagnifier.models.small.vocabulary import kind_token
from geomagnifier_lab.train.wide import Start, from_model


def worded_start() -> Start:
    """Classes of the text decoder, land cover without boxes."""
    card, start = registry.read_card(registry.WEIGHTS / registry.FILES[0]), from_model("small")
    kinds = [kind for kind in start.kinds if kind_token(kind) in card["words"]]
    objects = [
        kind for kind in start.objects if kind in kinds and kind not in card.get("cover", ())
    ]
    state = dict(start.state)
    for part, every, kept in (
        ("states.", start.kinds, kinds),
        ("box_classifier.layers.3.", start.objects, objects),
    ):
        rows = [*(every.index(kind) for kind in kept), len(every)]
        state |= {name: t[rows] for name, t in state.items() if name.startswith(part)}
    return Start(state, kinds, objects)
