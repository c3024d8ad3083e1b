"""How the candidate answers the rows that it was trained on: beside the test's numbers that tells overfitting. It is never judged."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlspec.diagnostics import Problems
from mlspec.gates.bench import Bench
from mlspec.metrics.answers import Answers, Array

if TYPE_CHECKING:
    import pyarrow as pa

ROWS, SECONDS = 10_000, 60.0
"""At most so many training rows, evenly spread, and the time after which nothing is told of them."""


def on_training(bench: Bench) -> tuple[Array, Answers] | None:
    """Truth and the challenger's answers on training rows that have a target; None where there are none. What goes wrong fails nothing."""
    import pyarrow.parquet as pq

    from mlspec.gates.scoring.own import with_own
    from mlspec.metrics.estimate import Resampling
    from mlspec.runtime.evaluate import truth
    from mlspec.runtime.evaluate.space import placed, space_of_rows

    if bench.challenger.signature.forecast is not None:
        return None  # fits of several origins have learnt from other rows each
    with tempfile.TemporaryDirectory(prefix="mlspec-trained-") as folder:
        table = pq.read_table(bench.train)
        positions = some_rows(table, bench.params.get("query"), ROWS)
        table = table if positions is None else table.take(positions)
        target = bench.params.get("target")
        table = table if target is None else table.filter(table[str(target)].is_valid())
        if not table.num_rows:
            return None
        path = Path(folder) / "rows.parquet"
        pq.write_table(table, path)
        try:
            answers = bench.answers(path, table.num_rows, SECONDS)
        except Problems:
            return None
        with suppress(Problems):  # a metric of the user's that is not defined there says nothing of the others
            answers = with_own(bench.root, "metrics of training rows", bench.params, path, answers, Resampling())
        rows = bench.frame(path)
        return truth(rows, bench.params), placed(answers, space_of_rows(bench.params, bench.frame(bench.test), rows))


def some_rows(table: pa.Table, query: str | None, most: int) -> Array | None:
    """Positions of about `most` rows, evenly spread; None for all. Of a ranking whole queries: fewer rows of one are easier to order."""
    if table.num_rows <= most:
        return None
    if query is None:
        return np.unique(np.linspace(0, table.num_rows - 1, most).astype(int))
    codes = table[query].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    names = int(codes.max()) + 1
    kept = np.linspace(0, names - 1, max(1, names * most // table.num_rows)).astype(int)
    return np.flatnonzero(np.isin(codes, kept))
