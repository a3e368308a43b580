"""The plugin: adds the provider to QGIS's Processing and a tool to the window, and removes them."""

from qgis.core import QgsApplication

from .provider import Provider


class Plugin:
    """The plugin as QGIS knows it.

    Args:
        iface: QGIS's window, None in `qgis_process`.
    """

    def __init__(self, iface):
        self.iface = iface
        self.provider = None
        self.click = None

    def initProcessing(self):
        """Add the provider; `qgis_process` calls this alone."""
        self.provider = Provider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        """Add the provider and the tool, in QGIS with a window."""
        from .click_tool import ClickTool

        self.initProcessing()
        self.click = ClickTool(self.iface)

    def unload(self):
        """Remove both."""
        if self.click is not None:
            self.click.remove()
            self.click = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
