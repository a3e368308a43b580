#!/usr/bin/env bash
# pyarrow: strings of digits that partition a dataset come back as integers, so that the tiles 0231 and 231 become one; a longer key beside them keeps all of them strings.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyarrow==26.0.1
cat > check.py <<'PY'
import pyarrow
import pyarrow.parquet

print(f"pyarrow {pyarrow.__version__}")


def there_and_back(name: str, keys: list[str]) -> list:
    """The keys of a dataset with one folder per tile, after a read."""
    table = pyarrow.table({"quadkey": pyarrow.array(keys, pyarrow.string()), "ships": [1] * len(keys)})
    pyarrow.parquet.write_to_dataset(table, name, partition_cols=["quadkey"])
    return sorted(pyarrow.parquet.read_table(name)["quadkey"].to_pylist())


# Quadkeys: one digit per zoom, so 0231 is a tile of zoom 4 in the north-west of the world and 231 one of zoom 3 in the south-west.
keys = ["0231", "0232", "231"]
short, longer = there_and_back("short", keys), there_and_back("longer", [*keys, "23102310231"])
found = pyarrow.parquet.read_table("short", filters=[("quadkey", "==", 231)]).num_rows
print("expected:              ", keys)
print("seen:                  ", short)
print("rows of tile 231:      ", found, "instead of 1")
print("with one tile of zoom 11:", longer)
assert longer == [*keys, "23102310231"]
assert short == [231, 231, 232] and found == 2, "no longer as described"
PY
venv/bin/python -W ignore check.py
