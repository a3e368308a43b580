"""What the algorithms share: finding or setting up geomag, running it, moving its files."""

import os
import shlex
import shutil
from pathlib import Path

from qgis.core import QgsApplication, QgsProcessingAlgorithm, QgsProcessingException
from qgis.PyQt.QtGui import QIcon

from . import command, environment
from .words import say

ICON = str(Path(__file__).parent / "icon.svg")
ABOUT = """<p>It runs the command geomag on this computer; pictures are sent nowhere. The command
is taken from Settings &gt; Options &gt; Processing &gt; Providers &gt; geomagnifier, else from the
environment variable GEOMAG_COMMAND, else from PATH. Where there is none, it is installed into a
folder of your QGIS profile, once, which needs the network; the log says what is done, and Cancel
ends it.</p>"""


class GeomagAlgorithm(QgsProcessingAlgorithm):
    """An algorithm that runs geomag.

    Args:
        settings: the provider's settings, of `provider.Settings`.
    """

    NAME = TITLE = BRIEF = HELP = ""
    TAGS = ()

    def __init__(self, settings):
        super().__init__()
        self.settings = settings

    def createInstance(self):
        return type(self)(self.settings)

    def name(self):
        return self.NAME

    def displayName(self):
        return say(self.TITLE)

    def shortDescription(self):
        return self.BRIEF

    def shortHelpString(self):
        return self.HELP + ABOUT

    def tags(self):
        return list(self.TAGS)

    def icon(self):
        return QIcon(ICON)

    def svgIconPath(self):
        return ICON

    def geomag(self, feedback):
        """Path of geomag, which is set up where there is none; None where that was stopped.

        Raises:
            CommandError: there is none, and it cannot be set up.
        """
        folder = own_folder()
        found = command.find(self.settings.command(), environment.geomag(folder))
        if found is not None:
            return found
        if not self.settings.may_install():
            raise command.CommandError(
                "the command geomag is not on PATH; install it (pip install geomagnifier) and say"
                " where it lies under Settings > Options > Processing > Providers > geomagnifier"
            )
        return install(folder, feedback)

    def run_geomag(self, words, feedback, geomag=None):
        """Run geomag with words; returns False where it was stopped.

        Raises:
            QgsProcessingException: it failed; the message is one line.
        """
        try:
            geomag = geomag or self.geomag(feedback)
            if geomag is None:
                return False
            feedback.pushCommandInfo(shlex.join([geomag, *words]))
            return command.run(
                [geomag, *words],
                lambda share: feedback.setProgress(100 * share),
                feedback.pushWarning,
                feedback.isCanceled,
            )
        except command.CommandError as error:
            raise QgsProcessingException(str(error)) from error


def own_folder():
    """Folder of the plugin's own environment, in the QGIS profile."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "geomagnifier" / "venv"


def install(folder, feedback):
    """Set geomag up in a folder; returns its path, None where it was stopped.

    Raises:
        CommandError: it cannot be set up.
    """
    return environment.make(
        folder,
        os.environ.get("GEOMAG_PACKAGE", ""),
        feedback.pushInfo,
        lambda share: feedback.setProgress(100 * share),
        feedback.isCanceled,
    )


def move(source, target):
    """Move a file by copy and rename, so that a half-written file never has the target's name.

    Raises:
        QgsProcessingException: the target cannot be written.
    """
    staged = target.with_name(f".{target.name}.new")
    try:
        shutil.copyfile(source, staged)
        staged.replace(target)
    except OSError as error:
        staged.unlink(missing_ok=True)
        raise QgsProcessingException(f"{target} cannot be written: {error.strerror}") from error
