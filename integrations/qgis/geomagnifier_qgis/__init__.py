"""geomagnifier in QGIS: algorithms of the Processing toolbox, and a tool that segments on click.

It needs QGIS 3.22 or later, and the command `geomag`, which it sets up where there is none.
"""


def classFactory(iface):
    """Make the plugin; QGIS calls this."""
    from .plugin import Plugin

    return Plugin(iface)
