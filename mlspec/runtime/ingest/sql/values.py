"""Rows of a database as Arrow: the kinds of its columns, and a batch of rows in them. A value is changed by nothing but its kind."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.ingest.names import check_reserved
from mlspec.runtime.tables import ident

KINDS = ("boolean", "integer", "number", "decimal", "date", "timestamp", "zoned", "text")
"""What a column of a database is. `decimal`: exact numbers, as the text of their digits; `zoned`: times that name their zone, as UTC."""
UNKNOWN = "unknown"
"""A column of which no value says what it is."""
_WIDER = {("integer", "number"): "number", ("integer", "decimal"): "decimal", ("date", "timestamp"): "timestamp"}
_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    decimal.Decimal: "decimal",
    dt.datetime: "timestamp",
    dt.date: "date",
    str: "text",
    uuid.UUID: "text",
    dict: "text",
    dt.time: "text",
    dt.timedelta: "text",
}
_INT64 = 2**63


def check_names(names: Sequence[str]) -> None:
    """Raise MLS0615 for columns without a name of their own, or with one that the stages keep."""
    check_reserved(names, "the query")
    seen: set[str] = set()
    for name in names:
        if not name or name == "?column?":
            raise problem("MLS0615", "a column of the query has no name", help="give it one: `count(*) AS rentals`")
        if name.casefold() in seen:
            raise problem(
                "MLS0615", f"two columns of the query are called `{name}`", help="give each a name of its own: `b.id AS other_id`"
            )
        seen.add(name.casefold())


def refused(name: str, what: str, fix: str) -> Problems:
    """The diagnostic of a column that can't be rows of ours."""
    return problem("MLS0675", f"the column `{name}` of the query holds {what}", help=fix)


def kind_of(name: str, values: Sequence[Any], before: str = UNKNOWN) -> str:
    """The kind that holds all values, and those of batches before. Raises MLS0675 for bytes, lists, and text among other values."""
    found = before
    for kind in sorted({_kind(name, type(v), v) for v in values if v is not None}):
        found = kind if found == UNKNOWN else found if kind == found else _wider(name, found, kind)
    if found == "integer" and any(v is not None and not -_INT64 <= v < _INT64 for v in values):
        return "decimal"
    return found


def _kind(name: str, of: type, value: Any) -> str:
    if of is dt.datetime and value.tzinfo is not None:
        return "zoned"
    if of in (bytes, bytearray, memoryview):
        raise refused(name, "bytes", "leave it out of the query, or encode it: `encode(x, 'hex')`, `hex(x)`")
    if of in (list, tuple, set):
        raise refused(name, "lists", "make it text or single values in the query: `array_to_string(x, ',')`, `to_json(x)`, `unnest(x)`")
    found = _TYPES.get(of)
    if found is None:
        raise refused(name, f"values of the type {of.__name__}", "cast it in the query: `CAST(x AS TEXT)`")
    return found


def _wider(name: str, one: str, other: str) -> str:
    wider = _WIDER.get((one, other)) or _WIDER.get((other, one))
    if wider is None:
        words = f"values of more than one kind ({' and '.join(sorted((one, other)))})"
        raise refused(name, words, "cast it to one in the query: `CAST(x AS TEXT)`")
    return wider


def schema_of(kinds: Mapping[str, str]) -> Any:
    """The Arrow schema of columns of these kinds."""
    import pyarrow as pa

    types = {
        "boolean": pa.bool_(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "zoned": pa.timestamp("us"),
    }
    return pa.schema([(name, types.get(kind, pa.string())) for name, kind in kinds.items()])


def as_batch(rows: Sequence[Sequence[Any]], kinds: Mapping[str, str]) -> Any:
    """An Arrow table of rows whose columns are of these kinds. Raises MLS0675 for a time that no timestamp can hold."""
    import pyarrow as pa

    schema = schema_of(kinds)
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    arrays = []
    for (name, kind), field, values in zip(kinds.items(), schema, columns, strict=True):
        convert = _CONVERT.get(kind)
        try:
            arrays.append(pa.array([None if v is None else convert(v) for v in values] if convert else values, field.type))
        except (pa.ArrowException, OverflowError, ValueError) as error:
            raise refused(name, f"a value that is no {kind}: {error}", "cast it in the query, or leave it out") from error
    return pa.Table.from_arrays(arrays, schema=schema)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value if isinstance(value, str) else str(value)


def _utc(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value


def _time(value: dt.date) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - as the database has it


def _digits(value: Any) -> str:
    return format(value, "f") if isinstance(value, decimal.Decimal) and value.is_finite() else str(value)


_CONVERT: Mapping[str, Callable[[Any], Any]] = {"text": _text, "decimal": _digits, "zoned": _utc, "timestamp": _time, "number": float}


_IN_DUCKDB: Mapping[str, str] = {
    "BOOLEAN": "boolean",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), "integer"),
    **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT"), "decimal"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "number"),
    "DATE": "date",
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "timestamp"),
    "TIMESTAMP WITH TIME ZONE": "zoned",
}


def kind_in_duckdb(name: str, of: str) -> str:
    """The kind of a column by DuckDB's name of its type. Raises MLS0675 for what can't be rows."""
    if of == "BLOB":
        raise refused(name, "bytes", "leave it out of the query, or encode it: `hex(x)`")
    if of.endswith("]") or of.startswith(("STRUCT", "MAP", "UNION")):
        raise refused(name, f"values of the type {of}", "make it text or single values in the query: `to_json(x)`, `unnest(x)`")
    return "decimal" if of.startswith("DECIMAL") else _IN_DUCKDB.get(of, "text")


def from_duckdb(name: str, kind: str) -> str:
    """The item of a SELECT that gives a column of DuckDB's as a kind of ours."""
    column = ident(name)
    types = {"boolean": "BOOLEAN", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "timestamp": "TIMESTAMP"}
    value = f"timezone('UTC', {column})" if kind == "zoned" else f"CAST({column} AS {types.get(kind, 'VARCHAR')})"
    return f"{value} AS {column}"


def as_table(batch: Any, kinds: Mapping[str, str]) -> Any:
    """A batch of Arrow as a table with the schema of `kinds`."""
    import pyarrow as pa

    return pa.Table.from_batches([batch]).cast(schema_of(kinds))
