"""Rows around a label set's labels, for questions to a model: those without one, those with one, and what an annotator is shown.

`question`: paths of `rows` (the model's), `source`, `labels` and `conflicts`; the names of `key` and `label`; `where` and `group` of the
model's split, or None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlspec.runtime import tables
from mlspec.runtime.sql_guard import check_expression
from mlspec.runtime.tables import ident


def _opened(question: Mapping[str, Any]) -> tuple[Any, str]:
    """A connection that reaches the files of the question alone, and the relation of the rows that the model would see."""
    connection = tables.guarded()
    tables.lock(connection, [Path(question[name]) for name in ("rows", "labels", "conflicts")])
    connection.execute(f"CREATE VIEW data AS SELECT * FROM {tables.numbered(Path(question['rows']))}")
    where = question["where"]
    return connection, f"(SELECT * FROM data WHERE {check_expression(connection, where, 'where')})" if where else "data"


def unlabelled(question: Mapping[str, Any], target: Path) -> list[str]:
    """Write the rows whose key has no label and no annotations that differ; return their keys as text, in the file's order."""
    key, label = ident(question["key"]), ident(question["label"])
    connection, rows = _opened(question)
    text = f"CAST(r.{key} AS VARCHAR)"
    known = f"SELECT CAST({key} AS VARCHAR) FROM {tables.parquet(Path(question['labels']))} WHERE {label} IS NOT NULL"
    names = dict.fromkeys((question["key"], question["label"], "how", "votes"), "VARCHAR")
    form = f"header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns = {_struct(names)}"
    differ = f"SELECT {key} FROM read_csv({tables.literal(question['conflicts'])}, {form})"
    query = f"FROM {rows} AS r WHERE r.{key} IS NOT NULL AND {text} NOT IN ({known}) AND {text} NOT IN ({differ}) ORDER BY r.{tables.ROW}"
    _write(connection, f"SELECT r.* EXCLUDE ({tables.ROW}) {query}", target)
    return _columns(target, [f"CAST({key} AS VARCHAR)"])[0]


def labelled(question: Mapping[str, Any], target: Path, classes: Sequence[Any]) -> tuple[list[str], list[int], list[Any] | None]:
    """Write the rows that have a label that the model knows, with it; return their keys, labels by number, and groups."""
    key, label, group = ident(question["key"]), ident(question["label"]), question["group"]
    connection, rows = _opened(question)
    labels = tables.parquet(Path(question["labels"]))
    query = (
        f"FROM {rows} AS r JOIN {labels} AS l ON r.{key} = l.{key} WHERE l.{label} IN ({tables.literals(classes)}) ORDER BY r.{tables.ROW}"
    )
    _write(connection, f"SELECT r.* EXCLUDE ({tables.ROW}), l.{label} {query}", target)
    keys, values, groups = _columns(target, [f"CAST({key} AS VARCHAR)", label, ident(group) if group else "NULL"])
    number = {value: i for i, value in enumerate(classes)}
    return keys, [number[value] for value in values], groups if group else None


def _struct(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{tables.literal(name)}: {tables.literal(value)}" for name, value in values.items()) + "}"


def _write(connection: Any, query: str, target: Path) -> None:
    import duckdb

    try:
        tables.write_arrow(tables.stream(connection, query), target)
    except duckdb.Error as error:
        raise tables.failure("where", error) from error


def _columns(path: Path, items: Sequence[str]) -> list[list[Any]]:
    """What expressions (SQL) give for each row of a file of ours, in its order."""
    found = tables.connect().execute(f"SELECT {', '.join(items)} FROM {tables.numbered(path)} ORDER BY {tables.ROW}").fetchall()
    return [[row[i] for row in found] for i in range(len(items))]


def shown(question: Mapping[str, Any], keys: Sequence[str]) -> list[dict[str, Any]]:
    """What an annotator is shown of each key: the source's columns of `columns` (None: all), but no personal ones; the key itself."""
    connection, relation = tables.connect(), tables.parquet(Path(question["source"]))
    key, wanted, personal = question["key"], question["columns"], {name.casefold() for name in question["pii"]}
    there = [c for c in tables.columns_of(connection, relation) if c != key and c.casefold() not in personal]
    names = [key, *(c for c in there if wanted is None or c in wanted)]
    text = f"CAST({ident(key)} AS VARCHAR)"
    query = f"SELECT {text}, {', '.join(map(ident, names))} FROM {relation} WHERE {text} IN ({tables.literals(keys) or 'NULL'})"
    found = {row[0]: dict(zip(names, map(_plain, row[1:]), strict=True)) for row in connection.execute(query).fetchall()}
    return [found.get(k, {key: k}) for k in keys]


def _plain(value: Any) -> Any:
    """As JSON has it; a number that JSON has not is missing."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
