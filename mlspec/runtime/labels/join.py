"""Settled labels and the rows of the source: keys that the source lacks, and labels.parquet in the key's own type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, did_you_mean, problem
from mlspec.diagnostics.words import counted
from mlspec.runtime import tables
from mlspec.runtime.context import Context
from mlspec.runtime.labels.found import Found, Label, Place, keys_shown
from mlspec.runtime.tables import ident

_KEYS = ("BIGINT", "VARCHAR", "DATE")
_TYPES = {"string": "string", "integer": "int64", "number": "float64", "boolean": "bool_"}


@dataclass(frozen=True, slots=True)
class Joined:
    """The labels of rows that are there, sorted by key. `rows`: of the source; `lacking`: keys that it has not."""

    table: Any
    rows: int
    lacking: tuple[str, ...]
    notes: tuple[Diagnostic, ...]

    def write(self, target: Path) -> int:
        """Write labels.parquet; return its rows."""
        return tables.write_arrow(self.table, target)


def join(context: Context, labels: Mapping[str, Label], found: Found) -> Joined:
    """Find the rows of the settled labels. Raises MLS0692 where none is there, MLS0693 for keys that name no row or several."""
    import pyarrow as pa

    key, name = context.params["key"], context.params["label"]
    source = context.need(context.params["input"])
    connection = tables.connect()
    columns = tables.columns_of(connection, tables.parquet(source))
    _check(columns, key, name)
    values = pa.array(labels.values(), getattr(pa, _TYPES[context.params["type"]])())
    connection.register("settled", pa.table({"k": pa.array(labels.keys(), pa.string()), "l": values}))
    rows = f"(SELECT {ident(key)} AS s, CAST({ident(key)} AS VARCHAR) AS t FROM {tables.parquet(source)})"
    _check_unique(connection, rows, context.params)
    query = f"SELECT r.s AS {ident(key)}, l AS {ident(name)} FROM settled JOIN {rows} AS r ON r.t = k ORDER BY r.s"
    table = tables.stream(connection, query).read_all()
    missing = connection.execute(f"SELECT k FROM settled WHERE k NOT IN (SELECT t FROM {rows} WHERE t IS NOT NULL) ORDER BY k").fetchall()
    lacking = tuple(k for (k,) in missing)
    count = int(connection.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0])
    if labels and not table.num_rows:
        message = f"no labelled `{key}` is a row of the source: {keys_shown(lacking, context.params)}"
        raise problem("MLS0692", message, help="is `key` the column that the tasks were made from?")
    return Joined(table, count, lacking, tuple(_lacking(lacking, context.params, found)))


def _check(columns: Mapping[str, str], key: str, name: str) -> None:
    if key not in columns:
        raise problem("MLS0693", f"the source has no column `{key}`, which is the key of the labels", help=did_you_mean(key, columns))
    if columns[key] not in _KEYS:
        message = f"the key `{key}` is {columns[key].casefold()}, and keys are text, whole numbers or dates"
        raise problem("MLS0693", message, help="declare the column so in the source")
    if name.casefold() in (c.casefold() for c in columns):
        raise problem("MLS0693", f"the source has a column `{name}` already, and the label has that name", help="rename one of the two")


def _check_unique(connection: Any, rows: str, params: Mapping[str, Any]) -> None:
    twice = f"SELECT t FROM {rows} AS r JOIN settled ON r.t = k GROUP BY t HAVING count(*) > 1 ORDER BY t LIMIT 6"
    found = [t for (t,) in connection.execute(twice).fetchall()]
    if found:
        message = f"`{params['key']}` names several rows of the source: {keys_shown(found, params)}"
        raise problem("MLS0693", message, help="a label is of one row: take a key that is unique, or drop duplicates in the source")


def _lacking(lacking: tuple[str, ...], params: Mapping[str, Any], found: Found) -> list[Diagnostic]:
    """One warning for annotations, and one for each file of settled labels."""
    if not lacking:
        return []
    notes = []
    gone = set(lacking)
    given: dict[str, dict[str, Place]] = {"an annotation": {v[0].key: v[0].place for v in found.by_key.values()}}
    given |= {"gold": {k: p for k, (_, p) in found.gold.items()}, "adjudicated": {k: p for k, (_, p) in found.adjudicated.items()}}
    for what, places in given.items():
        keys = sorted(gone & places.keys())
        if keys:
            message = (
                f"the source has no row for {counted(len(keys), 'labelled key')} ({what}): `{params['key']}` {keys_shown(keys, params)}"
            )
            advice = "they are left out: were the rows put aside, or deleted?"
            notes.append(Diagnostic("MLS0692", message, places[keys[0]].span, advice, severity="warning"))
    return notes
