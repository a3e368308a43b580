"""geomagnifier in QGIS: its questions as algorithms of the Processing toolbox. Needs QGIS 3.22 or later and the command `geomag`."""


def classFactory(iface):
    """Called by QGIS."""
    from .plugin import Plugin

    return Plugin()
