#!/usr/bin/env bash
# Good guess: pandas.to_datetime(text, format="ISO8601") takes ISO 8601 and refuses anything else.
# Seen:       `now` and `today` are taken for the time of the call, so that one row of input gives another value each second; `2020` and
#             `2020-01` are taken as well. `tomorrow` and `yesterday` are refused, as one would think of all four.
# Versions:   pandas 2.3.3 and 3.1.1.
# Source:     the documentation of `format` says "ISO8601, to parse any ISO8601 time string (not necessarily in exactly the same format)".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
cat > ask.py <<'PY'
import pandas as pd

def read(text):
    try:
        found = pd.to_datetime(pd.Series([text]), format="ISO8601")[0]
    except ValueError:
        return "refused"
    return "the clock" if abs(pd.Timestamp.now() - found) < pd.Timedelta("2d") else str(found.date())

print({text: read(text) for text in ("now", "today", "tomorrow", "2020", "2020-01", "2020-01-05")})
PY
for version in 2.3.3 3.1.1; do
  python3 -m venv "v$version" && "v$version/bin/pip" install -q "pandas==$version" >/dev/null
  seen=$("v$version/bin/python" -W ignore ask.py)
  echo "pandas $version: $seen"
  [ "$seen" = "{'now': 'the clock', 'today': 'the clock', 'tomorrow': 'refused', '2020': '2020-01-01', '2020-01': '2020-01-01', '2020-01-05': '2020-01-05'}" ]
done
