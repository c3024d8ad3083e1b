"""Two snapshots of a source's accepted rows against each other: which rows came, went and changed, and how each column is distributed.

Counts and bins only: values of a column are told by name where the snapshot in Git keeps them (columns that a drift rule names), and
nothing of personal data is told but how many rows changed in it.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.adapters.dvc import store as dvc_store
from mlspec.diagnostics import Problems
from mlspec.runtime.clean.casting import is_number
from mlspec.runtime.tables import columns_of, connect, ident, literal, literals, parquet

BINS, TOP = 12, 8
MOST = 200
"""Columns whose distributions are compared."""


@dataclass(frozen=True, slots=True)
class ColumnDiff:
    """`changed`: rows of both snapshots with another value (None without a key). `distance`: the population stability index.

    `labels`, `before`, `after`: bins with the share of rows in each; no labels where no values may be told.
    """

    name: str
    changed: int | None
    distance: float | None = None
    labels: tuple[str, ...] = ()
    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class RowDiff:
    """`changed`, `same`: None without a key, by which a row is known again; `came` and `gone` are whole rows then."""

    came: int
    gone: int
    changed: int | None
    same: int | None
    columns: tuple[ColumnDiff, ...]


def row_diff(root: Path, md5: str | None, after: Path, key: Sequence[str], pii: Collection[str], named: Collection[str]) -> RowDiff | None:
    """Compare the rows that DVC keeps as `md5` with those in `after`; None where the first are nowhere, or there were none.

    `named`: columns of text whose frequent values may be told. The same rows give the same answer in any order.
    """
    if md5 is None or not after.is_file():
        return None
    with tempfile.TemporaryDirectory(prefix=dvc_store.PREFIX) as folder:
        try:
            before = dvc_store.fetch(root, {"path": "valid.parquet", "md5": md5}, Path(folder) / "valid.parquet")
        except Problems:
            return None
        return compare(before, after, key, pii, named)


def compare(before: Path, after: Path, key: Sequence[str], pii: Collection[str], named: Collection[str]) -> RowDiff:
    """The same of two files."""
    connection = connect()
    kinds = [columns_of(connection, parquet(path)) for path in (before, after)]
    both = [name for name in kinds[1] if kinds[0].get(name) == kinds[1][name]]
    connection.execute(f"CREATE VIEW old AS SELECT * FROM {parquet(before)}")
    connection.execute(f"CREATE VIEW new AS SELECT * FROM {parquet(after)}")
    keyed = bool(key) and all(name in both for name in key)
    counts = _by_key(connection, key, both) if keyed else _whole(connection, both)
    came, gone, changed, same, moved = counts
    columns = tuple(_column(connection, name, kinds[1][name], moved.get(name), pii, named) for name in both[:MOST] if name not in key)
    connection.close()
    return RowDiff(came, gone, changed, same, columns)


Counts = tuple[int, int, int | None, int | None, Mapping[str, int]]


def _by_key(connection: Any, key: Sequence[str], both: Sequence[str]) -> Counts:
    others = [name for name in both if name not in key]
    same = " AND ".join(f"o.{ident(k)} = n.{ident(k)}" for k in key)
    differs = {name: f"o.{ident(name)} IS DISTINCT FROM n.{ident(name)}" for name in others}
    items = [f"count(*) FILTER (WHERE {test})" for test in differs.values()]
    anything = f"count(*) FILTER (WHERE {' OR '.join(differs.values())})" if differs else "0"
    joined = f"SELECT count(*), {', '.join([anything, *items])} FROM old AS o JOIN new AS n ON {same}"
    matched, changed, *each = connection.execute(joined).fetchall()[0]
    rows = [connection.execute(f"SELECT count(*) FROM {side}").fetchall()[0][0] for side in ("old", "new")]
    return rows[1] - matched, rows[0] - matched, changed, matched - changed, dict(zip(others, each, strict=True))


def _whole(connection: Any, both: Sequence[str]) -> Counts:
    """Without a key a row is all that it holds, and comes as often as it comes."""
    if not both:
        return 0, 0, None, None, {}
    items = ", ".join(map(ident, both))
    came, gone = (
        connection.execute(f"SELECT count(*) FROM (SELECT {items} FROM {one} EXCEPT ALL SELECT {items} FROM {other})").fetchall()[0][0]
        for one, other in (("new", "old"), ("old", "new"))
    )
    return came, gone, None, None, {}


def _column(connection: Any, name: str, kind: str, changed: int | None, pii: Collection[str], named: Collection[str]) -> ColumnDiff:
    if name in pii:
        return ColumnDiff(name, changed)
    if is_number(kind):
        labels, tests = _number_bins(connection, name)
    else:
        labels, tests = _values(connection, name, kind)
    if not tests:
        return ColumnDiff(name, changed)
    before, after = (_shares(connection, side, name, tests) for side in ("old", "new"))
    distance = _distance(before, after)
    tell = is_number(kind) or name in named
    return ColumnDiff(name, changed, distance, (*labels, "missing") if tell else (), before if tell else (), after if tell else ())


def _number_bins(connection: Any, name: str) -> tuple[tuple[str, ...], list[str]]:
    """Bins of equal width between the 1 % and 99 % quantiles of both together; the outer ones are open."""
    value = f"CAST({ident(name)} AS DOUBLE)"
    known = f"(SELECT {value} AS v FROM old UNION ALL SELECT {value} AS v FROM new)"
    ends = connection.execute(f"SELECT quantile_disc(v, [0.01, 0.99]) FROM {known} WHERE isfinite(v)").fetchall()[0][0]
    if not ends:
        return (), []
    low, high = float(ends[0]), float(ends[1])
    edges = [low + (high - low) * i / BINS for i in range(1, BINS)] if high > low else [low]
    tests = [f"{value} <= {literal(edges[0])}"]
    tests += [f"{value} > {literal(a)} AND {value} <= {literal(b)}" for a, b in itertools.pairwise(edges)]
    labels = [f"{edge:.4g}" for edge in edges]
    return (*(f"to {label}" for label in labels), f"over {labels[-1]}"), [*tests, f"{value} > {literal(edges[-1])}"]


def _values(connection: Any, name: str, kind: str) -> tuple[tuple[str, ...], list[str]]:
    """The most frequent values of both together, and all others; of what has no few values (times) nothing is compared."""
    if kind not in ("VARCHAR", "BOOLEAN"):
        return (), []
    text = f"CAST({ident(name)} AS VARCHAR)"
    known = f"(SELECT {text} AS v FROM old UNION ALL SELECT {text} AS v FROM new)"
    rows = connection.execute(f"SELECT v FROM {known} WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT {TOP}").fetchall()
    values = [value for (value,) in rows]
    if not values:
        return (), []
    return (*values, "others"), [*(f"{text} = {literal(v)}" for v in values), f"{text} NOT IN ({literals(values)})"]


def _shares(connection: Any, side: str, name: str, tests: Sequence[str]) -> tuple[float, ...]:
    items = [f"count(*) FILTER (WHERE {test})" for test in (*tests, f"{ident(name)} IS NULL")]
    total, *counts = connection.execute(f"SELECT count(*), {', '.join(items)} FROM {side}").fetchall()[0]
    return tuple(count / total if total else 0.0 for count in counts)


def _distance(before: Sequence[float], after: Sequence[float]) -> float:
    import numpy as np

    from mlspec.runtime.validate.drift import psi

    return psi(np.array(before), np.array(after))


def largest(diff: RowDiff, least: float, most: int) -> Iterator[ColumnDiff]:
    """The columns whose distributions moved most, by at least `least`, that may be drawn."""
    drawn = [c for c in diff.columns if c.distance is not None and c.distance >= least and c.labels]
    yield from sorted(drawn, key=lambda c: (-(c.distance or 0), c.name))[:most]
