"""The Processing provider `geomagnifier`: its algorithms and settings."""

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithm import ICON
from .ask import Ask
from .ask_within import AskWithin
from .search import Search
from .segment_point import SegmentPoint
from .set_up import Setup

COMMAND, INSTALL = "GEOMAG_COMMAND", "GEOMAG_INSTALL"
ALGORITHMS = (Ask, AskWithin, SegmentPoint, Search, Setup)


class Settings:
    """The settings under Settings > Options > Processing > Providers > geomagnifier."""

    def command(self):
        """Path of geomag, "" where none is set."""
        return ProcessingConfig.getSetting(COMMAND) or ""

    def may_install(self):
        """Whether geomag is installed where it is missing."""
        return ProcessingConfig.getSetting(INSTALL) in (None, True, "true")


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
        for name, description, default, of in (
            (COMMAND, "The command geomag (empty: found on PATH)", "", Setting.FILE),
            (INSTALL, "Install geomag for QGIS where it is missing", True, None),
        ):
            ProcessingConfig.addSetting(
                Setting(self.name(), name, description, default, valuetype=of)
            )
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self):
        for name in (COMMAND, INSTALL):
            ProcessingConfig.removeSetting(name)

    def loadAlgorithms(self):
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm(Settings()))
