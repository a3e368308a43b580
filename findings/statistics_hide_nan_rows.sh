#!/usr/bin/env bash
# pyarrow: a filter on a Parquet file loses rows whose number is NaN, depending on what else is in their row group; the same filter in memory keeps them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyarrow==26.0.1 numpy==2.4.6
cat > check.py <<'PY'
import pyarrow
import pyarrow.compute
import pyarrow.parquet

print(f"pyarrow {pyarrow.__version__}")

# Tiles with the share of valid pixels; that of an empty tile is NaN (0 of 0).
share = pyarrow.array([1.0, float("nan"), 1.0, 0.5], from_pandas=False)
table = pyarrow.table({"tile": ["a", "b", "c", "d"], "share": share})
condition = pyarrow.compute.field("share") != 1.0
in_memory = table.filter(condition)["tile"].to_pylist()


def from_file(rows: int, **options) -> list[str]:
    """The tiles that are not complete, read from a file with this many rows in each row group."""
    pyarrow.parquet.write_table(table, "tiles.parquet", row_group_size=rows, **options)
    return pyarrow.parquet.read_table("tiles.parquet", filters=condition)["tile"].to_pylist()


one_group, two_groups, without = from_file(4), from_file(3), from_file(3, write_statistics=False)
print("expected: ['b', 'd'] each time: NaN is not 1.0, and row groups and statistics only save time")
print(f"seen:     in memory {in_memory}, four rows a group {one_group}, three rows a group {two_groups}, three and no statistics {without}")
assert in_memory == one_group == without == ["b", "d"]
assert two_groups == ["d"], "no longer as described"
PY
venv/bin/python -W ignore check.py
