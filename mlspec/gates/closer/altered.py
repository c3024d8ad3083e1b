"""Test rows that are altered, and answered by the process that answers the test rows: shut in, without labels."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.metrics.answers import Answers, Array

if TYPE_CHECKING:
    from mlspec.gates.bench import Bench


def sampled(count: int, most: int, seed: int) -> Array:
    """Positions among `count`, in their order: all, or `most` of them, drawn with the judgement's seed."""
    return np.arange(count) if count <= most else np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def answers_to(bench: Bench, copies: Sequence[Any], end: float) -> Answers:
    """The challenger's answers for several Arrow tables of rows, one after another, all in one file. `end`: in monotonic seconds.

    Raises as `Bench.answers` does.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pa.concat_tables(copies)
    with tempfile.TemporaryDirectory(prefix="mlspec-altered-") as folder:
        path = Path(folder) / "rows.parquet"
        pq.write_table(rows, path)
        return bench.answers(path, rows.num_rows, max(1.0, end - time.monotonic()))
