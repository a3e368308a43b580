#!/usr/bin/env bash
# onnxruntime's default optimisation turns (1 / x) * y into y / x for integers too, where the two are not the same number.
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

# 1 / size is a whole number, and 0 for every size above 1, so that the product is length where size is 1 and else 0.
graph = helper.make_graph(
    [helper.make_node("Div", ["one", "size"], ["share"]), helper.make_node("Mul", ["share", "length"], ["product"])],
    "graph",
    [helper.make_tensor_value_info(name, TensorProto.INT64, [3]) for name in ("size", "length")],
    [helper.make_tensor_value_info("product", TensorProto.INT64, [3])],
    [helper.make_tensor("one", TensorProto.INT64, [], [1])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnx.checker.check_model(model, full_check=True)
size, length = np.array([1, 2, 3]), np.array([6, 6, 7])


def product(level: onnxruntime.GraphOptimizationLevel | None) -> list[int]:
    """What the model gives at an optimisation level; None is the default of the library."""
    options = onnxruntime.SessionOptions()
    if level is not None:
        options.graph_optimization_level = level
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"size": size, "length": length})[0].tolist()


levels = onnxruntime.GraphOptimizationLevel
by_numpy = ((1 // size) * length).tolist()
plain, basic, default = product(levels.ORT_DISABLE_ALL), product(levels.ORT_ENABLE_BASIC), product(None)
print(f"expected: {by_numpy} at every level, as numpy has it: an optimisation changes the time, at most the last digits of a float")
print(f"seen:     no optimisation {plain}, basic {basic}, default {default}")
assert plain == by_numpy == [6, 0, 0]
assert basic == default == [6, 3, 2], "no longer as described"
PY
venv/bin/python -W ignore check.py
