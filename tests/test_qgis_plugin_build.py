"""scripts/qgis-plugin: the plugin as a zip and as a repository."""

import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

import geomagnifier

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts/qgis-plugin"


def build(folder, *words, script=SCRIPT):
    return subprocess.run(
        [sys.executable, str(script), str(folder), *words],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    done = build(folder, "--url", "https://example.org/qgis/")
    assert done.returncode == 0, done.stderr
    return folder


def test_the_same_sources_make_the_same_bytes(built, tmp_path):
    assert build(tmp_path, "--url", "https://example.org/qgis").returncode == 0
    for name in ("geomagnifier_qgis.zip", "plugins.xml"):
        assert (built / name).read_bytes() == (tmp_path / name).read_bytes()


def test_the_zip_is_one_folder_with_all_of_the_plugin(built):
    with zipfile.ZipFile(built / "geomagnifier_qgis.zip") as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    plugin = ROOT / "integrations/qgis/geomagnifier_qgis"
    sources = {f"geomagnifier_qgis/{path.name}" for path in plugin.glob("*.py")}
    others = ("LICENSE", "metadata.txt", "icon.svg", "styles/footprints.qml")
    assert names == sources | {f"geomagnifier_qgis/{name}" for name in others}


def test_the_repository_says_where_the_zip_is(built):
    (plugin,) = ElementTree.parse(built / "plugins.xml").getroot()
    assert plugin.tag == "pyqgis_plugin"
    assert plugin.attrib == {"name": "geomagnifier", "version": geomagnifier.__version__}
    assert plugin.findtext("download_url") == "https://example.org/qgis/geomagnifier_qgis.zip"
    assert plugin.findtext("qgis_minimum_version") == "3.22"
    assert all((child.text or "").strip() for child in plugin)


@pytest.mark.parametrize(
    ("line", "reason"),
    [("icon=icon.svg", "lacks icon"), ("version=", "says version"), ("about=", "lacks about")],
)
def test_metadata_that_qgis_would_refuse_are_refused(tmp_path, line, reason):
    for name in ("scripts/qgis-plugin", "src/geomagnifier/__init__.py", "LICENSE"):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    plugin = tmp_path / "integrations/qgis/geomagnifier_qgis"
    plugin.mkdir(parents=True)
    (plugin / "icon.svg").write_text("<svg/>")
    fields = (ROOT / "integrations/qgis/geomagnifier_qgis/metadata.txt").read_text().splitlines()
    changed = ["version=0.0" if f.startswith("version=") else "" for f in fields]
    kept = [c if f.startswith(line) else f for f, c in zip(fields, changed, strict=True)]
    (plugin / "metadata.txt").write_text("\n".join(kept))
    done = build(tmp_path / "out", script=tmp_path / "scripts/qgis-plugin")
    assert done.returncode == 1 and reason in done.stderr
    assert not (tmp_path / "out").exists()
