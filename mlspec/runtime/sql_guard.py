"""What SQL of a user's may be: one expression over the columns of a row, or one SELECT. Judged on DuckDB's own syntax tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mlspec.diagnostics import Problems, problem

_CHANGING = frozenset(
    (
        *("random", "setseed", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "nextval"),
        *("now", "today", "get_current_time", "get_current_timestamp", "transaction_timestamp"),
        *("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"),
        *("current_localtime", "current_localtimestamp"),
    )
)
_HELP = "write one expression over the columns of a row, such as `count >= 0 AND hour < 24`"


def check_expression(connection: Any, text: str, where: str) -> str:
    """Return `text` in parentheses, ready to stand in a query. Raises MLS0623 when it is more than one expression of a row."""
    nodes = _statements(connection, f"SELECT {text}\n", where)
    node = nodes[0]["node"]
    if len(nodes) != 1:
        raise _refused(where, "it holds more than one statement", _HELP)
    if not _is_bare(node):
        raise _refused(where, "it is a query, not one expression", _HELP)
    for part in _walk(node["select_list"][0]):
        _check_part(part, where)
    return f"(\n{text}\n)"  # on lines of its own: a trailing comment can't swallow the parenthesis


def check_query(connection: Any, text: str, where: str) -> str:
    """Return a single SELECT in parentheses. Raises MLS0623 for anything else."""
    nodes = _statements(connection, text, where)
    if len(nodes) != 1:
        raise _refused(where, "it holds more than one statement", "write one SELECT on the table `data`")
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
    names = part.get("column_names") if kind == "COLUMN_REF" else [part.get("function_name")] if kind == "FUNCTION" else []
    name = str(names[-1]).casefold() if names else ""
    if name in _CHANGING:
        raise _refused(where, f"`{name}` gives another answer each time", "a stage must give the same rows for the same input")


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
