#!/usr/bin/env bash
# save_file writes mode 0600 whatever the umask: another user, such as that of a service, cannot read the weights.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
cat > check.py <<'PY'
import os
from pathlib import Path

import numpy as np
import safetensors
from safetensors.numpy import load_file, save, save_file

print(f"safetensors {safetensors.__version__}, numpy {np.__version__}")

os.umask(0o022)  # the usual one: new files can be read by everybody
tensors = {"weight": np.ones((2, 2), "float32")}
save_file(tensors, "saved.safetensors")
Path("written.safetensors").write_bytes(save(tensors))
np.save("saved.npy", tensors["weight"])
Path("older.safetensors").write_bytes(b"")
os.chmod("older.safetensors", 0o644)
save_file(tensors, "older.safetensors")  # over a file that everybody could read

assert (load_file("saved.safetensors")["weight"] == 1).all()
modes = {name: oct(os.stat(name).st_mode & 0o777) for name in ("saved.npy", "written.safetensors", "saved.safetensors", "older.safetensors")}
print("expected: 0o644 for all four, as umask 022 asks and as numpy.save does")
print("seen:    ", modes)
assert modes["saved.npy"] == modes["written.safetensors"] == "0o644"
assert modes["saved.safetensors"] == "0o600", "no longer as described"
PY
venv/bin/python -W ignore check.py
