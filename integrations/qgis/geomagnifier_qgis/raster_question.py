"""What the algorithms that ask about a raster layer share: their layer, model and results."""

import json
import tempfile
from pathlib import Path

from osgeo import gdal
from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from .algorithm import GeomagAlgorithm, move
from .words import say

FIELDS = """<p><b>Regions</b>: polygons with label, score, area_m2, length_m, width_m, area_px,
phrase, question, value, unit, value_word, coloured by label.
<b>Mask</b>: 0 and 1 on the raster's grid, of a question that outlines.</p>"""
EXAMPLES = """<p><b>Question</b>: "Segment every ship." outlines; "Find every airplane.", "How many
storage tanks are there?" gives boxes; "What kind of place is this?" is answered in words alone, in
the log.</p>"""


class RasterQuestion(GeomagAlgorithm):
    """An algorithm that asks about a raster layer."""

    REGIONS = "Regions"
    EMPTY_IS_ERROR = False

    def own_parameters(self):
        """Parameters between the raster and the model."""
        return []

    def own_words(self, parameters, context, raster):
        """Options of `geomag ask`; called on the main thread.

        Args:
            parameters: as given.
            context: of Processing.
            raster: the layer.
        """
        return []

    def written_words(self, parameters, context, folder, feedback):
        """Options of `geomag ask` that name files which are written first, into `folder`."""
        return []

    def question(self, parameters, context):
        """The question, "" for none."""
        return self.parameterAsString(parameters, "QUESTION", context).strip()

    def initAlgorithm(self, configuration=None):
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", say("Raster")))
        for parameter in self.own_parameters():
            self.addParameter(parameter)
        model = QgsProcessingParameterString("MODEL", say("Model (name or folder)"), "small")
        self.addParameter(advanced(model))
        self.addParameter(QgsProcessingParameterVectorDestination("OUTPUT", say(self.REGIONS)))
        self.addParameter(
            QgsProcessingParameterRasterDestination(
                "MASK", say("Mask"), optional=True, createByDefault=False
            )
        )
        self.addOutput(QgsProcessingOutputString("TEXT", say("Answer")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", say("Number of regions")))
        self.addOutput(QgsProcessingOutputString("VALUE", say("Value with its unit")))

    def prepareAlgorithm(self, parameters, context, feedback):
        """On the main thread, which the layers belong to."""
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        if layer.providerType() != "gdal":
            raise QgsProcessingException(
                f"{layer.name()} is not a file but a layer of the provider {layer.providerType()};"
                " export it as a GeoTIFF first"
            )
        self._source = layer.source()
        model = self.parameterAsString(parameters, "MODEL", context) or "small"
        self._words = ["--model", model, *self.own_words(parameters, context, layer)]
        return True

    def processAlgorithm(self, parameters, context, feedback):
        regions = Path(self.parameterAsOutputLayer(parameters, "OUTPUT", context))
        mask = (
            self.parameterAsOutputLayer(parameters, "MASK", context)
            if parameters.get("MASK")
            else ""
        )
        question = self.question(parameters, context)
        with tempfile.TemporaryDirectory(prefix="geomag-") as folder:
            written = self.written_words(parameters, context, Path(folder), feedback)
            out = Path(folder) / "answer"
            words = ["ask", *self._words, *written, "--out", str(out), "--vector", "gpkg"]
            # After "--" a question may begin with a dash.
            words += ["--", self._source, *([question] if question else [])]
            if not self.run_geomag(words, feedback):
                return {}
            answer = json.loads((out / "answer.json").read_text(encoding="utf-8"))
            if self.EMPTY_IS_ERROR and not answer["regions"]:
                raise QgsProcessingException(answer["text"])
            return self._results(answer, out, regions, mask, context, feedback)

    def _results(self, answer, folder, regions, mask, context, feedback):
        feedback.pushInfo(answer["text"])
        value = " ".join(
            str(part) for part in (answer["value"], answer["unit"]) if part is not None
        )
        if answer["understood"]:
            feedback.pushInfo(f"read as {answer['understood']}" + (f": {value}" if value else ""))
        results = {
            "OUTPUT": str(regions),
            "TEXT": answer["text"],
            "COUNT": len(answer["regions"]),
            "VALUE": value,
        }
        move(folder / "regions.gpkg", regions)
        if mask and (folder / "mask.tif").exists():
            move(folder / "mask.tif", Path(mask))
            move(folder / "mask.qml", Path(mask).with_suffix(".qml"))
            results["MASK"] = mask
        elif mask:
            context.layersToLoadOnCompletion().pop(mask, None)
            feedback.pushWarning("this question has no mask; ask to segment something")
        return results


def advanced(parameter):
    """The parameter among those that are shown on demand."""
    parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.FlagAdvanced)
    return parameter


def recall_parameter():
    """The share of the objects that is to be found."""
    label = say("Recall (share of the objects to be found)")
    double = QgsProcessingParameterNumber.Double
    return advanced(QgsProcessingParameterNumber("RECALL", label, double, None, True, 0.01, 0.999))


def grid_of(raster):
    """(geotransform or None, width, height) of a raster layer."""
    dataset = gdal.Open(raster.source())
    return (
        dataset.GetGeoTransform(can_return_null=True),
        dataset.RasterXSize,
        dataset.RasterYSize,
    )
