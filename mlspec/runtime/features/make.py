"""The rows of a set out of what it is given: by one SELECT, or by a function of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.runtime import sql_guard, tables
from mlspec.runtime.context import Context
from mlspec.runtime.features.sql_file import place, text_of
from mlspec.runtime.tables import ident


def make(context: Context, files: Mapping[str, Path], target: Path) -> None:
    """Write the rows of the set, as they come, to `target`. Raises MLS0601, MLS0602, MLS0605, MLS0623, MLS0624, MLS0626."""
    if "python" in context.params:
        _by_python(context, files, target)
    else:
        _by_sql(context, files, target)


def _by_python(context: Context, files: Mapping[str, Path], target: Path) -> None:
    from mlspec.runtime.ingest.names import check_reserved
    from mlspec.runtime.ingest.python_source import as_arrow
    from mlspec.runtime.user_code import call_declared

    section = context.params["python"]
    given = section | {"inputs": {**section.get("inputs", {}), **{alias: str(path) for alias, path in files.items()}}}
    table = as_arrow(call_declared(context.root, given), section["callable"])
    check_reserved(table.column_names, section["callable"])
    names = [n.casefold() for n in table.column_names]
    if len(set(names)) < len(names):
        raise problem("MLS0615", f"`{section['callable']}` returned two columns of the same name", help="names are compared without case")
    tables.write_arrow(table, target)


def _by_sql(context: Context, files: Mapping[str, Path], target: Path) -> None:
    import duckdb

    path = context.inside(context.params["sql"])
    shown = path.relative_to(context.root.resolve()).as_posix()
    text = text_of(path.read_bytes() if path.is_file() else None, shown)
    with closing(tables.guarded()) as connection:
        if sql_guard.hangs_on_order(connection, text):
            connection.execute("SET threads = 1")  # sums depend, in their last bits, on the order in which threads come
        tables.lock(connection, files.values())
        for alias, file in files.items():
            connection.execute(f"CREATE VIEW {ident(alias)} AS SELECT * FROM {tables.parquet(file)}")
        try:
            query = sql_guard.check_query_on(connection, text, shown, list(files))
            tables.write_arrow(tables.stream(connection, f"SELECT * FROM {query}"), target)
        except Problems as wrong:
            raise Problems([_placed(d, shown, text) for d in wrong.diagnostics]) from wrong
        except duckdb.Error as error:
            raise Problems([_placed(d, shown, text, str(error)) for d in tables.failure(shown, error).diagnostics]) from error


def _placed(found: Diagnostic, path: str, text: str, error: Any = None) -> Diagnostic:
    return Diagnostic(found.code, found.message, place(path, text, error or found.message), found.help)
