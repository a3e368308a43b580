"""Those modules of the QGIS plugin that need no QGIS, and a wheel for it to install."""

from __future__ import annotations

import importlib
import sys
import zipfile
from pathlib import Path

PLUGINS = Path(__file__).parents[1] / "integrations/qgis"
sys.path.insert(0, str(PLUGINS))
command = importlib.import_module("geomagnifier_qgis.command")
environment = importlib.import_module("geomagnifier_qgis.environment")
sys.path.remove(str(PLUGINS))


def write_wheel(folder: Path, geomag: str) -> Path:
    """A wheel whose `geomag` hands everything on to the one of this environment.

    Installing the real one would fetch a gigabyte.

    Args:
        folder: that it is written to.
        geomag: path of the command.
    """
    module = (
        "import subprocess, sys\n\n\n"
        "def main():\n"
        f"    raise SystemExit(subprocess.call([{geomag!r}, *sys.argv[1:]]))\n"
    )
    info = "geomagnifier-9.9.dist-info"
    files = {
        "handing_on.py": module,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: geomagnifier\nVersion: 9.9\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ngeomag = handing_on:main\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    path = folder / "geomagnifier-9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return path
