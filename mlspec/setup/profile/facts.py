"""Facts of rows, by DuckDB from a Parquet file: all columns in one read, then each column of numbers once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.runtime import tables
from mlspec.runtime.clean.casting import declared_type, is_number, missing_count
from mlspec.runtime.tables import ident

if TYPE_CHECKING:
    from mlspec.runtime.validate.sorted_numbers import Array

BINS, TOP, SAMPLE = 20, 10, 5
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
EXACT = 1_000_000
"""Rows beyond which distinct values are counted by HyperLogLog."""
WHISKER = 1.5
"""Tukey's fences (1977): values beyond the quartiles by so many of their distances."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """`quantiles` at QUANTILES; `outliers`: values outside of `fences`; a histogram of BINS equal bins over the values' range."""

    low: float
    high: float
    distinct: int
    mean: float
    std: float
    quantiles: tuple[float, ...]
    zeros: int
    negative: int
    fences: tuple[float, float]
    outliers: int
    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """`kind`: the declared type that it is nearest to, else DuckDB's. `distinct`: of text and times, beyond EXACT rows to a few percent.

    Of personal data (`pii`) nothing but type and missing values is known. `ends`: first and last time; `values`: the most frequent ones.
    """

    name: str
    kind: str
    missing: int
    pii: bool = False
    distinct: int | None = None
    numbers: Numbers | None = None
    ends: tuple[str, str] | None = None
    values: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """`sample`: the first and last rows as text, None for a missing value. `repeated`: rows equal to an earlier one in every column."""

    rows: int
    columns: tuple[ColumnFacts, ...]
    repeated: int
    sample: tuple[tuple[str | None, ...], ...]
    together: tuple[tuple[str, str, float], ...] = field(default=())


def take(path: Path, pii: frozenset[str]) -> Facts:
    """The facts of a Parquet file. `pii`: columns that hold personal data, in whatever case a file spells them."""
    from mlspec.setup.profile.together import rank_correlations

    connection, relation = tables.connect(), tables.parquet(path)
    kinds = tables.columns_of(connection, relation)
    folded = {name.casefold() for name in pii}
    pii = frozenset(name for name in kinds if name.casefold() in folded)
    rows = int(connection.execute(f"SELECT count(*) FROM {relation}").fetchone()[0])
    counts = _counts(connection, relation, kinds, pii, "approx_count_distinct({})" if rows > EXACT else "count(DISTINCT {})")
    numbers = [n for n, kind in kinds.items() if is_number(kind) and n not in pii]
    columns = tuple(_column(connection, relation, i, name, kinds, counts, pii) for i, name in enumerate(kinds))
    sample = _sample(connection, path, rows, kinds, pii)
    return Facts(rows, columns, _repeated(connection, relation, kinds, rows), sample, rank_correlations(connection, path, numbers, rows))


def _counts(connection: Any, relation: str, kinds: Mapping[str, str], pii: frozenset[str], distinct: str) -> dict[str, Any]:
    items = {"rows": "count(*)"}
    for i, (name, kind) in enumerate(kinds.items()):
        items[f"missing{i}"] = missing_count(ident(name), kind)
        if name not in pii and declared_type(kind) is not None and not is_number(kind):
            items[f"distinct{i}"] = distinct.format(ident(name))
        if name not in pii and _is_time(kind):
            items |= {f"first{i}": f"CAST(min({ident(name)}) AS VARCHAR)", f"last{i}": f"CAST(max({ident(name)}) AS VARCHAR)"}
    return dict(zip(items, tables.aggregate(connection, relation, list(items.values())), strict=True))


def _histogram(values: Any, low: float, high: float) -> tuple[Any, Any]:
    """Counts (k,) and edges (k + 1,) of sorted values (n,). One bin where doubles can't part the range: long ids next to each other."""
    import numpy as np

    top = high if high > low else low + 1
    edges = np.linspace(low, top, BINS + 1)
    if np.isfinite(top - low) and (edges[1:] > edges[:-1]).all():
        return np.histogram(values, BINS, (low, top))
    return np.array([len(values)]), np.array([low, max(top, np.nextafter(low, np.inf))])


