#!/usr/bin/env bash
# Good guess: read_json gives a column for each key of the objects, however many keys there are.
# Seen:       with 200 or more keys of one type (pixels, sensors), or keys that are on average in fewer than a tenth of the objects (tags),
#             DuckDB takes the whole object for a MAP: one column named `json`, as many rows, no message. One more text key, or one key
#             fewer, and the columns are back. `map_inference_threshold = -1, field_appearance_threshold = 0` always gives columns.
# Versions:   DuckDB 1.4.2 and 2.0.1.
# Source:     both parameters are in DuckDB's documentation of JSON loading; that a table may turn into one column is easily missed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
cat > ask.py <<'PY'
import json
import duckdb

def columns(rows, **options):
    with open("rows.jsonl", "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    extra = "".join(f", {key} = {value}" for key, value in options.items())
    return len(duckdb.sql(f"select * from read_json('rows.jsonl'{extra})").columns)

wide = lambda n: [{f"k{i}": i + j for i in range(n)} for j in range(5)]
tags = [{"id": j, f"tag{j % 20}": 1} for j in range(400)]
off = {"map_inference_threshold": -1, "field_appearance_threshold": 0}
print(columns(wide(199)), columns(wide(200)), columns(wide(200), **off), columns(tags), columns(tags, **off))
PY
for version in 1.4.2 2.0.1; do
  python3 -m venv "v$version" && "v$version/bin/pip" install -q "duckdb==$version" >/dev/null
  seen=$("v$version/bin/python" ask.py)
  echo "DuckDB $version: columns of 199 keys, 200 keys, 200 keys with inference off, 20 tags, 20 tags with inference off: $seen"
  [ "$seen" = "199 1 200 1 21" ]
done
