"""The layout holds: data flows one way, heavy libraries stay in their part, files stay small."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import geomagnifier

ROOT = Path(geomagnifier.__file__).parent
LAB = ROOT.parents[1] / "lab" / "geomagnifier_lab"
CORE = {
    "area_of_interest",
    "atomic",
    "detections",
    "errors",
    "folder_lock",
    "free_memory",
    "geometry",
    "mask_components",
    "mask_outlines",
    "masks",
    "memory",
    "model_protocol",
    "results",
    "text_files",
    "translation",
    "types",
    "units",
    "variants",
}
STAGES = {"language", "raster", "inference", "composed"}
MAY_IMPORT = {
    "_moved": set(),
    "errors": {"translation"},
    "translation": set(),
    "free_memory": set(),
    "memory": set(),
    "units": {"errors"},
    "variants": {"errors"},
    "atomic": {"errors"},
    "folder_lock": {"atomic", "errors"},
    "text_files": {"errors"},
    "geometry": {"errors"},
    "masks": {"errors", "geometry"},
    "mask_components": set(),
    "mask_outlines": {"masks"},
    "area_of_interest": {"geometry", "masks"},
    "types": {"area_of_interest", "errors", "geometry", "variants"},
    "detections": {"errors", "masks", "results", "types"},  # of the last two for types alone
    "results": {"detections", "errors", "geometry", "mask_outlines", "masks", "types"},
    "model_protocol": {"errors", "results", "types"},
    "language": CORE,
    "raster": CORE,
    "inference": CORE | {"raster"},
    "composed": CORE | {"inference", "language", "raster"},
    "models": CORE | {"language"},
    "export": CORE | {"raster"},
    "default_model": {"model_protocol"},
    "ask_arguments": CORE | STAGES,
    "scene_search": CORE | STAGES | {"ask_arguments"},
    "answer_notes": CORE | STAGES,
    "pipeline": (
        CORE | STAGES | {"answer_notes", "ask_arguments", "default_model", "scene_search"}
    ),
    "many_scenes": CORE | STAGES | {"default_model", "pipeline"},
    "point_prompt": CORE | STAGES | {"default_model", "pipeline"},
    "conversation": CORE | STAGES | {"answer_notes", "export", "pipeline"},
    "retrieval": CORE | STAGES | {"export", "pipeline"},
    "archive": CORE | STAGES | {"export", "models", "pipeline", "scene_search"},
    "finetuning": CORE | STAGES | {"models"},
    "agents": CORE | STAGES | {"conversation", "export", "pipeline", "retrieval"},
    "server": (
        CORE
        | STAGES
        | {"ask_arguments", "conversation", "export", "pipeline", "retrieval", "scene_search"}
    ),
    "cli": (
        CORE
        | STAGES
        | {"agents", "archive", "ask_arguments", "conversation", "export", "finetuning", "models"}
        | {"pipeline", "point_prompt", "retrieval", "server"}
    ),
}
"""Part of the wheel -> parts it may import besides itself. The package's own lazy names
(`import geomagnifier as gm`) are for cli and server. The lab may import all but server.
"""
LAZY = {
    ("results", "geomagnifier.export.notebook"),
    ("default_model", "geomagnifier.models.registry"),
    ("detections", "geomagnifier.inference.answer_mask"),
    *(("detections", f"geomagnifier.export.{m}") for m in ("features", "overlay", "write")),
    ("detections", "geomagnifier.export.oriented_boxes"),
}
"""(part, module) beside the table, imported inside one function: a notebook or a script asks the
answer itself for its image, table or file; `ask` without a model loads the small one.
"""
HOMES = {
    "rasterio": {"raster", "export"},
    "pyogrio": {"raster", "export"},
    "shapely": {"raster", "export"},
    "torch": {"models", "finetuning"},
    "tokenizers": set(),
    "safetensors": {"models"},
    "onnxruntime": {"models"},
    "onnx": set(),
    "pycocotools": set(),
    "sahi": set(),
    "py3langid": {"language"},
    "matplotlib": {"finetuning"},
    "transformers": {"models"},
    "peft": {"models"},
    "accelerate": {"models"},
    "huggingface_hub": {"models"},
    "bitsandbytes": {"models"},
    "tensorboard": set(),
    "yaml": {"finetuning"},
    "lancedb": {"retrieval"},
    "pyarrow": {"export", "retrieval"},
    "pystac": {"export", "raster"},
    "ray": {"archive"},
    "geopandas": {"detections", "export"},  # of detections for types alone
    "supervision": {"detections", "export"},
    "pandas": {"export"},
    "rio_tiler": {"raster", "server"},
    "fastapi": {"server"},
    "starlette": {"server"},
    "pydantic": {"server"},
    "uvicorn": {"server"},
    "prometheus_client": {"server"},
    "pyproj": {"server"},
    "nicegui": {"server"},
    "typer": {"cli"},
    "mcp": {"agents"},
    "rich": {"cli", "finetuning"},
}
"""Third-party library -> parts of the wheel that may import it."""
BROWSER = "elements of the page: tests/server/ui/test_page.py and its neighbours, in a browser"
WITHOUT_OWN_TEST = {
    "archive/driver_process.py": "needs Ray: tests/archive/test_archive.py runs and stops it",
    "default_model.py": "loads the small model once: tests/test_many_scenes.py",
    "finetuning/fit.py": "tests/finetuning/test_run.py trains with it, which takes its time",
    "finetuning/model_readme.py": "tests/finetuning/test_run.py reads the page that it writes",
    "model_protocol.py": "a protocol without code",
    "models/custom/class_detector.py": "needs taught heads: tests/models/custom/test_model.py",
    **dict.fromkeys(
        (
            "server/ui/answer_panel.py",
            "server/ui/collapsible_form.py",
            "server/ui/scene_choice.py",
            "server/ui/scene_map.py",
            "server/ui/scene_picker.py",
            "server/ui/search_panel.py",
            "server/ui/welcome.py",
        ),
        BROWSER,
    ),
    **dict.fromkeys(
        (
            "models/networks/loading.py",
            "models/small/maps.py",
            "models/small/sentence_encoder.py",
            "models/small/text_writer.py",
        ),
        "torch and onnxruntime give the same numbers: lab/tests/graphs/test_graphs_agree.py",
    ),
}
"""Module of the wheel without a test of its name -> why, and what tests it. At most 20."""
FILES = sorted(ROOT.rglob("*.py"))
LAB_FILES = sorted(LAB.rglob("*.py"))


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
        if (part, name) in LAZY:
            continue
        if library == "geomagnifier" and rest and rest[0] != "__version__":
            allowed = rest[0] == part or rest[0] in MAY_IMPORT[part]
        elif library == "geomagnifier" and not rest:  # the package's front
            allowed = part in ("cli", "server")
        elif library == "geomagnifier_lab":
            allowed = False
        else:
            allowed = library not in HOMES or part in HOMES[library]
        if not allowed:
            found.append(f"{path.relative_to(ROOT)}: {part} may not import {name}")
    return found


def test_imports_flow_one_way():
    assert [breach for path in FILES for breach in breaches(path)] == []


def test_an_import_against_the_flow_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "raster").mkdir()
    lines = [
        "import torch",
        "from geomagnifier import pipeline",
        "import geomagnifier as gm",
        "from geomagnifier.models.small.model import Small",
        "import rasterio",
        "import geomagnifier_lab.cli",
    ]
    (tmp_path / "raster" / "odd.py").write_text("\n".join(lines))
    refused = ["geomagnifier", "geomagnifier.models.small.model", "geomagnifier.pipeline"]
    refused += ["geomagnifier_lab.cli", "torch"]
    assert breaches(tmp_path / "raster" / "odd.py") == [
        f"raster/odd.py: raster may not import {name}" for name in refused
    ]


def test_only_training_and_the_full_size_import_torch():
    homes = {ROOT / "models" / "networks", ROOT / "models" / "full", ROOT / "finetuning"}
    others = [path for path in FILES if not homes & {*path.parents}]
    found = {path.name for path in others for name in imports(path) if name.startswith("torch")}
    assert found == set()
    within = {
        ROOT / "models" / "small",
        ROOT / "models" / "custom",
        ROOT / "models" / "registry.py",
    }
    runs = [path for path in FILES if within & {path, *path.parents}]
    nets = "geomagnifier.models.networks"
    assert [path.name for path in runs for name in imports(path) if name.startswith(nets)] == []


def test_files_say_what_they_are_and_stay_small():
    files = [*FILES, *LAB_FILES]
    assert [path for path in files if not ast.get_docstring(ast.parse(path.read_text()))] == []
    assert [path for path in files if len(path.read_text().splitlines()) > 500] == []


def module_imports(path: Path) -> set[str]:
    """Modules of the wheel that a file imports when it is imported itself."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
    return found


