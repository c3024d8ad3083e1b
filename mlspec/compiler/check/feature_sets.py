"""The SQL of feature sets: there, one SELECT on the aliases, and with the columns that are declared, where the inputs declare theirs.

DuckDB is imported only for a project that has such a set.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.data_columns import declared_columns
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Problems, Span, did_you_mean, extras
from mlspec.language.kinds.data_source import Column

Tables = dict[str, dict[str, str]]
"""{alias: {column: DuckDB type}}"""


def feature_set_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """MLS0423 for a file that is not there, MLS0623 and MLS0624 for its SQL, MLS0620 and MLS0621 for what it gives."""
    for bound in project.feature_sets.values():
        if bound.envelope.spec.sql is not None:
            yield from _of_file(project, bound, inputs)


def unread(project: Project) -> frozenset[str]:
    """The files that nobody reads here, as DuckDB is not installed."""
    files = (bound.envelope.spec.sql for bound in project.feature_sets.values())
    return frozenset() if extras.has("duckdb") else frozenset(path for path in files if path)


def _of_file(project: Project, bound: Bound[Any], inputs: Inputs) -> Iterator[Diagnostic]:
    from mlspec.runtime.features.sql_file import text_of

    path = bound.envelope.spec.sql
    at = bound.document.span(("spec", "sql"))
    try:
        text = text_of(inputs.read_list(path), path)
    except Problems as wrong:
        yield from (Diagnostic(d.code, d.message, at, d.help) for d in wrong.diagnostics)
        return
    if extras.has("duckdb"):
        yield from _judged(project, bound, path, text)


def _judged(project: Project, bound: Bound[Any], path: str, text: str) -> Iterator[Diagnostic]:
    from mlspec.runtime import sql_guard, sql_syntax, tables
    from mlspec.runtime.features.sql_file import place

    spec = bound.envelope.spec
    known = _tables(project, bound)
    with closing(tables.guarded()) as connection:
        connection.execute("SET threads = 1")  # whoever compiles may fork
        tables.lock(connection)
        for alias, columns in (known or {}).items():
            items = ", ".join(f"{tables.ident(name)} {kind}" for name, kind in columns.items())
            connection.execute(f"CREATE TABLE {tables.ident(alias)} ({items})")
        try:
            if known is None:
                (tree,) = sql_syntax.trees(connection, [text])
                sql_guard.judge_query(connection, tree, text, path, None, list(spec.inputs))
                return
            query = sql_guard.check_query_on(connection, text, path, list(spec.inputs))
        except Problems as wrong:
            yield from (Diagnostic(d.code, d.message, place(path, text, d.message), d.help) for d in wrong.diagnostics)
            return
        yield from _bound(connection, bound, path, text, query)


def _bound(connection: Any, bound: Bound[Any], path: str, text: str, query: str) -> Iterator[Diagnostic]:
    import duckdb

    from mlspec.runtime import tables
    from mlspec.runtime.features.sql_file import place

    try:
        given = tables.columns_of(connection, query)
    except duckdb.Error as error:
        (found,) = tables.failure(path, error).diagnostics
        yield Diagnostic(found.code, found.message, place(path, text, str(error)), found.help)
        return
    spec = bound.envelope.spec
    own = list(dict.fromkeys([*spec.key, *([spec.time_column] if spec.time_column else [])]))
    declared: dict[str, Column] = {c.name: c for c in spec.columns}
    routes = {c.name: ("spec", "columns", i, "name") for i, c in enumerate(spec.columns)}
    for name in dict.fromkeys([*own, *declared]):
        if name not in given:
            near = did_you_mean(name, [g for g in given if g not in declared])
            yield Diagnostic("MLS0620", f"`{path}` gives no column `{name}`", bound.document.span(routes.get(name, ("spec", "key"))), near)
    for name in given:
        if declared and name not in declared and name not in own:
            fix = "declare it under `columns`, or leave it out"
            yield Diagnostic(
                "MLS0621", f"{path} gives the column `{name}`, which {bound.ref} does not declare", _named(path, text, name), fix
            )


def _named(path: str, text: str, name: str) -> Span:
    from mlspec.runtime.features.sql_file import place

    return place(path, text, f"`{name}`")


def _tables(project: Project, bound: Bound[Any]) -> Tables | None:
    """The columns of each input, joined ones as the SQL sees them; None where not all of them are declared."""
    from mlspec.runtime.clean.casting import TYPES

    spec, found = bound.envelope.spec, Tables()
    for alias, given in spec.inputs.items():
        data = project.data_of(project.input_ref(given).partition("/")[2])
        columns = declared_columns(project, data) if data else None
        if columns is None:
            return None
        found[alias] = {name: TYPES[kind] for name, kind in columns.items()}
    spine = found[spec.resolved_spine]
    if any(key not in spine for key in spec.key):
        return None
    for alias, join in spec.as_of.items():
        found[alias] = {k: spine[k] for k in spec.key} | _joined(alias, join, spec.key, found[alias])
    return found


def _joined(alias: str, join: Any, key: tuple[str, ...], columns: dict[str, str]) -> dict[str, str]:
    from mlspec.runtime.features.as_of import joined_names

    return {name: columns[column] for column, name in joined_names(alias, join.by, key, list(columns)).items()}
