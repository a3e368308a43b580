"""The algorithm `geomagnifier:search`: images of an archive by words, likeness, place and time."""

import json
import tempfile
from pathlib import Path

from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from . import styled
from .algorithm import GeomagAlgorithm, move
from .raster_question import advanced
from .words import say


class Search(GeomagAlgorithm):
    """Find images of an archive; their footprints are the layer."""

    NAME, TITLE = "search", "Search an archive"
    BRIEF = "Images of an archive that show what is described, or are like another one"
    TAGS = ("search", "archive", "catalog", "similar", "retrieval", "footprint")
    HELP = """<p>Finds images of an archive by words, by an image, by place and by time, in any
combination, and shows their footprints, the best with rank 1. An archive is a folder of images, a
STAC file, or an index of one. An index is quicker from the second search on; it is made with <code>
geomag index FOLDER --to INDEX</code>.</p>
<p><b>Footprints</b>: rank, score and path of each image found. An image that does not say where it
lies is in the table without a footprint.</p>"""

    def initAlgorithm(self, configuration=None):
        folder = QgsProcessingParameterFile(
            "ARCHIVE",
            say("Folder of images, or index"),
            behavior=QgsProcessingParameterFile.Folder,
        )
        number = QgsProcessingParameterNumber.Integer
        for parameter in (
            folder,
            QgsProcessingParameterString("WORDS", say("What is to be seen"), optional=True),
            QgsProcessingParameterRasterLayer(
                "IMAGE", say("An image that they should be like"), optional=True
            ),
            QgsProcessingParameterExtent(
                "EXTENT", say("Footprints that touch this extent"), optional=True
            ),
            QgsProcessingParameterString(
                "AFTER", say("Taken on this day or later (2024-05-31)"), optional=True
            ),
            QgsProcessingParameterString("BEFORE", say("Taken before this day"), optional=True),
            QgsProcessingParameterNumber("TOP", say("How many to show"), number, 12, minValue=1),
            advanced(QgsProcessingParameterString("MODEL", say("Model (name or folder)"), "small")),
            QgsProcessingParameterVectorDestination(
                "OUTPUT", say("Footprints"), QgsProcessing.TypeVectorPolygon
            ),
        ):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputNumber("COUNT", say("Number of images")))

    def prepareAlgorithm(self, parameters, context, feedback):
        words = ["--top", str(self.parameterAsInt(parameters, "TOP", context))]
        words += ["--model", self.parameterAsString(parameters, "MODEL", context) or "small"]
        if parameters.get("IMAGE"):
            layer = self.parameterAsRasterLayer(parameters, "IMAGE", context)
            if layer is None or layer.providerType() != "gdal":
                raise QgsProcessingException("the image to be like has to be a raster file")
            words += ["--image", layer.source()]
        if parameters.get("EXTENT"):
            degrees = QgsCoordinateReferenceSystem("EPSG:4326")
            box = self.parameterAsExtent(parameters, "EXTENT", context, degrees)
            sides = (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())
            words.append("--bbox=" + ",".join(f"{side:.8f}" for side in sides))
        for name in ("AFTER", "BEFORE"):
            if date := self.parameterAsString(parameters, name, context).strip():
                words += [f"--{name.lower()}", date]
        self._words = words
        return True

    def processAlgorithm(self, parameters, context, feedback):
        archive = self.parameterAsString(parameters, "ARCHIVE", context)
        words = self.parameterAsString(parameters, "WORDS", context).strip()
        target = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        with tempfile.TemporaryDirectory(prefix="geomag-") as folder:
            found, layer = Path(folder) / "footprints.geojson", Path(folder) / "footprints.gpkg"
            done = self.run_geomag(
                ["search", *self._words, "--out", str(found), "--", archive]
                + ([words] if words else []),
                feedback,
            )
            if not done:
                return {}
            hits = json.loads(found.read_text(encoding="utf-8"))["features"]
            for hit in hits[:20]:
                told = hit["properties"]
                feedback.pushInfo(f"{told['rank']}. {told['path']}")
            options = gdal.VectorTranslateOptions(
                format="GPKG", layerName="footprints", geometryType="MULTIPOLYGON"
            )
            if gdal.VectorTranslate(str(layer), str(found), options=options) is None:
                raise QgsProcessingException(
                    f"the footprints cannot be written: {gdal.GetLastErrorMsg()}"
                )
            move(layer, Path(target))
        styled.on_completion(context, target, "footprints.qml")
        return {"OUTPUT": target, "COUNT": len(hits)}
