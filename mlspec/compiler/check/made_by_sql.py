"""A file with one SELECT of the user's on tables by alias: there, what it may be, and with columns that are there, where all are declared.

DuckDB is imported only for a project that has such a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.data_columns import declared_columns
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Problems, Span, extras

Tables = dict[str, dict[str, str]]
"""{alias: {column: DuckDB type}}"""


def judged(inputs: Inputs, at: Span, path: str, aliases: Iterable[str], known: Tables | None) -> tuple[list[Diagnostic], dict[str, str]]:
    """What is wrong with the file (MLS0423, MLS0623, MLS0624), and the columns that it gives, where the spec says all of its tables'.

    `at`: where the spec names it.
    """
    from mlspec.runtime.making.sql_file import text_of

    try:
        text = text_of(inputs.read_list(path), path)
    except Problems as wrong:
        return [Diagnostic(d.code, d.message, at, d.help) for d in wrong.diagnostics], {}
    return _judged(path, text, list(aliases), known) if extras.has("duckdb") else ([], {})


def _judged(path: str, text: str, aliases: list[str], known: Tables | None) -> tuple[list[Diagnostic], dict[str, str]]:
    from mlspec.runtime import sql_guard, sql_syntax, tables
    from mlspec.runtime.making.sql_file import place

    with closing(tables.guarded()) as connection:
        connection.execute("SET threads = 1")  # whoever compiles may fork
        tables.lock(connection)
        for alias, columns in (known or {}).items():
            items = ", ".join(f"{tables.ident(name)} {kind}" for name, kind in columns.items())
            connection.execute(f"CREATE TABLE {tables.ident(alias)} ({items})")
        try:
            if known is None:
                (tree,) = sql_syntax.trees(connection, [text])
                sql_guard.judge_query(connection, tree, text, path, None, aliases)
                return [], {}
            query = sql_guard.check_query_on(connection, text, path, aliases)
        except Problems as wrong:
            return [Diagnostic(d.code, d.message, place(path, text, d.message), d.help) for d in wrong.diagnostics], {}
        return _bound(connection, path, text, query)


def _bound(connection: Any, path: str, text: str, query: str) -> tuple[list[Diagnostic], dict[str, str]]:
    import duckdb

    from mlspec.runtime import tables
    from mlspec.runtime.making.sql_file import place

    try:
        return [], tables.columns_of(connection, query)
    except duckdb.Error as error:
        (found,) = tables.failure(path, error).diagnostics
        return [Diagnostic(found.code, found.message, place(path, text, str(error)), found.help)], {}


def named_in(inputs: Inputs, path: str, name: str) -> Span:
    """Where a column's name stands in the file."""
    from mlspec.runtime.making.sql_file import place, text_of

    return place(path, text_of(inputs.read_list(path), path), f"`{name}`")


def columns_of(project: Project, ref: str) -> dict[str, str] | None:
    """The columns of `source/NAME` or `features/NAME` by DuckDB's type; None where not all are declared."""
    from mlspec.runtime.clean.casting import TYPES

    data = project.data_of(ref.partition("/")[2])
    columns = declared_columns(project, data) if data else None
    return None if columns is None else {name: TYPES[kind] for name, kind in columns.items()}
