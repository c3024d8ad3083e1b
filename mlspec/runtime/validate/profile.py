"""The snapshot of accepted rows: profile.json, `{"version", "first", "last"}`, each `{"rows", "columns": {name: …}}`.

A column has type, missing, missingShare; numbers also min, max, std, quantiles (at QUANTILES) and bins: `edges` (inner deciles, and
`points`: values of so many rows that each has a bin of its own) with their `shares` of the known values; times min and max. Values
themselves (`values`: shares of the most frequent ones) are kept only for columns that a drift rule names, and nothing but counts of
personal data: the file stands in Git.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.clean.casting import is_number, missing_count
from mlspec.runtime.tables import aggregate, columns_of, ident
from mlspec.runtime.validate.sorted_numbers import Array, counts_up_to, quantiles, sorted_numbers, spread

QUANTILES = tuple(i / 20 for i in range(21))
TOP_VALUES = 50
Profile = dict[str, Any]


def read_profile(path: Path) -> Profile:
    """Return the last accepted profile, or {} when there is none yet."""
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{path.name} can't be read: {error}"
        raise problem("MLS0603", message, help="a merge conflict? take either side, or delete the file to start anew") from error
    return found if isinstance(found, dict) else {}


def take(
    connection: Any, relation: str, *, pii: frozenset[str] = frozenset(), named: Iterable[str] = (), edges: Mapping[str, Any] | None = None
) -> Profile:
    """Return the snapshot of a relation. `named`: columns whose frequent values are kept; `edges`: an older snapshot's bins to count in."""
    columns = columns_of(connection, relation)
    numbers = [c for c in columns if is_number(columns[c]) and c not in pii]
    times = [c for c in columns if columns[c] in ("DATE", "TIMESTAMP") and c not in pii]
    wanted = _summary({c: kind for c, kind in columns.items() if c not in numbers}, times)
    row = dict(zip(wanted, aggregate(connection, relation, list(wanted.values())), strict=True))
    rows = row["rows"]
    found: dict[str, Any] = {}
    for name, kind in columns.items():
        if name in numbers:
            values = sorted_numbers(connection, relation, name, kind, rows)
            found[name] = _column(kind, rows - len(values), rows) | _of_numbers(values, (edges or {}).get(name, {}))
        else:
            ends = {"min": row[f"min {name}"], "max": row[f"max {name}"]} if name in times else {}
            found[name] = _column(kind, row[f"missing {name}"], rows) | ends
    for name in named:
        if name in found and name not in numbers and name not in pii:
            found[name]["values"] = _values(connection, relation, name)
    return {"rows": rows, "columns": found}


def _summary(columns: Mapping[str, str], times: Sequence[str]) -> dict[str, str]:
    """{name of a figure: its aggregate}."""
    items = {"rows": "count(*)"}
    for name, kind in columns.items():
        column = ident(name)
        items[f"missing {name}"] = missing_count(column, kind)
        if name in times:
            items |= {f"min {name}": f"CAST(min({column}) AS VARCHAR)", f"max {name}": f"CAST(max({column}) AS VARCHAR)"}
    return items


def _column(kind: str, count: int, rows: int) -> dict[str, Any]:
    return {"type": kind, "missing": count, "missingShare": rounded(count / rows) if rows else 0.0}


def _of_numbers(values: Array, older: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of sorted numbers (n,). `older`: a snapshot whose bins they are counted in, in place of their own.

    Where many rows have one value (zeros, a cap), quantiles next to each other are equal. What lies below the smallest value of the
    reference would else fall into one bin with it, and never be seen.
    """
    exact = quantiles(values, QUANTILES)
    told = [rounded(q) for q in exact]
    ends = {"min": told[0], "max": told[-1]} if told else {}
    points = sorted({a for a, b in itertools.pairwise(exact) if a == b})
    own = {"edges": sorted({*exact[2:-1:2], *points}), "points": points}
    bins = {"edges": list(older["edges"]), "points": list(older.get("points", ()))} if "edges" in older else own
    upto = [0, *counts_up_to(values, bins["edges"], bins["points"]), len(values)]
    shares = [rounded((b - a) / len(values)) if len(values) else 0.0 for a, b in itertools.pairwise(upto)]
    return {"quantiles": told, "std": rounded(spread(values)), **ends, **bins, "shares": shares}


def _values(connection: Any, relation: str, name: str) -> dict[str, float]:
    text = f"CAST({ident(name)} AS VARCHAR)"  # of text, dates and booleans: numbers have bins
    total = f"(SELECT count({ident(name)}) FROM {relation})"
    known = f"FROM {relation} WHERE {ident(name)} IS NOT NULL"
    query = f"SELECT {text} AS v, count(*) / {total} {known} GROUP BY v ORDER BY count(*) DESC, v LIMIT {TOP_VALUES}"
    return {value: rounded(share) for value, share in connection.execute(query).fetchall()}


def rounded(value: float) -> float:
    """To 9 significant digits: sums made in parallel differ in the last ones."""
    return float(f"{value:.9g}")
