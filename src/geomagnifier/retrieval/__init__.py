"""Search an archive of pictures by words, by a picture, by place and by time, with an index on disk or without.

    gather -> look -> Wanted.fitting -> Hits              a folder
    gather -> look -> update -> Index.search -> Hits      an index

Vectors are those of `pipeline.embed`: pictures and sentences share one space.
"""

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


def __getattr__(name: str) -> object:
    if name == "Wanted":
        import warnings

        warnings.warn(
            "retrieval.Wanted is now SearchQuery; the old name goes with 1.0",
            DeprecationWarning,
            stacklevel=2,
        )
        return SearchQuery
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
