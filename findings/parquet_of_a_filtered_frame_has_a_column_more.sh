#!/usr/bin/env bash
# Good guess: a frame that was filtered and saved by to_parquet has its own columns when another engine reads the file.
# Seen:       DuckDB, Polars and pyarrow read one more, `__index_level_0__`, the numbers of the rows before the filter: with rows sorted by the
#             target before they were shuffled it gives the answer away. A frame whose index is a plain range (df.head(), a fresh frame) has
#             none, so the column comes and goes with the code before to_parquet. index=False leaves it out; pandas puts it back as the index.
# Versions:   pandas 3.1.1, DuckDB 2.0.1, pyarrow 22.0.0, Polars 1.35.2.
# Source:     pandas: "index: if None, a RangeIndex is stored as metadata, other indexes are stored as columns"; what readers make of it is not said.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'pandas==3.1.1' 'duckdb==2.0.1' 'pyarrow==22.0.0' 'polars==1.35.2' >/dev/null
cat > ask.py <<'PY'
import duckdb, pandas as pd, polars as pl, pyarrow.parquet as pq

frame = pd.DataFrame({"x": [1, 2, 3, 4]})
frame.to_parquet("whole.parquet")
frame[frame.x != 2].to_parquet("filtered.parquet")
for name in ("whole", "filtered"):
    path = f"{name}.parquet"
    print(name, len(duckdb.sql(f"from '{path}'").columns), pl.read_parquet(path).width, pq.read_table(path).num_columns, pd.read_parquet(path).shape[1])
PY
seen=$(venv/bin/python ask.py | tr '\n' ';')
echo "columns by DuckDB, Polars, pyarrow, pandas: $seen"
[ "$seen" = "whole 1 1 1 1;filtered 2 2 2 1;" ]
