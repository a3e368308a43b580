#!/usr/bin/env bash
# LanceDB: rows whose number is NaN pass the filter 'score > 0.5', which the same Arrow table in pyarrow, pandas and numpy does not let through.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check lancedb==0.40.0 pyarrow==26.0.1 numpy==2.4.6 pandas==3.1.1
cat > check.py <<'PY'
import lancedb
import numpy as np
import pyarrow
import pyarrow.compute

print(f"lancedb {lancedb.__version__}, pyarrow {pyarrow.__version__}, numpy {np.__version__}")

# Tiles with a vector and a score; the score of a tile without one valid pixel is NaN, as a mean over nothing is in numpy.
score = np.array([0.9, 0.1, np.nan], "float64")
vectors = pyarrow.array([[1.0, 0.0]] * 3, pyarrow.list_(pyarrow.float32(), 2))
table = pyarrow.table({"tile": ["clear", "cloudy", "empty"], "score": pyarrow.array(score, from_pandas=False), "vector": vectors})
stored = lancedb.connect("database").create_table("tiles", table)

by_lancedb = sorted(stored.search().where("score > 0.5").limit(10).to_arrow()["tile"].to_pylist())
near = sorted(stored.search([1.0, 0.0]).where("score > 0.5").limit(10).to_arrow()["tile"].to_pylist())
back = stored.to_arrow()
by_pyarrow = back.filter(pyarrow.compute.field("score") > 0.5)["tile"].to_pylist()
by_pandas = back.to_pandas().query("score > 0.5")["tile"].tolist()
print("expected: ['clear'] everywhere")
print(f"seen:     lancedb {by_lancedb}, lancedb vector search {near}, pyarrow {by_pyarrow}, pandas {by_pandas}, numpy {score > 0.5}")
assert by_lancedb == near == ["clear", "empty"], "no longer as described"
assert by_pyarrow == by_pandas == ["clear"]
PY
venv/bin/python -W ignore check.py