def _is_time(kind: str) -> bool:
    return kind == "DATE" or kind.startswith("TIMESTAMP")


def _column(
    connection: Any, relation: str, i: int, name: str, kinds: Mapping[str, str], counts: Mapping[str, Any], pii: frozenset[str]
) -> ColumnFacts:
    kind, missing = kinds[name], counts[f"missing{i}"]
    told = declared_type(kind) or kind.casefold()
    if name in pii:
        return ColumnFacts(name, told, missing, pii=True)
    known = counts["rows"] - missing
    distinct = min(counts[f"distinct{i}"], known) if f"distinct{i}" in counts else None
    ends = (counts[f"first{i}"], counts[f"last{i}"]) if _is_time(kind) and known else None
    if is_number(kind):
        numbers = _numbers(connection, relation, name, kind, known)
        return ColumnFacts(name, told, missing, distinct=numbers.distinct if numbers else None, numbers=numbers)
    values = _values(connection, relation, name) if told in ("string", "boolean") else ()
    return ColumnFacts(name, told, missing, distinct=distinct, ends=ends, values=values)


def _numbers(connection: Any, relation: str, name: str, kind: str, known: int) -> Numbers | None:
    import numpy as np

    from mlspec.runtime.validate.sorted_numbers import mean, quantiles, sorted_numbers, spread

    values: Array = sorted_numbers(connection, relation, name, kind, known)
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    found = quantiles(values, QUANTILES)
    reach = WHISKER * (found[3] - found[1])
    fences = found[1] - reach, found[3] + reach
    inside = int(np.searchsorted(values, fences[1], "right") - np.searchsorted(values, fences[0], "left"))
    low, high = float(values[0]), float(values[-1])
    counts, edges = _histogram(values, low, high)
    zeros = int(np.searchsorted(values, 0, "right") - np.searchsorted(values, 0, "left"))
    return Numbers(
        low,
        high,
        int(np.count_nonzero(values[1:] != values[:-1])) + 1,
        mean(values),
        spread(values),
        tuple(found),
        zeros,
        int(np.searchsorted(values, 0, "left")),
        fences,
        len(values) - inside,
        tuple(edges.tolist()),
        tuple(counts.tolist()),
    )


def _values(connection: Any, relation: str, name: str) -> tuple[tuple[str, int], ...]:
    text = f"CAST({ident(name)} AS VARCHAR)"
    query = f"SELECT {text} AS v, count(*) AS n FROM {relation} WHERE {ident(name)} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT {TOP}"
    return tuple((str(value), int(n)) for value, n in connection.execute(query).fetchall())


def _repeated(connection: Any, relation: str, kinds: Mapping[str, str], rows: int) -> int:
    from mlspec.runtime.validate.sorted_numbers import has_equal_rows

    row = f"row({', '.join(map(ident, kinds))})"
    if not has_equal_rows(connection, relation, row, rows):
        return 0
    (count,) = connection.execute(f"SELECT count(*) - count(DISTINCT {row}) FROM {relation}").fetchone()
    return int(count)


def _sample(connection: Any, path: Path, rows: int, kinds: Mapping[str, str], pii: frozenset[str]) -> tuple[tuple[str | None, ...], ...]:
    """The first and the last rows, personal data left out of them before they are read."""
    items = ["NULL" if name in pii else f"CAST({ident(name)} AS VARCHAR)" for name in kinds]
    ends = f"{tables.ROW} <= {SAMPLE} OR {tables.ROW} > {rows - SAMPLE}"
    query = f"SELECT {', '.join(items)} FROM {tables.numbered(path)} WHERE {ends} ORDER BY {tables.ROW}"
    found: Sequence[tuple[str | None, ...]] = connection.execute(query).fetchall()
    return tuple(found)
