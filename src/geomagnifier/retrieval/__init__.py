"""Search an archive of images by words, by an image, by place and by time.

    gather -> embed_pictures -> SearchQuery.fitting -> Hits          a folder
    gather -> embed_pictures -> update -> Index.search -> Hits       with an index on disk

Vectors are those of `pipeline.embed`: images and sentences share one space.
"""

import warnings as _warnings
from typing import Any as _Any

from geomagnifier.export.search_hit import Hit as Hit
from geomagnifier.retrieval.discovery import SUFFIXES as SUFFIXES
from geomagnifier.retrieval.discovery import gather as gather
from geomagnifier.retrieval.discovery import pictures_in as pictures_in
from geomagnifier.retrieval.index import Index as Index
from geomagnifier.retrieval.index import is_index as is_index
from geomagnifier.retrieval.index import open_index as open_index
from geomagnifier.retrieval.index_update import Report as Report
from geomagnifier.retrieval.index_update import update as update
from geomagnifier.retrieval.query import SearchQuery as SearchQuery
from geomagnifier.retrieval.vector_search import Hits as Hits
from geomagnifier.retrieval.vector_search import search as search


def __getattr__(name: str) -> _Any:
    """Answer for the name that `SearchQuery` had before."""
    if name != "Wanted":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _warnings.warn(
        "geomagnifier.retrieval.Wanted is now SearchQuery; the old name goes with 1.0",
        DeprecationWarning,
        stacklevel=2,
    )
    return SearchQuery
