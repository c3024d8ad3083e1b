#!/usr/bin/env bash
# Good guess: an Arrow array made of datetimes with a zone and without is refused: nobody knows when the second kind was.
# Seen:       the first value decides, silently. Zone first: the array has that zone, and the naive times are taken for UTC. Naive first: the array
#             has no zone, and the others are turned to UTC. The same rows in another order are other instants.
# Versions:   pyarrow 22.0.0, on Python 3.11; pandas' Table.from_pandas does the same with an object column.
# Source:     not found in Arrow's documentation of `array`; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'pyarrow==22.0.0' >/dev/null
cat > ask.py <<'PY'
from datetime import datetime, timedelta, timezone

import pyarrow as pa

naive, aware = datetime(2024, 1, 1, 9), datetime(2024, 1, 1, 10, tzinfo=timezone(timedelta(hours=5)))
for values in ([naive, aware], [aware, naive]):
    found = pa.array(values)
    print(found.type, [str(v) for v in found.cast(pa.timestamp("us", "UTC") if found.type.tz else pa.timestamp("us")).to_pylist()], end="; ")
PY
seen=$(venv/bin/python ask.py)
echo "$seen"
[ "$seen" = "timestamp[us] ['2024-01-01 09:00:00', '2024-01-01 05:00:00']; timestamp[us, tz=+05:00] ['2024-01-01 05:00:00+00:00', '2024-01-01 09:00:00+00:00']; " ]
