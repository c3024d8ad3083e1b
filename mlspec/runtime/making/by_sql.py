"""Rows by one SELECT of the user's on tables that are Parquet files: a session that sees these files and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.runtime import sql_guard, tables
from mlspec.runtime.context import Context
from mlspec.runtime.making.sql_file import place, text_of
from mlspec.runtime.tables import ident


@contextmanager
def asked(context: Context, relative: str, files: Mapping[str, Path]) -> Iterator[tuple[Any, str]]:
    """Yield a connection, and the SELECT of the file at `relative` as a relation in it; use it within. `files`: {alias: Parquet file}.

    Raises MLS0423, MLS0623 and MLS0624, at their place in the file, also for what goes wrong while the rows are used.
    """
    import duckdb

    path = context.inside(relative)
    shown = path.relative_to(context.root.resolve()).as_posix()
    text = text_of(path.read_bytes() if path.is_file() else None, shown)
    with closing(tables.guarded()) as connection:
        if sql_guard.hangs_on_order(connection, text):
            connection.execute("SET threads = 1")  # sums depend, in their last bits, on the order in which threads come
        tables.lock(connection, files.values())
        for alias, file in files.items():
            connection.execute(f"CREATE VIEW {ident(alias)} AS SELECT * FROM {tables.parquet(file)}")
        try:
            yield connection, sql_guard.check_query_on(connection, text, shown, list(files))
        except Problems as wrong:
            raise Problems([_placed(d, shown, text) for d in wrong.diagnostics]) from wrong
        except duckdb.Error as error:
            raise Problems([_placed(d, shown, text, str(error)) for d in tables.failure(shown, error).diagnostics]) from error


def _placed(found: Diagnostic, path: str, text: str, error: Any = None) -> Diagnostic:
    return Diagnostic(found.code, found.message, place(path, text, error or found.message), found.help)
