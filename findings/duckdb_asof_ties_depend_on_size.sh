#!/usr/bin/env bash
# Good guess: where two rows of the right side have the same time, ASOF JOIN takes one of them, the same one for every left row and size.
# Seen:       a left table of one row gets the first of the two, one of 5,000 equal rows gets the second: the plan decides, by size. A feature
#             that is joined as of a time so differs between training (many rows) and serving (one row). Only a tie-breaker of one's own
#             (deduplicate the right side by time first) gives one answer.
# Versions:   DuckDB 2.0.1.
# Source:     DuckDB's page on ASOF joins does not speak of ties; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'duckdb==2.0.1' >/dev/null
cat > ask.py <<'PY'
import duckdb

right = "(values (10, 'first'), (10, 'second')) r(t, v)"
ask = lambda n: duckdb.sql(f"select distinct v from (select 10 as t from range({n})) l asof join {right} on l.t >= r.t").fetchall()
print(ask(1), ask(5000))
PY
seen=$(venv/bin/python ask.py)
echo "a left table of 1 row, and of 5,000: $seen"
[ "$seen" = "[('first',)] [('second',)]" ]
