"""Looks at a data file: its columns, their types, and the task that the target calls for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.diagnostics import did_you_mean, problem
from mlspec.scaffold.files import DataFile
from mlspec.spec.data_source import FORMATS

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

_TYPES = {"BOOLEAN": "boolean", "DATE": "date", "DOUBLE": "number", "FLOAT": "number", "DECIMAL": "number", "VARCHAR": "string"}
_READERS = {"csv": "read_csv", "parquet": "read_parquet", "json": "read_json", "jsonl": "read_json"}
MANY_CLASSES = 20


def inspect(root: Path, path: str, target: str, task: str | None) -> DataFile:
    """Return what the file at `path` (relative to `root`) holds. Raises `Problems` when it can't serve."""
    import duckdb

    suffix = Path(path).suffix.casefold()
    if not (root / path).is_file():
        raise problem("MLS0601", f"there is no file `{path}`", help="give a path inside the project's folder")
    if suffix not in FORMATS:
        raise problem("MLS0103", f"`{path}` is no csv, parquet, json or jsonl file", help=did_you_mean(suffix, FORMATS))
    try:
        rows = duckdb.connect().sql(f"select * from {_READERS[FORMATS[suffix]]}($1)", params=[str(root / path)])  # noqa: S608 - a constant name
        columns = tuple((name, _kind(str(kind))) for name, kind in zip(rows.columns, rows.types, strict=True))
        if target not in rows.columns:
            help_text = did_you_mean(target, rows.columns)
            raise problem("MLS0410", f"`{path}` has no column `{target}`", help=help_text)
        distinct = _distinct(rows, target)
        key = _key(rows, [n for n, kind in columns if kind == "string" and n != target])
        twins = _twins(rows, [n for n, kind in columns if kind not in ("timestamp", "date")])
    except duckdb.Error as error:
        raise problem("MLS0601", f"`{path}` can't be read: {str(error).splitlines()[0]}") from error
    return DataFile(path, target, task or guess_task(dict(columns)[target], distinct), columns, twins, key)


def _distinct(rows: DuckDBPyRelation, target: str) -> int:
    return _count(rows, f"count(distinct {_quoted(target)})")


def _key(rows: DuckDBPyRelation, columns: list[str]) -> tuple[str, ...]:
    """The first text column that has a value, and another one, in every row."""
    total = _count(rows, "count(*)")
    return next(((c,) for c in columns if total > 1 and _distinct(rows, c) == total), ())


def _twins(rows: DuckDBPyRelation, columns: list[str]) -> int:
    different = f"count(distinct row({', '.join(map(_quoted, columns))}))"
    return _count(rows, "count(*)") - _count(rows, different)


def _count(rows: DuckDBPyRelation, expression: str) -> int:
    return int(rows.aggregate(expression).fetchall()[0][0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _kind(name: str) -> str:
    if "INT" in name:
        return "integer"
    return "timestamp" if name.startswith("TIMESTAMP") else _TYPES.get(name.split("(", maxsplit=1)[0], "string")


def guess_task(kind: str, distinct: int) -> str:
    """Numbers with many values call for regression, two values for binary, the rest for multiclass."""
    if kind in ("number", "integer") and distinct > MANY_CLASSES:
        return "regression"
    return "binary" if distinct <= 2 else "multiclass"
