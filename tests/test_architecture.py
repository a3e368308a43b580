"""The layout holds: data flows one way, heavy libraries stay in their part, files stay small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import geomagnifier

ROOT = Path(geomagnifier.__file__).parent
CORE = {
    "errors",
    "amounts",
    "geometry",
    "masks",
    "values",
    "protocol",
    "unsupported",
    "ordinals",
    "variants",
    "room",
    "detections",
    "area",
}
CORE |= {"hanzi"}
STAGES = {
    "io",
    "resolution",
    "search",
    "spots",
    "answer",
    "reference",
    "scope",
    "grouping",
    "view_limits",
    "composed",
}
STAGES |= {"drawn_frame", "grounded", "similar", "default_model"}
MAY_IMPORT = {
    "errors": set(),
    "amounts": {"errors"},
    "unsupported": {"errors", "hanzi"},
    "ordinals": set(),
    "room": set(),
    "hanzi": set(),
    "geometry": {"errors"},
    "masks": {"errors", "geometry"},
    "variants": {"errors"},
    "detections": {"errors", "masks", "values"},
    "area": {"geometry", "masks"},
    "values": {"area", "detections", "errors", "geometry", "masks", "variants"},
    "protocol": {"errors", "geometry", "masks", "values"},
    "io": CORE,
    "resolution": CORE,
    "spots": CORE,
    "grouping": CORE,
    "view_limits": CORE | {"io", "resolution"},
    "composed": CORE | {"io", "reference"},
    "drawn_frame": CORE,
    "grounded": CORE | {"composed"},
    "similar": set(),
    "default_model": {"protocol"},
    "search": CORE | {"spots"},
    "answer": CORE,
    "reference": CORE,
    "scope": set(),
    "model": CORE,
    "looking": CORE | STAGES,
    "pipeline": CORE | STAGES | {"looking", "composed"},
    "many": CORE | STAGES | {"pipeline"},
    "conversation": CORE | STAGES | {"pipeline", "composed"},
    "retrieval": CORE | STAGES | {"pipeline"},
    "archive": CORE | STAGES | {"pipeline", "model", "composed"},
    "data": CORE | {"io"},
    "eval": CORE | {"io", "data", "pipeline", "conversation", "retrieval"},
    "train": CORE | STAGES | {"model", "data", "eval"},
    "bench": CORE | STAGES | {"model", "data", "eval", "train", "pipeline", "retrieval", "archive"},
    "interfaces": (
        CORE
        | STAGES
        | {
            "model",
            "data",
            "eval",
            "train",
            "pipeline",
            "many",
            "conversation",
            "retrieval",
            "archive",
            "bench",
            "composed",
        }
    ),
}
"""Part -> parts it may import besides itself. The package's own lazy names (`import geomagnifier as
gm`) are for interfaces and bench.
"""
SHOWN = {
    ("values", "geomagnifier.export.notebook"),
    ("default_model", "geomagnifier.models.registry"),
    ("detections", "geomagnifier.inference.merge"),
}
SHOWN |= {
    ("detections", f"geomagnifier.raster.{module}")
    for module in ("features", "oriented", "overlay", "write")
}
"""(part, module) beside the table, loaded at one call alone: a notebook or a script asks the answer
itself for its picture, table or file, and these are io's; some of its regions have another mask,
which `answer` puts together; `ask` without a model loads the small one.
"""
HOMES = {
    "rasterio": {"io"},
    "pyogrio": {"io"},
    "shapely": {"io"},
    "torch": {"model", "train", "bench"},
    "tokenizers": {"model", "train"},
    "safetensors": {"model", "train"},
    "pycocotools": {"eval"},
    "sahi": {"bench"},
    "py3langid": {"model"},
    "matplotlib": {"train", "eval", "bench"},
    "transformers": {"model", "train"},
    "peft": {"model", "train"},
    "accelerate": {"model", "train"},
    "huggingface_hub": {"model", "train"},
    "bitsandbytes": {"model"},
    "tensorboard": {"train"},
    "yaml": {"data"},
    "lancedb": {"retrieval", "bench"},
    "pyarrow": {"io", "retrieval"},
    "pystac": {"io"},
    "ray": {"archive"},
    "geopandas": {"detections", "io"},  # of detections for types alone
    "supervision": {"detections", "io"},
    "pandas": {"io"},
    "rio_tiler": {"io", "interfaces"},
    "fastapi": {"interfaces"},
    "starlette": {"interfaces"},
    "pydantic": {"interfaces"},
    "uvicorn": {"interfaces"},
    "prometheus_client": {"interfaces"},
    "pyproj": {"interfaces"},
    "nicegui": {"interfaces"},
    "typer": {"interfaces"},
    "rich": {"interfaces", "train"},
}
"""Third-party library -> parts that may import it."""
FILES = sorted(ROOT.rglob("*.py"))


def part_of(path: Path) -> str:
    inside = path.relative_to(ROOT)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports(path: Path) -> set[str]:
    """Dotted names that a file imports, also inside functions and for types."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if node.module == "geomagnifier" else {node.module or ""}
    return found


def breaches(path: Path) -> list[str]:
    """What a file imports that its part may not."""
    part, found = part_of(path), []
    if part in ("__init__", "__main__"):
        return []
    for name in sorted(imports(path)):
        library, *rest = name.split(".")
        if (part, name) in SHOWN:
            continue
        if library == "geomagnifier" and rest and rest[0] != "__version__":
            allowed = rest[0] == part or rest[0] in MAY_IMPORT[part]
        elif library == "geomagnifier" and not rest:  # the package's front
            allowed = part in ("interfaces", "bench")
        else:
            allowed = library not in HOMES or part in HOMES[library]
        if not allowed:
            found.append(f"{path.relative_to(ROOT)}: {part} may not import {name}")
    return found


def test_imports_flow_one_way():
    assert [breach for path in FILES for breach in breaches(path)] == []


def test_an_import_against_the_flow_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "io").mkdir()
    lines = [
        "import torch",
        "from geomagnifier import pipeline",
        "import geomagnifier as gm",
        "from geomagnifier.models.small.model import Small",
        "import rasterio",
    ]
    (tmp_path / "io" / "odd.py").write_text("\n".join(lines))
    refused = ["geomagnifier", "geomagnifier.models.small.model", "geomagnifier.pipeline", "torch"]
    assert breaches(tmp_path / "io" / "odd.py") == [
        f"io/odd.py: io may not import {name}" for name in refused
    ]


def test_files_say_what_they_are_and_stay_small():
    assert [path for path in FILES if not ast.get_docstring(ast.parse(path.read_text()))] == []
    assert [path for path in FILES if len(path.read_text().splitlines()) > 500] == []


def test_every_part_is_in_the_table():
    assert {part_of(p) for p in FILES} - {"__init__", "__main__"} == set(MAY_IMPORT)


def test_public_names_are_what_they_say():
    public = {
        "Answer",
        "Box",
        "GeomagError",
        "GeomagWarning",
        "Granularity",
        "Model",
        "Region",
        "Scene",
        "Trace",
    }
    assert set(geomagnifier.__all__) == public | {
        "ask",
        "ask_many",
        "embed",
        "load_model",
        "open_scene",
        "write",
    }
    for name in geomagnifier.__all__:
        assert getattr(geomagnifier, name).__name__ == name
    assert set(dir(geomagnifier)) == {*geomagnifier.__all__, "__version__"}
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        geomagnifier.nothing_of_that_name


def test_importing_costs_nothing():
    code = (
        "import sys, geomagnifier, geomagnifier.cli.main; print(*{m.split('.')[0] for m in"
        " sys.modules})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600
    ).stdout.split()
    assert not set(loaded) & {
        "torch",
        "rasterio",
        "PIL",
        "shapely",
        "pyogrio",
        "numpy",
        "transformers",
    }