def test_no_import_circle():
    names = {
        ".".join(("geomagnifier", *path.relative_to(ROOT).with_suffix("").parts)): path
        for path in FILES
        if path.name != "__init__.py"
    }
    graph = {name: module_imports(path) & set(names) for name, path in names.items()}
    left = dict(graph)
    while free := [name for name, needs in left.items() if not needs & set(left)]:
        for name in free:
            del left[name]
    assert sorted(left) == []


def test_the_lab_leaves_the_server_alone():
    served = [p for p in LAB_FILES if any(n.startswith("geomagnifier.server") for n in imports(p))]
    assert served == []


def test_no_two_modules_have_one_name():
    names = [path.stem for path in FILES if path.stem not in ("__init__", "model", "checkpoint")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_files_are_renamed_into_place_in_one_module():
    calls = [path.name for path in FILES if "os.replace(" in path.read_text()]
    assert calls == ["atomic.py"]


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
        "load_detector",
        "load_model",
        "open_scene",
        "segment_at",
        "write",
    }
    for name in geomagnifier.__all__:
        assert getattr(geomagnifier, name).__name__ == name
    assert set(dir(geomagnifier)) == {*geomagnifier.__all__, "__version__"}
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        geomagnifier.nothing_of_that_name  # noqa: B018


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


