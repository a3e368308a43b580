"""The algorithm `geomagnifier:askwithin`: a question about the parts of a raster in polygons."""

from qgis.core import (
    QgsFeatureSink,
    QgsFields,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingParameterFeatureSource,
    QgsVectorFileWriter,
    QgsWkbTypes,
)

from .ask import SEARCHING, question_parameters, search_words
from .raster_question import EXAMPLES, FIELDS, RasterQuestion
from .words import say


class AskWithin(RasterQuestion):
    """A question about the parts of a raster layer that lie in the polygons of another layer."""

    NAME, TITLE = "askwithin", "Ask within polygons"
    BRIEF = "A question about the parts of a picture that lie in a layer's polygons"
    TAGS = ("segment", "detect", "count", "find", "area of interest", "polygon", "clip", "share")
    HELP = f"""<p>Asks a question about the parts of a raster that lie in the polygons of a layer,
in any CRS. Only these parts are searched: objects with their middle in them count, masks and shares
("what share is water?") are of their pixels.</p>{EXAMPLES}<p><b>Polygons</b>: all of the layer, or
those that are selected.</p>{SEARCHING}{FIELDS}"""

    def own_parameters(self):
        polygons = QgsProcessingParameterFeatureSource(
            "POLYGONS",
            say("Polygons that the question is about"),
            [QgsProcessing.TypeVectorPolygon],
        )
        return [polygons, *question_parameters()]

    def own_words(self, parameters, context, raster):
        return search_words(self, parameters, context)

    def written_words(self, parameters, context, folder, feedback):
        source = self.parameterAsSource(parameters, "POLYGONS", context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "POLYGONS"))
        path = folder / "polygons.gpkg"
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = "GPKG"
        writer = QgsVectorFileWriter.create(
            str(path),
            QgsFields(),
            QgsWkbTypes.MultiPolygon,
            source.sourceCrs(),
            context.transformContext(),
            options,
        )
        if writer.hasError() != QgsVectorFileWriter.NoError:
            raise QgsProcessingException(f"the polygons cannot be written: {writer.errorMessage()}")
        written = 0
        for feature in source.getFeatures():
            if feature.hasGeometry():
                feature.setFields(QgsFields())
                writer.addFeature(feature, QgsFeatureSink.FastInsert)
                written += 1
        del writer  # closes the file
        if not written:
            raise QgsProcessingException(
                "the layer has no polygon; draw one, or select those that are meant"
            )
        return ["--aoi", str(path)]
