#!/usr/bin/env bash
# Ray Data: mean and sum of a column with one NaN are None, the answer for a column without a value, though by default nulls, NaN among them, are to be left out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "ray[data]==2.60.0" pyarrow==26.0.1 pandas==3.1.1 numpy==2.4.6
cat > check.py <<'PY'
import logging
import math
import os

import numpy as np
import ray

print(f"ray {ray.__version__}, numpy {np.__version__}")
ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR, _temp_dir=os.path.abspath("ray"))

# Scores of tiles; that of a tile without a valid pixel is NaN.
scores = [0.5, float("nan"), 1.0]
tiles = ray.data.from_items([{"place": "a", "score": score} for score in scores]).materialize()
mean, total, least, most = tiles.mean("score"), tiles.sum("score"), tiles.min("score"), tiles.max("score")
grouped = tiles.groupby("place").mean("score").take_all()[0]["mean(score)"]
print(f"expected: NaN from all (numpy: mean {np.mean(scores)}, min {np.min(scores)}) or NaN left out of all: mean 0.75, sum 1.5, min 0.5, max 1.0")
print(f"seen:     mean {mean}, sum {total}, min {least}, max {most}; mean grouped by place {grouped}")
assert (least, most) == (0.5, 1.0) and math.isnan(grouped)
assert mean is None and total is None, "no longer as described"
ray.shutdown()
PY
venv/bin/python -W ignore check.py 2> log || { cat log >&2; exit 1; }
