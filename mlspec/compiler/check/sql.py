"""SQL in specs is read by DuckDB before anything runs: its syntax, what it may call, and its columns where they are declared.

DuckDB is imported only for a project that has SQL. All texts are parsed by one query (40 microseconds each), and each is judged once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.project.data_columns import declared_columns
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Problems, did_you_mean, extras

Columns = tuple[tuple[str, str], ...]
Route = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Sql:
    """A text of SQL: an expression of a row, or a `query`. `columns`: (name, declared type) of the rows that it sees; None: not known."""

    text: str
    query: bool
    columns: Columns | None


def sql_problems(project: Project) -> Iterator[Diagnostic]:
    """Return a diagnostic for each text that would be refused, or would fail, when its stage runs: MLS0623, MLS0624.

    Without DuckDB, none: `unread` has what was left out.
    """
    if not extras.has("duckdb"):
        return
    uses = list(_uses(project))
    _judge(frozenset(sql for _, _, sql in uses))
    told = set()
    for bound, route, sql in uses:
        for code, message, fix in _FOUND[sql]:
            where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in route).lstrip(".")
            found = Diagnostic(code, f"`{where}`: {message}", bound.document.span(route), fix)
            if found not in told:  # the models of one template share their text
                told.add(found)
                yield found


def unread(project: Project) -> frozenset[Sql]:
    """The texts that nobody reads here, as DuckDB is not installed."""
    return frozenset() if extras.has("duckdb") else frozenset(sql for _, _, sql in _uses(project))


def _uses(project: Project) -> Iterator[tuple[Bound[Any], Route, Sql]]:
    for source in project.sources.values():
        yield from _of_steps(source)
    for rules in project.rules.values():
        yield from _of_rules(rules, _columns(project.sources.get(rules.envelope.spec.source)))
    for model in project.models.values():
        if model.envelope.spec.where is not None:
            data = project.data_of(model.envelope.spec.data)
            declared = declared_columns(project, data) if data else None
            columns = tuple(declared.items()) if declared else None
            labels = project.labels_of(model.name)
            if labels is not None and columns is not None:
                columns = (*columns, (labels.envelope.spec.label, labels.envelope.spec.type))
            yield model, ("spec", "where"), Sql(model.envelope.spec.where, False, columns)


def _of_steps(source: Bound[Any]) -> Iterator[tuple[Bound[Any], Route, Sql]]:
    for index, step in enumerate(source.envelope.spec.clean):
        if step.filter is not None:
            yield source, ("spec", "clean", index, "filter"), Sql(step.filter, False, None)
        if step.derive is not None:
            yield source, ("spec", "clean", index, "derive", "sql"), Sql(step.derive.sql, False, None)


def _of_rules(rules: Bound[Any], columns: Columns | None) -> Iterator[tuple[Bound[Any], Route, Sql]]:
    for index, rule in enumerate(rules.envelope.spec.rules):
        if rule.expression is not None:
            yield rules, ("spec", "rules", index, "expression"), Sql(rule.expression, False, columns)
        if rule.sql is not None:
            yield rules, ("spec", "rules", index, "sql", "query"), Sql(rule.sql.query, True, columns)


def _columns(source: Bound[Any] | None) -> Columns | None:
    """The columns of the cleaned rows, if the spec says them all."""
    if source is None or not source.envelope.spec.columns or source.envelope.spec.extra_columns == "keep":
        return None
    return tuple((c.name, c.type) for c in source.envelope.spec.columns)


def declared_kinds(source: Bound[Any] | None) -> dict[str, str] | None:
    """{column: DuckDB type} of the cleaned rows, if the spec says them all."""
    columns = _columns(source)
    return None if columns is None else dict(_duckdb(columns))


Found = tuple[str, str, str | None]
_FOUND: dict[Sql, list[Found]] = {}
"""What is wrong with each text that was judged. A text's verdict depends on nothing else, so that an editor's next look is quick."""
_MOST = 20000


def _judge(wanted: frozenset[Sql]) -> None:
    new = sorted(wanted - _FOUND.keys(), key=repr)
    if not new:
        return
    from mlspec.runtime import sql_guard, sql_syntax

    if len(_FOUND) > _MOST:
        _FOUND.clear()
        new = sorted(wanted, key=repr)
    with closing(_connection()) as connection:
        found = sql_syntax.trees(connection, [s.text if s.query else sql_guard.as_select(s.text) for s in new])
        for sql, tree in zip(new, found, strict=True):
            _FOUND[sql] = _refusals(connection, sql, tree)
        for columns in {s.columns for s in new if s.columns is not None}:
            _bind(connection, [s for s in new if s.columns == columns and not _FOUND[s]], columns)


def _connection() -> Any:
    """A connection without threads of its own: whoever compiles may fork."""
    from mlspec.runtime.tables import guarded, lock

    connection = guarded()
    connection.execute("SET threads = 1")
    lock(connection)
    return connection


def _refusals(connection: Any, sql: Sql, tree: Any) -> list[Found]:
    from mlspec.runtime import sql_guard

    known = None if sql.columns is None else {name.casefold(): kind for name, kind in _duckdb(sql.columns).items()}
    judge = sql_guard.judge_query if sql.query else sql_guard.judge_expression
    try:
        judge(connection, tree, sql.text, "", known)
    except Problems as wrong:
        return [(d.code, d.message.removeprefix(": "), str(d.help) if d.help else None) for d in wrong.diagnostics]
    return []


def _duckdb(columns: Columns) -> Mapping[str, str]:
    from mlspec.runtime.clean.casting import TYPES

    return {name: TYPES[kind] for name, kind in columns}


def _bind(connection: Any, texts: list[Sql], columns: Columns) -> None:
    """Ask DuckDB whether the names and types fit: all texts in one query, and one by one where that fails."""
    import duckdb

    from mlspec.runtime import sql_syntax, tables

    if len({name.casefold() for name, _ in columns}) < len(columns):
        return
    kinds = _duckdb(columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE data ({', '.join(f'{tables.ident(n)} {k}' for n, k in kinds.items())})")
    try:
        connection.execute(sql_syntax.described([s.text for s in texts]))
    except duckdb.Error:
        for sql in texts:
            _FOUND[sql] = _bound(connection, sql, kinds)


def _bound(connection: Any, sql: Sql, kinds: Mapping[str, str]) -> list[Found]:
    import re

    import duckdb

    from mlspec.runtime import sql_syntax, tables

    try:
        connection.execute(sql_syntax.described([sql.text]))
    except duckdb.Error as error:
        name = re.search(r'Referenced column "([^"]+)" not found', str(error))
        near = did_you_mean(name[1], kinds) if name else None
        return [("MLS0624", tables.message(error), near or "columns are named as they are declared; text stands in 'single quotes'")]
    return []
