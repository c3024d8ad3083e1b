#!/usr/bin/env bash
# Good guess: `30 2 * * *` in Europe/Berlin is once a day, also on the night that has 02:30 twice.
# Seen:       croniter gives that night two times, 02:30+02:00 and 02:30+01:00: a daily job runs twice. cronsim gives the first alone, as cron does.
# Versions:   croniter 7.0.0, cronsim 2.8.
# Source:     cronsim's readme says that it works like Debian's cron; of croniter's two times nothing was found.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'croniter==7.0.0' 'cronsim==2.8' tzdata >/dev/null
cat > ask.py <<'PY'
from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim
from croniter import croniter

start = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Berlin"))
one, other = croniter("30 2 * * *", start), CronSim("30 2 * * *", start)
print([one.get_next(datetime).isoformat()[:10] for _ in range(3)], [next(other).isoformat()[:10] for _ in range(3)])
PY
seen=$(venv/bin/python ask.py)
echo "croniter, cronsim: $seen"
[ "$seen" = "['2026-10-25', '2026-10-25', '2026-10-26'] ['2026-10-25', '2026-10-26', '2026-10-27']" ]
