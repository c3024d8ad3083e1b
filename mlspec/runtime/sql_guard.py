"""What SQL of a user's may be: one expression over the columns of a row, or one SELECT. Judged on DuckDB's own syntax tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.runtime.sql_functions import ALLOWED, ROWS, WORDS

_SAME = "a stage must give the same rows for the same input; docs/reference/stages.md says what SQL may call"
_HELP = "write one expression over the columns of a row, such as `count >= 0 AND hour < 24`"


def check_expression(connection: Any, text: str, where: str) -> str:
    """Return `text` in parentheses, ready to stand in a query. Raises MLS0623 when it is more than one expression of a row."""
    nodes = _statements(connection, f"SELECT {text}\n", where)
    node = nodes[0]["node"]
    if len(nodes) != 1:
        raise _refused(where, "it holds more than one statement", _HELP)
    if not _is_bare(node):
        raise _refused(where, "it is a query, not one expression", _HELP)
    parts = list(_walk(node["select_list"][0]))
    for part in parts:
        _check_part(part, where)
    _check_calls(connection, parts, where, ALLOWED)
    return f"(\n{text}\n)"  # on lines of its own: a trailing comment can't swallow the parenthesis


def check_query(connection: Any, text: str, where: str) -> str:
    """Return a single SELECT in parentheses. Raises MLS0623 for anything else."""
    nodes = _statements(connection, text, where)
    if len(nodes) != 1:
        raise _refused(where, "it holds more than one statement", "write one SELECT on the table `data`")
    parts = list(_walk(nodes[0]["node"]))
    _check_calls(connection, parts, where, ALLOWED | ROWS)
    _check_tables(parts, where)
    return f"(\n{text.rstrip().rstrip(';')}\n)"


def _statements(connection: Any, text: str, where: str) -> list[dict[str, Any]]:
    (found,) = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchone()
    tree = json.loads(found)
    if tree["error"]:
        why = "it changes things instead of asking" if tree["error_type"] == "not implemented" else str(tree["error_message"])
        raise _refused(where, why, _HELP)
    statements: list[dict[str, Any]] = tree["statements"]
    return statements


def _is_bare(node: dict[str, Any]) -> bool:
    """Whether a SELECT is nothing but its one item."""
    extras = ("where_clause", "group_expressions", "having", "sample", "qualify")
    return (
        node["type"] == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and not node["select_list"][0]["alias"]
        and node["from_table"]["type"] == "EMPTY"
        and not node["modifiers"]
        and not node["cte_map"]["map"]
        and not any(node.get(key) for key in extras)
    )


def _check_part(part: dict[str, Any], where: str) -> None:
    kind = part.get("class")
    if kind == "SUBQUERY":
        raise _refused(where, "it holds a subquery", _HELP)
    if kind in ("STAR", "PARAMETER", "DEFAULT"):
        raise _refused(where, "it holds `*` or a parameter", _HELP)


def _check_calls(connection: Any, parts: list[dict[str, Any]], where: str, allowed: frozenset[str]) -> None:
    """Every function is one whose answer depends on its arguments alone."""
    columns = _columns(connection)
    for part in parts:
        if part.get("class") == "COLUMN_REF":
            _check_word([str(n).casefold() for n in part["column_names"]], columns, where)
        elif part.get("class") in ("FUNCTION", "WINDOW"):
            _check_call(part, where, allowed)


def _check_word(names: list[str], columns: set[str], where: str) -> None:
    if len(names) == 1 and names[0] in WORDS and names[0] not in columns:
        raise _refused(where, f"`{names[0]}` depends on when, or by whom, it is asked", _SAME)


def _check_call(part: dict[str, Any], where: str, allowed: frozenset[str]) -> None:
    name = str(part["function_name"]).casefold()
    if name == "age" and len(part.get("arguments") or part.get("children") or ()) == 1:
        raise _refused(where, "`age` of one time counts from today", "give it two: `age(later, earlier)`")
    if name in ROWS and name not in allowed:
        raise _refused(where, f"`{name}` makes rows", _HELP)
    if name not in allowed:
        near = did_you_mean(name, sorted(n for n in allowed if n.isidentifier()))
        why = f"the function `{name}` is not among those whose answer depends on their arguments alone"
        raise _refused(where, why, f"{near}; {_SAME}" if near else _SAME)


def _columns(connection: Any) -> set[str]:
    found = connection.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = 'data'").fetchall()
    return {str(name).casefold() for (name,) in found}


def _check_tables(parts: list[dict[str, Any]], where: str) -> None:
    """A query reads `data` and what it names itself in WITH, whole."""
    own = {str(entry["key"]).casefold() for part in parts for entry in (part.get("cte_map") or {}).get("map", ())}
    for part in parts:
        if part.get("sample"):
            raise _refused(where, "a sample is another one each time", _SAME)
        if part.get("type") == "BASE_TABLE" and str(part["table_name"]).casefold() not in own | {"data"}:
            raise _refused(where, f"it reads `{part['table_name']}`", "a query reads the table `data`")


def _walk(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for item in part.values():
            yield from _walk(item)
    elif isinstance(part, list):
        for item in part:
            yield from _walk(item)


def _refused(where: str, why: str, fix: str) -> Problems:
    return problem("MLS0623", f"{where}: the SQL is refused: {why}", help=fix)
