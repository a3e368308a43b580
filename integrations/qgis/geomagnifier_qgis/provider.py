"""The provider `geomagnifier`: its algorithms, and where the command `geomag` lies (Settings > Options > Processing > Providers)."""

from pathlib import Path

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .ask import Ask

ICON = str(Path(__file__).parent / "icon.svg")
COMMAND = "GEOMAG_COMMAND"


class Provider(QgsProcessingProvider):
    """Algorithms `geomagnifier:...`. Vectors come as GeoPackages, which hold their style."""

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
        told = "The command geomag (empty: found on PATH)"
        ProcessingConfig.addSetting(Setting(self.name(), COMMAND, told, "", valuetype=Setting.FILE))
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self):
        ProcessingConfig.removeSetting(COMMAND)

    def loadAlgorithms(self):
        self.addAlgorithm(Ask(lambda: ProcessingConfig.getSetting(COMMAND) or ""))
