"""The graphs of the package are those that the lab makes of the package's networks."""

from __future__ import annotations

from geomagnifier.models.registry import WEIGHTS
from geomagnifier.models.small.inference_sessions import GRAPHS, LIST
from geomagnifier_lab.graphs import write


def test_the_packages_graphs_are_up_to_date(tmp_path):
    write.main(tmp_path)
    files = sorted(path.name for path in GRAPHS.iterdir())
    assert files == sorted([*(f"{name}.onnx" for name in write.MADE), LIST])
    other = [n for n in files if (GRAPHS / n).read_bytes() != (tmp_path / n).read_bytes()]
    assert other == []


def test_a_graph_has_no_numbers_of_the_weights():
    made, needs = write.make("views", write.shapes_of(WEIGHTS / "small.safetensors"))
    assert needs["trunk.stem.weight"] == (32, 3, 3, 3)
    assert needs["trunk.stem.bias"] == (32,)
    assert len(made) < 50_000
