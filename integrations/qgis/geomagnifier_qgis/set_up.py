"""The algorithm `geomagnifier:setup`: make the plugin's own environment, or make it anew."""

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
)

from . import command, environment
from .algorithm import GeomagAlgorithm, install, own_folder
from .words import say


class Setup(GeomagAlgorithm):
    """Set geomag up for QGIS; the other algorithms do so by themselves where it is missing."""

    NAME, TITLE = "setup", "Set up geomag"
    BRIEF = "Installs geomag for QGIS, or says which one is used"
    TAGS = ("install", "update", "environment", "pip", "venv")
    HELP = """<p>Says which geomag is used; where there is none, installs it into a folder of your
QGIS profile, with <code>python -m venv</code> and pip. That needs the network and a gigabyte or
more of disk. To bring it up to date, let it delete the environment and make it anew. What pip
installs can be named in the environment variable GEOMAG_PACKAGE (a wheel, or geomagnifier==1.2);
pip's own settings (PIP_INDEX_URL, ...) count as well.</p>"""

    def initAlgorithm(self, configuration=None):
        label = say("Delete the environment and make it anew")
        self.addParameter(QgsProcessingParameterBoolean("ANEW", label, False))
        self.addOutput(QgsProcessingOutputString("COMMAND", say("The command")))

    def processAlgorithm(self, parameters, context, feedback):
        anew = self.parameterAsBool(parameters, "ANEW", context)
        folder = own_folder()
        try:
            found = command.find(self.settings.command(), environment.geomag(folder))
            if found is None or anew:
                found = install(folder, feedback)
        except command.CommandError as error:
            raise QgsProcessingException(str(error)) from error
        if found is None:
            return {}
        feedback.pushInfo(f"geomag: {found}")
        if anew and found != command.find(self.settings.command(), found):
            used = command.find(self.settings.command())
            feedback.pushWarning(f"{used} comes first, by the settings or on PATH")
        return {"COMMAND": found}
