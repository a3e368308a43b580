"""The tool of the Plugins toolbar: a click on the map segments what is there.

The work is done in a task of QGIS, which shows its progress and can be cancelled; the window stays
free.
"""

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.gui import QgsMapToolEmitPoint
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from .algorithm import ICON
from .words import say

ALGORITHM = "geomagnifier:segmentpoint"


class ClickTool:
    """The button, its map tool, and the tasks that clicks began.

    Args:
        iface: QGIS's window.
    """

    def __init__(self, iface):
        self.iface = iface
        self.running = {}
        self.tool = QgsMapToolEmitPoint(iface.mapCanvas())
        self.tool.canvasClicked.connect(lambda point, button: self.segment(point))
        self.action = QAction(QIcon(ICON), say("Segment what was clicked"), iface.mainWindow())
        self.action.setCheckable(True)
        self.action.triggered.connect(lambda: iface.mapCanvas().setMapTool(self.tool))
        self.tool.setAction(self.action)
        iface.addToolBarIcon(self.action)
        iface.addPluginToRasterMenu("geomagnifier", self.action)

    def remove(self):
        """Take the button away; tasks that still run are cancelled."""
        for task in list(self.running):
            task.cancel()
        self.iface.mapCanvas().unsetMapTool(self.tool)
        self.iface.removeToolBarIcon(self.action)
        self.iface.removePluginRasterMenu("geomagnifier", self.action)

    def segment(self, point):
        """Begin a task for the active raster layer.

        Args:
            point: QgsPointXY in the CRS of the map.

        Returns:
            the task, None where the active layer is no raster.
        """
        layer = self.iface.activeLayer()
        if not isinstance(layer, QgsRasterLayer):
            self._show("select the raster layer that is meant in the panel of layers", Qgis.Warning)
            return None
        crs = self.iface.mapCanvas().mapSettings().destinationCrs().authid()
        parameters = {
            "INPUT": layer,
            "POINT": f"{point.x()!r},{point.y()!r}" + (f" [{crs}]" if crs else ""),
            "OUTPUT": "TEMPORARY_OUTPUT",
        }
        context, feedback = QgsProcessingContext(), _Heard()
        context.setProject(QgsProject.instance())
        algorithm = QgsApplication.processingRegistry().algorithmById(ALGORITHM)
        task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
        task.executed.connect(lambda done, results: self._show_result(task, done, results))
        self.running[task] = (context, feedback)  # the task does not keep them
        QgsApplication.taskManager().addTask(task)
        return task

    def _show_result(self, task, done, results):
        _, feedback = self.running.pop(task)
        if not done or "OUTPUT" not in results:
            if not feedback.isCanceled():
                self._show(feedback.errors[-1] if feedback.errors else "it failed", Qgis.Warning)
            return
        layer = QgsVectorLayer(results["OUTPUT"], say("Region"), "ogr")
        feature = next(layer.getFeatures(), None)
        if feature is not None:
            layer.setName(feature["label"])
        QgsProject.instance().addMapLayer(layer)
        self._show(results["TEXT"], Qgis.Info)

    def _show(self, text, level):
        self.iface.messageBar().pushMessage("geomagnifier", text, level, 8)


class _Heard(QgsProcessingFeedback):
    """Keeps the errors, to be shown in the message bar."""

    def __init__(self):
        super().__init__(False)
        self.errors = []

    def reportError(self, error, fatalError=False):
        self.errors.append(error)
        super().reportError(error, fatalError)
