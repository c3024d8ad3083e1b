#!/usr/bin/env bash
# Good guess: who reads a large Parquet file by `iter_batches`, and lets go of each batch, holds a batch at a time, whatever the file's size.
# Seen:       the bytes of every column chunk that was read stay in memory until the last batch, the whole of the file's in the end, since
#             `pre_buffer` is True unless told otherwise. With `pre_buffer=False` memory does not grow; a local file takes the same time.
# Versions:   pyarrow 26.0.1.
# Source:     ParquetFile's docstring: pre_buffer coalesces reads "to improve performance on high-latency filesystems"; of memory it says nothing.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'pyarrow==26.0.1' 'numpy==2.4.2' >/dev/null
cat > ask.py <<'PY'
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

values = np.random.default_rng(7).integers(0, 1 << 60, 4_000_000)
pq.write_table(pa.table({"x": values}), "rows.parquet", row_group_size=100_000, use_dictionary=False)


def held(**options):
    file, most = pq.ParquetFile("rows.parquet", **options), 0
    for batch in file.iter_batches(100_000):
        del batch
        most = max(most, pa.total_allocated_bytes())
    return most


whole = values.nbytes
print(f"default: {'all' if held() > 0.9 * whole else 'part'}, pre_buffer=False: {'all' if held(pre_buffer=False) > 0.2 * whole else 'part'}")
PY
seen=$(venv/bin/python ask.py)
echo "held at most, of the file: $seen"
[ "$seen" = "default: all, pre_buffer=False: part" ]
