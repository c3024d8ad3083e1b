#!/usr/bin/env bash
# Good guess: a JSON reader that promises to be strict keeps a whole number, as Python's own does, or refuses it: it refuses to write one
#             beyond 64 bits.
# Seen:       it reads one beyond 64 bits as a double, and its last digits are gone: two different ids become equal. Up to 64 bits they are
#             kept; writing the same number raises.
# Versions:   orjson 3.13.0.
# Source:     https://github.com/ijl/orjson says of `dumps` that it refuses what is beyond 64 bits, and nothing of the kind of `loads`; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'orjson==3.13.0' >/dev/null
venv/bin/python - <<'PY'
import json

import orjson

text = '{"kept": 18446744073709551615, "one": 36893488147419103233, "other": 36893488147419103234}'
found, own = orjson.loads(text), json.loads(text)
try:
    orjson.dumps(own)
    written = "written"
except TypeError as error:
    written = f"refused ({error})"
print(f"read: {found}; equal: {found['one'] == found['other']}; json keeps both: {own['one'] != own['other']}; to write them: {written}")
assert found["kept"] == own["kept"] and type(found["kept"]) is int
assert type(found["one"]) is float and found["one"] == found["other"] and own["one"] != own["other"]
assert written.startswith("refused")
PY
