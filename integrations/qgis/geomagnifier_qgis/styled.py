"""A style for a layer that an algorithm adds to the map."""

from pathlib import Path

from qgis.core import QgsProcessingLayerPostProcessorInterface

STYLES = Path(__file__).parent / "styles"
_KEPT = []
"""QGIS holds no reference to what is to style a layer."""


class _Style(QgsProcessingLayerPostProcessorInterface):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def postProcessLayer(self, layer, context, feedback):
        layer.loadNamedStyle(self.path)
        layer.triggerRepaint()


def on_completion(context, layer, style):
    """Give a layer a style when it is added to the map.

    Args:
        context: of Processing.
        layer: its path, as in the results.
        style: a file of `styles/`.
    """
    if context.willLoadLayerOnCompletion(layer):
        post = _Style(str(STYLES / style))
        _KEPT[:] = [*_KEPT[-20:], post]
        context.layerToLoadOnCompletionDetails(layer).setPostProcessor(post)
