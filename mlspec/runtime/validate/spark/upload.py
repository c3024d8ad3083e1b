"""The columns that rules ask about, brought to Spark: as Arrow, in parts, each of which the cluster keeps before the next one comes.

The driver holds a part at a time. No storage of yours is read or written by the cluster, so it needs no key to any; what it kept goes with
the session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from mlspec.runtime import tables
from mlspec.runtime.tables import ROW, ident
from mlspec.runtime.validate.spark.literals import spark_type
from mlspec.runtime.validate.spark.session import Session

PART_BYTES = 32_000_000
"""Of Arrow. A driver holds it several times over while it reads it."""
NUMBER = "r"
"""The position of a row, as in `ROW`."""


def bring(session: Session, connection: Any, relation: str, columns: Sequence[str], view: str) -> None:
    """Make the view `view` of `relation`: its row numbers as `NUMBER`, and its columns as `c0`, `c1`, … Raises as `Session.ask` does."""
    named = "".join(f", {ident(name)} AS c{i}" for i, name in enumerate(columns))
    keep(session, connection, f"SELECT {ROW} AS {NUMBER}{named} FROM {relation}", view)


def keep(session: Session, connection: Any, query: str, view: str) -> None:
    """Make a view of the rows of a query here."""
    kinds = tables.columns_of(connection, f"({query})")
    reader = tables.stream(connection, query)
    kept: list[Any] = []
    held: list[Any] = []
    for batch in reader:
        held.append(batch)
        if sum(b.nbytes for b in held) >= PART_BYTES:
            kept.append(_kept(session, held, reader.schema, kinds))
            held = []
    if held or not kept:
        kept.append(_kept(session, held, reader.schema, kinds))
    session.ask(lambda: reduce(lambda a, b: a.unionAll(b), kept).createOrReplaceTempView(view))


def _kept(session: Session, batches: Sequence[Any], schema: Any, kinds: Mapping[str, str]) -> Any:
    import pyarrow as pa

    table = pa.Table.from_batches(batches, schema)
    if not table.num_rows:  # Spark's client takes no schema from a table without rows
        nothing = ", ".join(f"CAST(NULL AS {spark_type(kind)}) AS {name}" for name, kind in kinds.items())
        return session.ask(lambda: session.raw.sql(f"SELECT {nothing}").limit(0))
    return session.ask(lambda: session.raw.createDataFrame(table).localCheckpoint())
