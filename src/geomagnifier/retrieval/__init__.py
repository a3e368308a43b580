"""Search an archive of pictures by words, by a picture, by place and by time, with an index on disk or without.

    gather -> look -> Wanted.fitting -> Hits              a folder
    gather -> look -> update -> Index.search -> Hits      an index

Vectors are those of `pipeline.embed`: pictures and sentences share one space.
"""

from geomagnifier.io.hit import Hit as Hit
from geomagnifier.retrieval.hits import Hits as Hits
from geomagnifier.retrieval.hits import search as search
from geomagnifier.retrieval.index import Index as Index
from geomagnifier.retrieval.index import is_index as is_index
from geomagnifier.retrieval.index import open_index as open_index
from geomagnifier.retrieval.pictures import SUFFIXES as SUFFIXES
from geomagnifier.retrieval.pictures import gather as gather
from geomagnifier.retrieval.pictures import pictures_in as pictures_in
from geomagnifier.retrieval.upkeep import Report as Report
from geomagnifier.retrieval.upkeep import update as update
from geomagnifier.retrieval.wanted import Wanted as Wanted
