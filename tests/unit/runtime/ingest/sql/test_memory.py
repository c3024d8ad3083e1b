"""A million rows, and four: the memory of a reading has a bound that DuckDB's part of it says."""

from __future__ import annotations

import json
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from mlspec.runtime.ingest.sql.settle import MEMORY

pytestmark = pytest.mark.slow
QUERY = """SELECT g AS id, now()::timestamp(0) - g * interval '1 second' AS at, (g % 97)::numeric(12, 4) AS amount, random() AS ratio,
    md5(g::text) AS code, md5((g + 1)::text) AS other, g % 2 = 0 AS even, (g % 365) + date '2024-01-01' AS day FROM generate_series(1, {}) g"""
CHILD = """
import json, resource, sys
from pathlib import Path
from mlspec.runtime.__main__ import run_stage
run_stage("ingest", Path(sys.argv[1]))
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
"""


def megabytes(source, rows: int) -> float:
    """The most memory that a process held which read so many rows."""
    params = source.params("SELECT * FROM rentals LIMIT " + str(rows), timeout=300.0)
    (source.repository.folder / "params.yaml").write_text(json.dumps({"ingest": params}))
    done = subprocess.run([sys.executable, "-c", CHILD, str(source.repository.folder)], capture_output=True, text=True, check=True)
    assert pq.read_metadata(source.repository.folder / "raw.parquet").num_rows == rows
    return float(done.stdout)


def test_memory_does_not_follow_the_rows(in_postgres, database):
    database.run("CREATE UNLOGGED TABLE rentals AS " + QUERY.format(4_000_000))
    few, many, most = (megabytes(in_postgres, rows) for rows in (50_000, 1_000_000, 4_000_000))
    told = f"{few:.0f}, {many:.0f}, {most:.0f} MB"
    bound = few + int(MEMORY.removesuffix("MB")) + 150
    assert max(many, most) < bound, told
    print(told)
