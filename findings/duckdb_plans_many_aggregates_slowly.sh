#!/usr/bin/env bash
# Good guess: one query with ten times as many aggregates takes about ten times as long; on 40 rows it hardly matters.
# Seen:       planning grows much faster than in proportion: 200 `count(*) filter (…)` take hundredths of a second, 2,000 of them many seconds, on 40
#             rows. In 34 queries of 60 the same 2,000 are done in less than one second.
# Versions:   DuckDB 2.0.1.
# Source:     not found; tried. The times vary by machine: only their ratio is held here.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'duckdb==2.0.1' >/dev/null
cat > ask.py <<'PY'
import time

import duckdb

duckdb.sql("create table t as select " + ", ".join(f"random() * 100 as c{i}" for i in range(200)) + " from range(40)")
items = [f"count(*) filter (c{i} <= {edge}.5)" for i in range(200) for edge in range(10)]


def seconds(part):
    start = time.perf_counter()
    for first in range(0, len(items), part):
        duckdb.sql(f"select {', '.join(items[first:first + part])} from t").fetchall()
    return time.perf_counter() - start


parts, whole = seconds(60), seconds(2000)
print(f"in parts {parts:.1f} s, in one query {whole:.1f} s")
print("slow" if whole > 4 * parts else "even")
PY
seen=$(venv/bin/python ask.py)
echo "$seen"
[ "${seen##*$'\n'}" = slow ]
