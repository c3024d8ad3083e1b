"""Parquet: types as they stand in the file; what no later stage knows becomes the nearest type that loses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, problem
from mlspec.runtime import tables
from mlspec.runtime.ingest.declared import as_declared
from mlspec.runtime.ingest.doubts import cut_off
from mlspec.runtime.ingest.names import check_reserved
from mlspec.runtime.ingest.pandas_index import UNNAMED_LEVEL, left_out, look_alikes
from mlspec.runtime.ingest.texts import Reading, tell, typed
from mlspec.runtime.tables import ident

_EXACT_DIGITS = 15
"""A decimal of so many digits is told from all others as a double."""
_COARSE, _FINE = (
    ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP_MS", "TIMESTAMP_S"),
    ("TIMESTAMP_NS", "TIMESTAMPTZ_NS", "TIMESTAMP_NS WITH TIME ZONE"),
)
_WIDE = ("UBIGINT", "HUGEINT", "UHUGEINT")


def parquet_reading(connection: Any, path: Path, params: Mapping[str, Any], shown: str) -> Reading:
    """Return how a Parquet file is read. Unnamed levels of a pandas index are left out. Raises MLS0612, MLS0615."""
    relation = tables.parquet(path)
    columns, index = parquet_columns(connection, path, shown), _index(path, shown)
    told = [*([left_out(shown, index)] if index else []), *look_alikes(shown, columns, params)]
    query, notes = typed_query(connection, relation, columns, params)
    return Reading(query, (*told, *notes))


def parquet_columns(connection: Any, path: Path, shown: str) -> dict[str, str]:
    """The columns of a file by DuckDB's type, without the unnamed levels of a pandas index. Raises MLS0611, MLS0612 and MLS0615."""
    index = _index(path, shown)
    columns = {n: kind for n, kind in tables.columns_of(connection, tables.parquet(path)).items() if n not in index}
    if not columns:
        raise problem("MLS0611", f"`{shown}` has no columns", help="an empty source trains nothing: look at where it comes from")
    return columns


def typed_query(connection: Any, relation: str, columns: Mapping[str, str], params: Mapping[str, Any]) -> tuple[str, list[Diagnostic]]:
    """Return the SELECT of columns that have types, and notes: numbers too long for a number are judged as the text of their digits."""
    wide = [n for n, kind in columns.items() if kind in _WIDE or _digits(kind) > _EXACT_DIGITS]
    as_text = ", ".join(f"CAST({ident(n)} AS VARCHAR) AS {ident(n)}" for n in wide)
    texts = f"(SELECT * REPLACE ({as_text}) FROM {relation})" if wide else relation
    types = tell(connection, texts, [n for n in wide if n not in params.get("text", ())], params)
    typed_there = {n: kind for n, kind in columns.items() if n not in wide}
    changes, lost = as_declared(connection, texts, typed_there, params.get("types", {}))
    plain, told = _plain(connection, texts, typed_there, params.get("text", ()))
    items = [f"{sql} AS {ident(n)}" if (sql := changes.get(n) or plain.get(n)) else typed(n, types.kinds.get(n)) for n in columns]
    return f"SELECT {', '.join(items)} FROM {texts}", [*types.notes, *lost, *told]


def _plain(connection: Any, relation: str, columns: Mapping[str, str], text: Collection[str]) -> tuple[dict[str, str], list[Diagnostic]]:
    """The SQL of the columns whose kind no later stage knows, by name: all times are plain UTC in microseconds, and bytes that are text
    (as old writers left it unmarked) are text. Notes tell of times that are finer.
    """
    whole = {n: f"CAST(make_timestamp_ns(epoch_ns({ident(n)})) AS VARCHAR)" for n, kind in columns.items() if kind in _FINE and n in text}
    fine = {n: f"epoch_ns({ident(n)})" for n, kind in columns.items() if kind in _FINE and n not in text}
    blobs = [n for n, kind in columns.items() if kind == "BLOB"]
    asked = [f"count_if({ns} % 1000 <> 0)" for ns in fine.values()]
    asked += [f"count_if({ident(n)} IS NOT NULL AND TRY(decode({ident(n)})) IS NULL)" for n in blobs]
    counts = list(connection.execute(f"SELECT {', '.join(asked)} FROM {relation}").fetchone()) if asked else []
    no_text = dict(zip(blobs, counts[len(fine) :], strict=True))
    found = whole | {n: f"CAST({ident(n)} AS TIMESTAMP)" for n, kind in columns.items() if kind in _COARSE}
    found |= {n: f"make_timestamp(({ns} - (({ns} % 1000) + 1000) % 1000) // 1000)" for n, ns in fine.items()}  # as text: never up
    found |= {n: f"decode({ident(n)})" for n in blobs if not no_text[n]}
    return found, [cut_off(n, count) for n, count in zip(fine, counts, strict=False) if count]


def _digits(kind: str) -> int:
    """How many digits a DECIMAL has; 0 for other types."""
    found = re.fullmatch(r"DECIMAL\(([0-9]+),[0-9]+\)", kind)
    return int(found[1]) if found else 0


def _index(path: Path, shown: str) -> list[str]:
    """The unnamed levels of a pandas index, by the metadata of the file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise problem("MLS0612", f"`{shown}` can't be read as parquet: {error}", help="fetch the file again, or write it anew") from error
    check_reserved(schema.names, shown)
    folded: dict[str, str] = {}
    for name in schema.names:
        if name.casefold() in folded:  # DuckDB would call the second one `name_1`
            message = f"`{shown}`: two columns are called `{name}`"
            raise problem("MLS0615", message, help="names are compared without case: give each column a name of its own")
        folded[name.casefold()] = name
    told = json.loads((schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    return [n for n in schema.names if n in told and UNNAMED_LEVEL.fullmatch(n)]
