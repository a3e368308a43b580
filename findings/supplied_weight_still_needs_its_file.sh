#!/usr/bin/env bash
# onnxruntime: a weight handed over by SessionOptions.add_initializer is not read, yet its external-data file must exist; with add_external_initializers it need not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnxruntime==1.32.0 onnx==1.22.0 numpy==2.4.6
cat > check.py <<'PY'
import os

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

print(f"onnxruntime {ort.__version__}, onnx {onnx.__version__}")
ort.set_default_logger_severity(4)

# y = x + w, with w as external data in w.bin. The program supplies w = 2 itself, so w.bin is not shipped.
w = numpy_helper.from_array(np.full(256, 1, np.float32), "w")
graph = helper.make_graph(
    [helper.make_node("Add", ["x", "w"], ["y"])],
    "sum",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [256])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [256])],
    [w],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.save(model, "sum.onnx", save_as_external_data=True, location="w.bin", size_threshold=0)
two = ort.OrtValue.ortvalue_from_numpy(np.full(256, 2, np.float32))


def run(how: str) -> str:
    options = ort.SessionOptions()
    if how == "add_initializer":
        options.add_initializer("w", two)
    else:
        options.add_external_initializers(["w"], [two])
    try:
        session = ort.InferenceSession("sum.onnx", options, providers=["CPUExecutionProvider"])
        return f"y = {session.run(None, {'x': np.zeros(256, np.float32)})[0][0]:g}"
    except Exception as problem:
        return f"{type(problem).__name__}: {str(problem).splitlines()[0][:170]}"


ways = ("add_initializer", "add_external_initializers")
with_file = {how: run(how) for how in ways}
os.remove("w.bin")
without = {how: run(how) for how in ways}
print("expected: y = 2 each time; w is given, so w.bin (which holds 1) is never needed")
for how in ways:
    print(f"seen:     {how}: with w.bin {with_file[how]}; without it {without[how]}")
assert set(with_file.values()) == {"y = 2"} and without["add_external_initializers"] == "y = 2"
assert not without["add_initializer"].startswith("y = 2"), "no longer as described"
PY
venv/bin/python -W ignore check.py
