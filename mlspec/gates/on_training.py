"""How the candidate answers the rows that it was trained on: beside the test's numbers that tells overfitting. It is never judged."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from mlspec.diagnostics import Problems
from mlspec.gates.bench import Bench, count_of
from mlspec.metrics.answers import Answers, Array

ROWS, SECONDS = 10_000, 60.0
"""At most so many training rows, evenly spread, and the time after which nothing is told of them."""


def on_training(bench: Bench) -> tuple[Array, Answers] | None:
    """Truth and the challenger's answers on training rows that have a target; None where there are none. What goes wrong fails nothing."""
    import pyarrow.parquet as pq

    from mlspec.runtime.evaluate import truth

    positions = np.unique(np.linspace(0, count_of(bench.train) - 1, ROWS).astype(int)) if count_of(bench.train) > ROWS else None
    with tempfile.TemporaryDirectory(prefix="mlspec-trained-") as folder:
        table = pq.read_table(bench.train)
        table = table if positions is None else table.take(positions)
        table = table.filter(table[str(bench.params["target"])].is_valid())
        if not table.num_rows:
            return None
        path = Path(folder) / "rows.parquet"
        pq.write_table(table, path)
        try:
            return truth(bench.frame(path), bench.params), bench.answers(path, table.num_rows, SECONDS)
        except Problems:
            return None
