#!/usr/bin/env bash
# Good guess: what goes wrong in a DuckDB query comes as duckdb.Error, however its rows are fetched.
# Seen:       where rows are fetched as a stream of Arrow batches, a value that can't be cast (or a bad line of a CSV) far from the beginning comes as a
#             plain OSError from pyarrow, with DuckDB's words in it: `except duckdb.Error` around the loop lets it through, and `except OSError` for a full
#             disk takes it for one. fetchall() of the same query raises duckdb.ConversionException.
# Versions:   DuckDB 2.0.1, pyarrow 25.0.0.
# Source:     the Arrow C stream interface passes an errno and a text only, and pyarrow makes OSError of EIO; DuckDB's pages do not say so; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'duckdb==2.0.1' 'pyarrow==25.0.0' >/dev/null
cat > ask.py <<'PY'
import duckdb

query = "SELECT CASE WHEN range = 300000 THEN CAST('x' || range AS INTEGER) ELSE range END AS i FROM range(400000)"

def said(fetch):
    try:
        fetch(duckdb.connect().sql(query))
    except Exception as error:
        return type(error).__name__, isinstance(error, duckdb.Error), "Could not convert" in str(error)

print(said(lambda found: found.fetchall()), said(lambda found: list(found.to_arrow_reader(122880))))
PY
seen=$(venv/bin/python ask.py)
echo "$seen"
[ "$seen" = "('ConversionException', True, True) ('OSError', False, True)" ]
