#!/usr/bin/env bash
# Good guess: a column called `at` is a column: PostgreSQL and SQLite have it so, as they have `date` and `timestamp`, which DuckDB takes.
# Seen:       `SELECT at FROM t`, `ORDER BY at`, `max(at)` and `CREATE TABLE t (at INT)` are syntax errors at the word after it; `t.at` and `"at"` are taken.
# Versions:   duckdb 2.0.0 (1.4.1 too). `duckdb_keywords()` calls it `type_function`, neither reserved nor a column's name.
# Source:     time travel, `FROM t AT (VERSION => 3)`, came with 1.3 (https://ducklake.select/docs/stable/duckdb/usage/time_travel); the lost name: duckdb/pg_duckdb#1019.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'duckdb==2.0.0' >/dev/null
cat > ask.py <<'PY'
import sqlite3

import duckdb

ASKED = ("SELECT at FROM t", "SELECT * FROM t ORDER BY at DESC", "SELECT max(at) FROM t", "SELECT t.at FROM t ORDER BY t.at", 'SELECT "at" FROM t')
taken = {}
for name, connection, error in (("sqlite", sqlite3.connect(":memory:"), sqlite3.Error), ("duckdb", duckdb.connect(), duckdb.Error)):
    connection.execute('CREATE TABLE t ("at" INTEGER)')
    taken[name] = []
    for query in ASKED:
        try:
            connection.execute(query)
            taken[name].append(1)
        except error:
            taken[name].append(0)
print(taken)
PY
seen=$(venv/bin/python ask.py)
echo "taken: $seen"
[ "$seen" = "{'sqlite': [1, 1, 1, 1, 1], 'duckdb': [0, 0, 0, 1, 1]}" ]