def test_the_map_has_a_line_for_every_folder():
    page = (ROOT.parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = {path.parent.relative_to(ROOT) for path in FILES if path.parent != ROOT}
    folders = {folder for folder in folders if str(folder) not in ("models", "finetuning/labels")}
    labs = {path.relative_to(LAB).parts[0] for path in LAB_FILES if path.parent != LAB}
    assert [str(folder) for folder in sorted(folders) if f"`{folder}/`" not in page] == []
    assert [folder for folder in sorted(labs) if f"| `{folder}/` |" not in page] == []
    named = set(re.findall(r"`((?:lab/geomagnifier_lab/|tests/)?[a-z_/]+\.py)`", page))
    here = (ROOT, ROOT.parents[1])
    assert [name for name in named if not any((top / name).is_file() for top in here)] == []


def test_no_private_name_is_imported():
    found = []
    for path in [*FILES, *LAB_FILES]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("geomagnifier"):
                # "_" by itself marks a text of the catalogue
                names = [a.name for a in node.names if re.match(r"_[^_]", a.name)]
                found += [f"{path.name}: {name}" for name in names]
    assert found == ["__init__.py: _moved"]


def test_tests_mirror_the_modules():
    """`raster/reader.py` is tested in `tests/raster/test_reader.py`."""
    tests = Path(__file__).parent
    modules = {path.relative_to(ROOT) for path in FILES if not path.name.startswith("__")}
    missing = {
        module.as_posix()
        for module in modules
        if not (tests / module.with_name(f"test_{module.name}")).is_file()
    }
    assert sorted(missing - {*WITHOUT_OWN_TEST}) == [], "write a test beside these modules"
    assert sorted({*WITHOUT_OWN_TEST} - missing) == [], "these have one, or are no modules"
    assert len(WITHOUT_OWN_TEST) <= 20
    named = {
        name
        for why in WITHOUT_OWN_TEST.values()
        for name in re.findall(r"(?:lab/)?tests/[\w/]+\.py", why)
    }
    assert [name for name in sorted(named) if not (ROOT.parents[1] / name).is_file()] == []
