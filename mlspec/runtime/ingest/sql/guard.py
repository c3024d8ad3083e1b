"""A query is one SELECT that changes nothing: told from its syntax tree (sqlglot), before a database is asked.

The session is read-only too, and the database's own rights are the last word: the guard is there to say so early, and where in the file.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

Dialects = Sequence[str]
ANY: Dialects = ("", "postgres", "mysql", "duckdb", "sqlite", "tsql", "snowflake", "bigquery", "oracle")
"""Which database it will be is known when the stage runs: until then a text that is right in any of these is right."""
_ONE = "write one SELECT (`WITH … SELECT` is one)"
_READS = "a source only reads: it is one SELECT, in a session that is read-only"
_EFFECTS = frozenset(
    (
        *("nextval", "setval", "set_config", "pg_notify", "pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_promote"),
        *(
            "pg_rotate_logfile",
            "pg_stat_file",
            "pg_switch_wal",
            "pg_export_snapshot",
            "query_to_xml",
            "query_to_xmlschema",
            "cursor_to_xml",
        ),
        *("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"),
        *("sleep", "benchmark", "load_file", "get_lock", "release_lock", "sys_exec", "sys_eval"),
        *("openrowset", "opendatasource", "openquery", "xp_cmdshell"),
        *(
            "read_csv",
            "read_csv_auto",
            "read_json",
            "read_json_auto",
            "read_json_objects",
            "read_ndjson",
            "read_ndjson_auto",
            "read_parquet",
        ),
        *("read_text", "read_blob", "parquet_scan", "glob", "sniff_csv", "getenv", "sqlite_scan", "postgres_query", "mysql_query"),
    )
)
_EFFECT_FAMILIES = (
    "pg_sleep",
    "pg_read_",
    "pg_ls_",
    "pg_advisory_",
    "pg_try_advisory_",
    "pg_logical_",
    "pg_create_",
    "pg_drop_",
    "pg_file_",
)
_MORE_FAMILIES = ("lo_", "dblink", "utl_", "dbms_", "pragma_")
"""SQLite's `pragma_…` and DuckDB's tell of files of this machine, and some set what they tell of."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where (an offset in characters), and what to do instead."""

    start: int
    message: str
    fix: str


