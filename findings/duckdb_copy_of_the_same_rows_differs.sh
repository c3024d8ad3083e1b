#!/usr/bin/env bash
# Good guess: COPY of the same rows, in the same order and with the same ROW_GROUP_SIZE, writes the same Parquet file, as it does for 1 or 8 threads.
# Seen:       a million rows read from a file whose row groups have 77,777 rows are written in row groups of other sizes, larger than asked for, than
#             the same rows read from a file in groups of 122,880; with an ORDER BY that changes nothing they have the size that was asked for. A
#             cache by content takes the files for different data.
# Versions:   DuckDB 2.0.1, pyarrow 25.0.0.
# Source:     DuckDB's page on Parquet says that row groups have at least ROW_GROUP_SIZE rows when rows keep their order, and nothing of equal bytes; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'duckdb==2.0.1' 'pyarrow==25.0.0' >/dev/null
cat > ask.py <<'PY'
import duckdb
import pyarrow.parquet as pq

def copied(query, name):
    duckdb.connect().execute(f"COPY ({query}) TO '{name}' (FORMAT parquet, ROW_GROUP_SIZE 122880)")
    file = pq.ParquetFile(name)
    return [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]

import pyarrow as pa

rows = pa.table({"i": range(1_000_003)})
pq.write_table(rows, "even.parquet", row_group_size=122880)
pq.write_table(rows, "odd.parquet", row_group_size=77777)
even, odd, ordered = copied("FROM 'even.parquet'", "a.parquet"), copied("FROM 'odd.parquet'", "b.parquet"), copied("FROM 'odd.parquet' ORDER BY i", "c.parquet")
same = pq.read_table("a.parquet").equals(pq.read_table("b.parquet"))
print(even[:3], odd[:3], ordered[:3], same)
print(even == ordered != odd and max(odd) > 122880 and same)
PY
seen=$(venv/bin/python ask.py)
echo "$seen"
[ "${seen##*$'\n'}" = "True" ]
