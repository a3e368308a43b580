#!/usr/bin/env bash
# onnxruntime on the CPU: of a float16 model, the output 'square' is infinite, and the output 'square * 0.01' of the same run is 900.
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

graph = helper.make_graph(
    [helper.make_node("Mul", ["x", "x"], ["square"]), helper.make_node("Mul", ["square", "factor"], ["product"])],
    "graph",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT16, [2])],
    [helper.make_tensor_value_info(name, TensorProto.FLOAT16, [2]) for name in ("square", "product")],
    [helper.make_tensor("factor", TensorProto.FLOAT16, [], [0.01])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnx.checker.check_model(model, full_check=True)
x = np.array([100, 300], "float16")

options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
square, product = session.run(None, {"x": x})
by_numpy = x * x * np.float16(0.01)
print(f"expected: square [10000, inf], product [100, inf], as numpy has it ({by_numpy.tolist()}): every tensor of the model is float16, and optimisation is off")
print(f"seen:     square {square.tolist()} and product {product.tolist()}, both {product.dtype}")
assert np.isinf(by_numpy[1]) and np.isinf(square[1])
assert 899 <= float(product[1]) <= 901, "no longer as described"
PY
venv/bin/python -W ignore check.py
