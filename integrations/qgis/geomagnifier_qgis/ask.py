"""The algorithm `geomagnifier:ask`: a question about a raster layer."""

from qgis.core import (
    QgsProcessingException,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterString,
)

from . import command
from .raster_question import EXAMPLES, FIELDS, RasterQuestion, grid_of, recall_parameter
from .words import say

SEARCHES = ("adaptive", "paper", "exhaustive")
SEARCHING = """<p><b>Search</b>: adaptive looks closely only where it pays; exhaustive looks
everywhere. <b>Recall</b>: the share of the objects that is to be found; more takes longer, and
finds more false ones.</p>"""


class Ask(RasterQuestion):
    """A question about a raster layer, or about a rectangle of it."""

    NAME, TITLE = "ask", "Ask about a raster"
    BRIEF = "A question about a picture in plain words: polygons, a mask and a sentence"
    TAGS = ("segment", "detect", "count", "find", "objects", "question", "satellite", "aerial")
    HELP = f"""<p>Asks a question about a raster in plain English or Chinese, and shows the answer
as a layer.</p>{EXAMPLES}<p><b>Extent</b>: a rectangle that the question is about ("What is in this
box?").</p>{SEARCHING}{FIELDS}"""

    def own_parameters(self):
        return [*question_parameters(), extent_parameter()]

    def own_words(self, parameters, context, raster):
        words = search_words(self, parameters, context)
        if parameters.get("EXTENT"):
            extent = self.parameterAsExtent(parameters, "EXTENT", context, raster.crs())
            bounds = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
            try:
                box = command.pixel_box(bounds, *grid_of(raster))
            except command.CommandError as error:
                raise QgsProcessingException(str(error)) from error
            words += ["--box", ",".join(map(str, box)), "--box-crs", "px"]
        return words


def question_parameters():
    """Question, search and recall."""
    return [
        QgsProcessingParameterString("QUESTION", say("Question"), "Segment every ship."),
        QgsProcessingParameterEnum(
            "SEARCH",
            say("Search"),
            list(SEARCHES),
            defaultValue=SEARCHES[0],
            usesStaticStrings=True,
        ),
        recall_parameter(),
    ]


def extent_parameter():
    """A rectangle of the map."""
    return QgsProcessingParameterExtent(
        "EXTENT", say("Extent that the question is about"), optional=True
    )


def search_words(algorithm, parameters, context):
    """Options of `geomag ask` for search and recall."""
    words = ["--search", algorithm.parameterAsEnumString(parameters, "SEARCH", context)]
    if parameters.get("RECALL") is not None:
        words += ["--recall", str(algorithm.parameterAsDouble(parameters, "RECALL", context))]
    return words
