"""Any table of typed values, some missing, comes back from a file by value, whatever the format; only types that are text are declared."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlspec.runtime import tables
from mlspec.runtime.ingest.reading import reading

QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
READ = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True}
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**63), 2**63 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "date": st.dates(),
    "timestamp": st.datetimes(),
    "boolean": st.booleans(),
    "string": TEXT | st.sampled_from(["007", "1.10", "NA", "-", "1e5", "+5", " 5", "0x1F", "2024-01-31", "12345678901234567890", "null"]),
}


@st.composite
def a_table(draw: st.DrawFn) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Types by column, and rows; a column without any value says nothing of its type, so each has one."""
    types = {f"c{i}": kind for i, kind in enumerate(draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=2, max_size=5)))}
    count = draw(st.integers(1, 12))
    columns = {}
    for name, kind in types.items():
        values = draw(st.lists(st.none() | VALUES[kind], min_size=count, max_size=count))
        values[draw(st.integers(0, count - 1))] = draw(VALUES[kind])
        columns[name] = values
    return types, [{name: columns[name][i] for name in types} for i in range(count)]


def back(path: Path, form: str, types: dict[str, str], declared: dict[str, str]) -> list[tuple[Any, ...]]:
    text = [n for n, kind in types.items() if kind == "string" or (kind == "boolean" and form == "csv")]
    connection = tables.connect()
    with reading(connection, path, {"format": form, "read": READ, "text": text, "types": declared}, path.name) as found:
        assert found.notes == ()
        return list(connection.execute(found.query).fetchall())


def write_csv(path: Path, types: dict[str, str], rows: list[dict[str, Any]], end: str) -> None:
    """Quoted as RFC 4180 asks for: `csv.writer` of Python 3.11 and 3.12 leaves a carriage return bare where the line ends with another."""
    lines = [list(types), *(["" if v is None else spelled(v) for v in row.values()] for row in rows)]
    path.write_text("".join(",".join(map(quoted, line)) + end for line in lines), encoding="utf-8", newline="")


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


def spelled(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date) else repr(value) if isinstance(value, float) else str(value)


def write_parquet(path: Path, types: dict[str, str], rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"integer": pa.int64(), "number": pa.float64(), "date": pa.date32(), "boolean": pa.bool_(), "string": pa.string()}
    columns = {n: pa.array([r[n] for r in rows], kinds.get(kind, pa.timestamp("us"))) for n, kind in types.items()}
    pq.write_table(pa.table(columns), path)


def same(found: Any, value: Any) -> bool:
    if isinstance(value, dt.datetime) and isinstance(found, dt.date) and not isinstance(found, dt.datetime):
        return value == dt.datetime.combine(found, dt.time())
    if isinstance(value, float) and found is not None:
        return math.isclose(found, value, rel_tol=0, abs_tol=0)
    return bool(found == value)


@pytest.mark.parametrize("declare", [False, True])
@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet"])
@given(table=a_table(), end=st.sampled_from(["\n", "\r\n"]))
@QUICK
def test_a_table_comes_back_by_value(tmp_path: Path, form: str, declare: bool, table: Any, end: str) -> None:
    types, rows = table
    path = tmp_path / f"d.{form}"
    if form == "csv":
        write_csv(path, types, rows, end)
        rows = [{n: spelled(v) if isinstance(v, bool) else v for n, v in r.items()} for r in rows]
    elif form == "parquet":
        write_parquet(path, types, rows)
    else:
        objects = [{n: v if v is None or isinstance(v, (bool, int, float, str)) else spelled(v) for n, v in r.items()} for r in rows]
        path.write_text(json.dumps(objects) if form == "json" else "".join(json.dumps(o) + "\n" for o in objects))
    declared = {n: kind for n, kind in types.items() if kind in ("integer", "number", "date", "timestamp")} if declare else {}
    found = back(path, form, types, declared)
    assert len(found) == len(rows)
    for got, row in zip(found, rows, strict=True):
        assert all(same(g, v) for g, v in zip(got, row.values(), strict=True)), (got, row)
