"""The plugin: puts the provider into QGIS's Processing, and takes it out again."""

from qgis.core import QgsApplication

from .provider import Provider


class Plugin:
    """What `classFactory` hands to QGIS."""

    def __init__(self):
        self.provider = None

    def initProcessing(self):
        """Called by QGIS, and alone by `qgis_process`."""
        self.provider = Provider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        """Called by QGIS with a window."""
        self.initProcessing()

    def unload(self):
        """Called by QGIS."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