def position(text: str, offset: int) -> tuple[int, int]:
    """The line and column, from 1, of an offset in characters."""
    before = text[: max(offset, 0)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def judge(text: str, dialects: Dialects = ANY) -> list[Fault]:
    """What keeps a text from being one SELECT without effects, in the first of `dialects` that can read it; nothing where it is one."""
    if (at := text.find("/*!")) >= 0:
        return [Fault(at, "a comment that MySQL runs", "write what it says outside of the comment, or leave it out")]
    first: Fault | None = None
    for dialect in dialects:
        statements, fault = _parsed(text, dialect)
        if fault is None:
            return list(_faults(text, statements, dialect))
        first = first or fault
    return [first] if first else []


def statement(text: str, dialect: str) -> str:
    """The text without what comes after its last word: `;` and comments, which would end a query that it is put into."""
    from sqlglot.tokens import TokenType  # type: ignore[attr-defined]

    tokens = [t for t in _dialect(dialect).tokenize(text) if t.token_type is not TokenType.SEMICOLON]
    return text[: tokens[-1].end + 1] if tokens else ""


@cache
def _dialect(name: str) -> Any:
    from sqlglot.dialects.dialect import Dialect

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it tells of statements that it takes as text; we refuse them
    return Dialect.get_or_raise(name or None)


def _parsed(text: str, dialect: str) -> tuple[list[Any], Fault | None]:
    from sqlglot import exp
    from sqlglot.errors import ParseError, TokenError

    try:
        found = [s for s in _dialect(dialect).parse(text) if s is not None and not isinstance(s, exp.Semicolon)]
    except ParseError as error:
        told = error.errors[0] if error.errors else {}
        start = _offset(text, told.get("line") or 1, (told.get("col") or 1) - len(told.get("highlight") or ""))
        return [], Fault(start, f"it is no SQL: {_plain(told.get('description') or str(error))}", _ONE)
    except (TokenError, RecursionError) as error:
        return [], Fault(0, f"it is no SQL: {_plain(str(error))}", "close every quote, bracket and comment")
    return found, None


def _plain(text: str) -> str:
    """The parser's words without its own objects."""
    text = re.sub(r"<Token token_type: \S+, text: (.*?), line: .*", r"`\1`", text.split("\n", maxsplit=1)[0])
    return " ".join(text.replace("`SENTINEL`", "the end").split()).rstrip(".")


def _offset(text: str, line: int, column: int) -> int:
    lines = text.splitlines(keepends=True)
    return min(sum(map(len, lines[: line - 1])) + max(column, 0), len(text))


def _faults(text: str, statements: list[Any], dialect: str) -> Iterator[Fault]:
    from sqlglot import exp

    if not statements:
        yield Fault(0, "there is no query in it", _ONE)
        return
    if len(statements) > 1:
        yield Fault(_second(text, dialect), f"it holds {len(statements)} statements", _ONE)
        return
    (tree,) = statements
    inner = tree
    while isinstance(inner, exp.Subquery):
        inner = inner.this
    if not isinstance(inner, exp.Select | exp.SetOperation):
        yield Fault(_first_word(text, dialect), f"it is no SELECT but {_kind(inner)}", _READS)
        return
    yield from _changes(text, tree, dialect)
    yield from _calls(tree)
    if dialect in _PRAGMAS:
        yield from _pragmas(tree)
    if dialect == "sqlite":
        yield from _times_of_sqlite(tree)


def _second(text: str, dialect: str) -> int:
    """Where the second statement begins."""
    from sqlglot.tokens import TokenType  # type: ignore[attr-defined]

    ended = False
    for token in _dialect(dialect).tokenize(text):
        if ended and token.token_type is not TokenType.SEMICOLON:
            return int(token.start)
        ended = ended or token.token_type is TokenType.SEMICOLON
    return 0


def _first_word(text: str, dialect: str) -> int:
    tokens = _dialect(dialect).tokenize(text)
    return int(tokens[0].start) if tokens else 0


def _kind(node: Any) -> str:
    from sqlglot import exp

    return f"`{str(node.this).upper()}`" if isinstance(node, exp.Command) else f"`{node.key.upper()}`"


def _changes(text: str, tree: Any, dialect: str) -> Iterator[Fault]:
    """What a SELECT may hold that writes or locks."""
    from sqlglot import exp

    words = {"INTO": exp.Into, "FOR": exp.Lock}
    for word, kind in words.items():
        if tree.find(kind):
            what = "it writes a table (`SELECT … INTO`)" if word == "INTO" else "it locks rows (`FOR UPDATE`, `FOR SHARE`)"
            yield Fault(_word(text, word, dialect), what, _READS)
    for kind in (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Command):
        for node in tree.find_all(kind):
            yield Fault(_word(text, _kind(node).strip("`").split()[0], dialect), f"it holds {_kind(node)}", _READS)
    if node := tree.find(exp.Placeholder, exp.Parameter):
        yield Fault(_of(node) or 0, "it holds a parameter, and nothing is handed to it", "write the value itself")


def _word(text: str, word: str, dialect: str) -> int:
    return next((int(t.start) for t in _dialect(dialect).tokenize(text) if t.text.upper() == word), 0)


def _calls(tree: Any) -> Iterator[Fault]:
    from sqlglot import exp

    for node in tree.find_all(exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) else node.sql_name()).casefold()
        if name in _EFFECTS or name.startswith((*_EFFECT_FAMILIES, *_MORE_FAMILIES)):
            yield Fault(_of(node) or 0, f"it calls `{name}`, which does more than read rows", "leave it out: a source reads tables")


_PRAGMAS = ("sqlite", "duckdb")
"""Databases in which `pragma_x` is a table that nobody made; in others it is one like all."""


def _pragmas(tree: Any) -> Iterator[Fault]:
    from sqlglot import exp

    own = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    for node in tree.find_all(exp.Table):
        name = node.name.casefold()
        if name.startswith("pragma_") and (name not in own or node.db):
            fix = "leave it out: a source reads tables"
            yield Fault(_of(node) or 0, f"it reads `{name}`, which tells of the database and its files, and of no rows", fix)


def _times_of_sqlite(tree: Any) -> Iterator[Fault]:
    """SQLite has no type of times: a cast to one is a cast to a number, of the digits that a text begins with."""
    from sqlglot import exp

    for node in tree.find_all(exp.Cast):
        if node.to.is_type(*exp.DataType.TEMPORAL_TYPES, exp.DataType.Type.TIME):
            fix = "leave the cast out: a text of ISO times is read as times; a cursor can be `CAST(strftime('%s', x) AS INTEGER)`"
            yield Fault(_of(node) or 0, f"SQLite makes a number of it: `{node.sql('sqlite')}` of '2026-11-30' is 2026", fix)


def _of(node: Any) -> int | None:
    found = node.meta.get("start")
    if found is not None:
        return int(found)
    return next((int(n.meta["start"]) for n in node.walk() if n.meta.get("start") is not None), None)
