"""The algorithm `geomagnifier:segmentpoint`: the region under a point."""

from qgis.core import (
    QgsProcessingException,
    QgsProcessingParameterPoint,
    QgsProcessingParameterString,
)

from . import command
from .raster_question import FIELDS, RasterQuestion, grid_of
from .words import say


class SegmentPoint(RasterQuestion):
    """The region under a point, of the class that the model sees there."""

    NAME, TITLE = "segmentpoint", "Segment what was clicked"
    BRIEF = "The outline of what lies at a point, of the class that is seen there"
    TAGS = ("segment", "point", "click", "prompt", "outline", "digitise", "interactive")
    REGIONS = "Region"
    EMPTY_IS_ERROR = True
    HELP = f"""<p>Outlines what lies at a point: the smallest region whose mask holds it, of the
class that the model sees there. Objects come before the water or the vegetation round them. Where
nothing of the model's classes is seen, it says so and adds no layer.</p>
<p><b>Classes</b>: a question that names the classes that may lie there ("Segment every ship and
every harbor."); empty for all that the model knows.</p>{FIELDS}"""

    def own_parameters(self):
        question = say("Classes that may lie there (empty: all)")
        return [
            QgsProcessingParameterPoint("POINT", say("Point")),
            QgsProcessingParameterString("QUESTION", question, optional=True),
        ]

    def own_words(self, parameters, context, raster):
        point = self.parameterAsPoint(parameters, "POINT", context, raster.crs())
        try:
            column, row = command.pixel_point(point.x(), point.y(), *grid_of(raster))
        except command.CommandError as error:
            raise QgsProcessingException(str(error)) from error
        return ["--point", f"{column:.3f},{row:.3f}", "--point-crs", "px"]
