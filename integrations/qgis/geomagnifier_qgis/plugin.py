"""The plugin: adds the provider to QGIS's Processing, and removes it again."""

from qgis.core import QgsApplication

from .provider import Provider


class Plugin:
    """The plugin as QGIS knows it."""

    def __init__(self):
        self.provider = None

    def initProcessing(self):
        """Add the provider; `qgis_process` calls this alone."""
        self.provider = Provider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        """Add the provider, in QGIS with a window."""
        self.initProcessing()

    def unload(self):
        """Remove the provider."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
