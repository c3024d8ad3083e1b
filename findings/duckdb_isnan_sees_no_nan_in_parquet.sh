#!/usr/bin/env bash
# Good guess: `isnan(x)` is true for a NaN, wherever the row comes from; `where x > 2` finds it too, since DuckDB sorts NaN above all numbers.
# Seen:       over a Parquet file that pyarrow wrote, `select isnan(x)` is false for every row, and `where isnan(x)`, `where x > 2` find none: the
#             file's statistics leave NaN out, and the condition is decided by them. The same rows in a table are answered rightly.
#             `not isfinite(x)` and `x::varchar = 'nan'` see the NaN over the file as well.
# Versions:   DuckDB 2.0.1, pyarrow 22.0.0.
# Source:     Parquet's format says that statistics may leave NaN out and that readers must mind it; of DuckDB's isnan nothing was found.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'duckdb==2.0.1' 'pyarrow==22.0.0' >/dev/null
cat > ask.py <<'PY'
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

pq.write_table(pa.table({"x": [1.5, 2.0, float("nan")]}), "rows.parquet")
duckdb.sql("create table rows as select * from 'rows.parquet'")
ask = lambda source, what: duckdb.sql(f"select count(*) from {source} where {what}").fetchall()[0][0]
for what in ("isnan(x)", "x > 2", "not isfinite(x)", "x::varchar = 'nan'"):
    print(what, ask("'rows.parquet'", what), ask("rows", what), sep=":", end="; ")
PY
seen=$(venv/bin/python ask.py)
echo "condition: rows of the file: rows of the table: $seen"
[ "$seen" = "isnan(x):0:1; x > 2:0:1; not isfinite(x):1:1; x::varchar = 'nan':1:1; " ]
