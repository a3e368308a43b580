#!/usr/bin/env bash
# onnxruntime: ReduceMax and ReduceMin over a row with one NaN give NaN if it is the first value, and leave it out if it is another.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
cat > check.py <<'PY'
from importlib.metadata import version

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

print(f"onnxruntime {onnxruntime.__version__}, onnx {version('onnx')}, numpy {np.__version__}")


def reduced(name: str, row: list[float]) -> float:
    """The row reduced to one number on the CPU."""
    graph = helper.make_graph(
        [helper.make_node(name, ["row"], ["result"], axes=[0], keepdims=0)],
        "graph",
        [helper.make_tensor_value_info("row", TensorProto.FLOAT, [len(row)])],
        [helper.make_tensor_value_info("result", TensorProto.FLOAT, [])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return float(session.run(None, {"row": np.array(row, "float32")})[0])


rows = [[np.nan, 1, 3], [1, np.nan, 3], [1, 3, np.nan]]
largest, least = ([reduced(name, row) for row in rows] for name in ("ReduceMax", "ReduceMin"))
means = [reduced("ReduceMean", row) for row in rows]
print(f"expected: the same for the three orders of 1, 3 and NaN: NaN, as numpy has it ({[float(np.max(row)) for row in rows]}), or NaN left out")
print(f"seen:     ReduceMax {largest}, ReduceMin {least}, ReduceMean {means}")
assert np.isnan(means).all()
assert np.isnan(largest[0]) and largest[1:] == [3, 3], "no longer as described"
assert np.isnan(least[0]) and least[1:] == [1, 1], "no longer as described"
PY
venv/bin/python -W ignore check.py
