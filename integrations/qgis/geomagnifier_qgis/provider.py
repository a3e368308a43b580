"""The Processing provider `geomagnifier`: its algorithms, and the setting of geomag's path."""

from pathlib import Path

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .ask import Ask

ICON = str(Path(__file__).parent / "icon.svg")
COMMAND = "GEOMAG_COMMAND"


class Provider(QgsProcessingProvider):
    """Algorithms `geomagnifier:...`; vectors are GeoPackages, which can hold their style."""

    def id(self):
        return "geomagnifier"

    def name(self):
        return "geomagnifier"

    def longName(self):
        return "geomagnifier: questions about images"

    def icon(self):
        return QIcon(ICON)

    def svgIconPath(self):
        return ICON

    def supportedOutputVectorLayerExtensions(self):
        return ["gpkg"]

    def supportedOutputRasterLayerExtensions(self):
        return ["tif"]

    def defaultVectorFileExtension(self, hasGeometry=True):
        return "gpkg"

    def supportsNonFileBasedOutput(self):
        return False

    def load(self):
        ProcessingConfig.settingIcons[self.name()] = self.icon()
        description = "The command geomag (empty: found on PATH)"
        ProcessingConfig.addSetting(
            Setting(self.name(), COMMAND, description, "", valuetype=Setting.FILE)
        )
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self):
        ProcessingConfig.removeSetting(COMMAND)

    def loadAlgorithms(self):
        self.addAlgorithm(Ask(lambda: ProcessingConfig.getSetting(COMMAND) or ""))
