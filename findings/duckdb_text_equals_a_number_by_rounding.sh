#!/usr/bin/env bash
# Good guess: comparing a text column with a number is an error (as `>` is), or compares the two exactly.
# Seen:       `=` and IN cast the text to the type of the number as written, and round: '1.4' equals 1, '1.12' equals 1.1. So a filter
#             `code = 1` keeps the rows 1.0, 1.2 and 1.4, without a message; a text that is no number ends it with an error.
# Versions:   DuckDB 2.0.1.
# Source:     DuckDB's page on typecasting speaks of implicit casts, and not of what they lose.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'duckdb==2.0.1' >/dev/null
cat > ask.py <<'PY'
import duckdb

rows = "(values ('1.0'), ('1.4'), ('1.6'), ('1.12')) r(code)"


def ask(what):
    try:
        return [code for (code,) in duckdb.sql(f"select code from {rows} where {what}").fetchall()]
    except duckdb.Error as error:
        return type(error).__name__


print(ask("code = 1"), ask("code in (2)"), ask("code = 1.1"), ask("code > 1"))
PY
seen=$(venv/bin/python ask.py)
echo "code = 1; code in (2); code = 1.1; code > 1: $seen"
[ "$seen" = "['1.0', '1.4', '1.12'] ['1.6'] ['1.12'] BinderException" ]
