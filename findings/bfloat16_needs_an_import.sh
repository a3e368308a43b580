#!/usr/bin/env bash
# safetensors: with framework="np" a bfloat16 weight raises TypeError, unless some other module has imported ml_dtypes before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6 ml_dtypes==0.6.0
cat > check.py <<'PY'
import json
import struct

import numpy as np
import safetensors

print(f"safetensors {safetensors.__version__}, numpy {np.__version__}")

# A valid file of the format with one bfloat16 weight of four ones, as most checkpoints of today hold.
header = json.dumps({"weight": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}}).encode()
with open("weights.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + b"\x80\x3f" * 4)


def read() -> str:
    with safetensors.safe_open("weights.safetensors", framework="np") as file:
        assert list(file.keys()) == ["weight"] and file.get_slice("weight").get_dtype() == "BF16"
        try:
            return str(file.get_tensor("weight").tolist())
        except Exception as problem:
            return repr(problem)


before = read()
import ml_dtypes  # noqa: E402, installed all the time

after = read()
print("expected: the same both times: the values (ml_dtypes is installed), or an error of safetensors that says what to install")
print(f"seen:     {before} before, and {after} after `import ml_dtypes` {ml_dtypes.__version__}")
assert before.startswith("TypeError") and after == "[1.0, 1.0, 1.0, 1.0]", "no longer as described"
PY
venv/bin/python -W ignore check.py
