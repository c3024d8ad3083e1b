#!/usr/bin/env bash
# Good guess: an empty in-memory database takes some megabytes of address space, and a patch release before or after takes as much.
# Seen:       DuckDB 1.5.0 maps four fifths of the machine's memory, private and writable, for each database that is opened, though nothing is
#             in it and `block_allocator_memory` says 0 bytes. With two or three open, Linux refuses to fork the process (ENOMEM) where
#             it judges overcommitment by its own heuristic, which is the default; and a limit on address space ends it at once. 1.4.5 and
#             1.5.1 map some tens of megabytes. A lock that allows 1.5.0 breaks servers that fork with a database open.
# Versions:   DuckDB 1.4.5, 1.5.0, 1.5.1.
# Source:     tried; the setting is of DuckDB's page on configuration, which gives no default for it.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
cat > ask.py <<'PY'
import duckdb


def mapped():
    return next(int(line.split()[1]) << 10 for line in open("/proc/self/status") if line.startswith("VmData"))


before = mapped()
database = duckdb.connect(":memory:")
memory = next(int(line.split()[1]) << 10 for line in open("/proc/meminfo") if line.startswith("MemTotal"))
print("most" if mapped() - before > memory / 2 else "little")
PY
python3 -m venv venv
seen=""
for version in 1.4.5 1.5.0 1.5.1; do
    venv/bin/pip install -q "duckdb==$version" >/dev/null
    seen+="$version $(venv/bin/python ask.py); "
done
echo "of the machine's memory one empty database maps: $seen"
[ "$seen" = "1.4.5 little; 1.5.0 most; 1.5.1 little; " ]
