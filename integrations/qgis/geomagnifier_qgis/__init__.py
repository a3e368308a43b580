"""geomagnifier in QGIS: an algorithm of the Processing toolbox that asks about a raster layer.

It needs QGIS 3.22 or later and the command `geomag`.
"""


def classFactory(iface):
    """Make the plugin; QGIS calls this."""
    from .plugin import Plugin

    return Plugin()
