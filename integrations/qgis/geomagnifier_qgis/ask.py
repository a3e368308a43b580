"""The algorithm `geomagnifier:ask`: a question about a raster layer, answered by `geomag ask`."""

import json
import shlex
import shutil
import tempfile
from pathlib import Path

from osgeo import gdal
from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)
from qgis.PyQt.QtGui import QIcon

from . import command

ICON = str(Path(__file__).parent / "icon.svg")
SEARCHES = ("adaptive", "paper", "exhaustive")
HELP = """<p>Asks a question about a raster in plain English or Chinese, and shows the answer as a
layer.</p>
<p><b>Question</b>: "Segment every ship." outlines; "Find every airplane.", "How many storage tanks
are there?" gives boxes; "What kind of place is this?" is answered in words alone, in the log.</p>
<p><b>Extent</b>: a rectangle that the question is about ("What is in this box?").</p>
<p><b>Search</b>: adaptive looks closely only where it pays; exhaustive looks everywhere.
<b>Recall</b>: the share of the objects that is to be found; more takes longer, and finds more false
ones.</p>
<p><b>Regions</b>: polygons with label, score, area_m2, length_m, width_m, area_px, phrase,
question, value, unit, value_word, coloured by label.
<b>Mask</b>: 0 and 1 on the raster's grid, of a question that outlines.</p>
<p>It runs the command geomag on this computer: pip install geomagnifier. Where it lies is said
under Settings &gt; Options &gt; Processing &gt; Providers &gt; geomagnifier, or in the environment
variable GEOMAG_COMMAND; without, PATH is searched.</p>"""


class Ask(QgsProcessingAlgorithm):
    """The algorithm.

    Args:
        setting: returns the path of geomag from QGIS's options, "" where none is set.
    """

    def __init__(self, setting):
        super().__init__()
        self._setting = setting

    def createInstance(self):
        return Ask(self._setting)

    def name(self):
        return "ask"

    def displayName(self):
        return "Ask about a raster"

    def shortDescription(self):
        return "A question about a picture in plain words: polygons, a mask and a sentence"

    def shortHelpString(self):
        return HELP

    def tags(self):
        return ["segment", "detect", "count", "find", "objects", "question", "satellite", "aerial"]

    def icon(self):
        return QIcon(ICON)

    def svgIconPath(self):
        return ICON

    def initAlgorithm(self, configuration=None):
        recall = QgsProcessingParameterNumber(
            "RECALL",
            "Recall (share of the objects to be found)",
            QgsProcessingParameterNumber.Double,
            None,
            True,
            0.01,
            0.999,
        )
        model = QgsProcessingParameterString("MODEL", "Model (name or folder)", "small")
        for parameter in (recall, model):
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.FlagAdvanced)
        for parameter in (
            QgsProcessingParameterRasterLayer("INPUT", "Raster"),
            QgsProcessingParameterString("QUESTION", "Question", "Segment every ship."),
            QgsProcessingParameterExtent(
                "EXTENT", "Extent that the question is about", optional=True
            ),
            QgsProcessingParameterEnum(
                "SEARCH", "Search", list(SEARCHES), defaultValue=SEARCHES[0], usesStaticStrings=True
            ),
            recall,
            model,
            QgsProcessingParameterVectorDestination("OUTPUT", "Regions"),
            QgsProcessingParameterRasterDestination(
                "MASK", "Mask", optional=True, createByDefault=False
            ),
        ):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputString("TEXT", "Answer"))
        self.addOutput(QgsProcessingOutputNumber("COUNT", "Number of regions"))
        self.addOutput(QgsProcessingOutputString("VALUE", "Value with its unit"))

    def processAlgorithm(self, parameters, context, feedback):
        question = self.parameterAsString(parameters, "QUESTION", context)
        regions = Path(self.parameterAsOutputLayer(parameters, "OUTPUT", context))
        mask = (
            self.parameterAsOutputLayer(parameters, "MASK", context)
            if parameters.get("MASK")
            else ""
        )
        with tempfile.TemporaryDirectory(prefix="geomag-") as folder:
            try:
                words = [
                    command.find(self._setting()),
                    "ask",
                    *self._words(parameters, context),
                    "--out",
                    folder,
                    "--vector",
                    "gpkg",
                ]
                # After "--" a question may begin with a dash.
                words += ["--", self._source(parameters, context), question]
                feedback.pushCommandInfo(shlex.join(words))
                done = command.run(
                    words,
                    lambda share: feedback.setProgress(100 * share),
                    feedback.pushWarning,
                    feedback.isCanceled,
                )
            except command.CommandError as error:
                raise QgsProcessingException(str(error)) from error
            if not done:
                return {}
            answer = json.loads((Path(folder) / "answer.json").read_text(encoding="utf-8"))
            feedback.pushInfo(answer["text"])
            value = " ".join(
                str(part) for part in (answer["value"], answer["unit"]) if part is not None
            )
            if answer["understood"]:
                feedback.pushInfo(
                    f"read as {answer['understood']}" + (f": {value}" if value else "")
                )
            results = {
                "OUTPUT": str(regions),
                "TEXT": answer["text"],
                "COUNT": len(answer["regions"]),
                "VALUE": value,
            }
            _move(Path(folder) / "regions.gpkg", regions)
            if mask and (Path(folder) / "mask.tif").exists():
                _move(Path(folder) / "mask.tif", Path(mask))
                _move(Path(folder) / "mask.qml", Path(mask).with_suffix(".qml"))
                results["MASK"] = mask
            elif mask:
                context.layersToLoadOnCompletion().pop(mask, None)
                feedback.pushWarning("this question has no mask; ask to segment something")
        return results

    def _source(self, parameters, context):
        """Path of the layer's file.

        Raises:
            QgsProcessingException: the layer has no file that GDAL reads.
        """
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        if layer.providerType() != "gdal":
            raise QgsProcessingException(
                f"{layer.name()} is not a file but of the kind {layer.providerType()}; export it as"
                " a GeoTIFF first"
            )
        return layer.source()

    def _words(self, parameters, context):
        """Options of `geomag ask` from the parameters."""
        words = ["--search", self.parameterAsEnumString(parameters, "SEARCH", context)]
        words += ["--model", self.parameterAsString(parameters, "MODEL", context) or "small"]
        if parameters.get("RECALL") is not None:
            words += ["--recall", str(self.parameterAsDouble(parameters, "RECALL", context))]
        if parameters.get("EXTENT"):
            layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
            dataset = gdal.Open(self._source(parameters, context))
            extent = self.parameterAsExtent(parameters, "EXTENT", context, layer.crs())
            bounds = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
            box = command.pixel_box(
                bounds,
                dataset.GetGeoTransform(can_return_null=True),
                dataset.RasterXSize,
                dataset.RasterYSize,
            )
            words += ["--box", ",".join(map(str, box)), "--box-crs", "px"]
        return words


def _move(source, target):
    """Move a file by copy and rename, so that a half-written file never has the target's name."""
    staged = target.with_name(f".{target.name}.new")
    try:
        shutil.copyfile(source, staged)
        staged.replace(target)
    except OSError as error:
        staged.unlink(missing_ok=True)
        raise QgsProcessingException(f"{target} cannot be written: {error.strerror}") from error
