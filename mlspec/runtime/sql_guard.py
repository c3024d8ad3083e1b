"""What SQL of a user's may be: one expression over the columns of a row, or one SELECT. Judged on DuckDB's own syntax tree."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.runtime import sql_syntax as syntax
from mlspec.runtime.sql_functions import ALLOWED, OF_MANY_ROWS, ROWS, WORDS
from mlspec.runtime.tables import columns_of, ident

_SAME = "a stage must give the same rows for the same input; docs/reference/stages.md says what SQL may call"
_HELP = "write one expression over the columns of a row, such as `count >= 0 AND hour < 24`"


Columns = Mapping[str, str]
"""The columns of `data`, in lower case, with their DuckDB types."""


def check_expression(connection: Any, text: str, where: str) -> str:
    """Return `text` in parentheses, ready to stand in a query. Raises MLS0623 when it is more than one expression of a row."""
    (tree,) = syntax.trees(connection, [as_select(text)])
    judge_expression(connection, tree, text, where, _columns(connection))
    return f"(\n{text}\n)"  # on lines of its own: a trailing comment can't swallow the parenthesis


def as_select(text: str) -> str:
    """The statement whose syntax tree an expression is judged by."""
    return f"SELECT {text}\n"


def judge_expression(connection: Any, tree: syntax.Tree, text: str, where: str, columns: Columns | None) -> None:
    """Raise MLS0623 when the tree of `as_select(text)` is more than one expression of a row. `columns`: None where they are not known."""
    nodes = _statements(connection, tree, text, where, as_select)
    node = nodes[0]["node"]
    if len(nodes) != 1:
        raise _refused(where, "it holds more than one statement", _HELP)
    if not _is_bare(node):
        raise _refused(where, "it is a query, not one expression", _HELP)
    parts = list(syntax.parts(node["select_list"][0]))
    for part in parts:
        _check_part(part, where)
    _check_calls(parts, where, ALLOWED, columns)
    _check_aggregates(parts, where)
    _check_comparisons(parts, where, columns)


def check_query(connection: Any, text: str, where: str) -> str:
    """Return a single SELECT in parentheses. Raises MLS0623 for anything else."""
    (tree,) = syntax.trees(connection, [text])
    judge_query(connection, tree, text, where, _columns(connection))
    return f"(\n{text.rstrip().rstrip(';')}\n)"


def check_query_on(connection: Any, text: str, where: str, relations: Sequence[str]) -> str:
    """Return a single SELECT on tables or views of the connection in parentheses. Raises MLS0623 for anything else."""
    (tree,) = syntax.trees(connection, [text])
    judge_query(connection, tree, text, where, _columns(connection, relations), relations)
    return f"(\n{text.rstrip().rstrip(';')}\n)"


def hangs_on_order(connection: Any, text: str) -> bool:
    """Whether a query takes many rows together, or some of many: then its last bits, or its rows, hang on the order in which they come."""
    (tree,) = syntax.trees(connection, [text])
    return any(
        part.get("class") in ("WINDOW", "SUBQUERY")
        or part.get("type") in ("DISTINCT_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER")
        or str(part.get("function_name")).casefold() in OF_MANY_ROWS
        for part in syntax.parts(tree)
    )


def judge_query(
    connection: Any, tree: syntax.Tree, text: str, where: str, columns: Columns | None, relations: Sequence[str] = ("data",)
) -> None:
    """Raise MLS0623 when the tree of `text` is no single SELECT on `relations`, of which `columns` are the columns."""
    named = f"the table{'s' if len(relations) > 1 else ''} {', '.join(f'`{name}`' for name in relations)}"
    nodes = _statements(connection, tree, text, where, str)
    if len(nodes) != 1:
        raise _refused(where, "it holds more than one statement", f"write one SELECT on {named}")
    parts = list(syntax.parts(nodes[0]["node"]))
    _check_calls(parts, where, ALLOWED | ROWS, columns)
    _check_tables(parts, where, relations, named)
    if not any((p.get("cte_map") or {}).get("map") or "SUBQUERY" in (p.get("class"), p.get("type")) for p in parts):
        _check_comparisons(parts, where, columns)  # else a column's name may be another column's


def _statements(connection: Any, tree: syntax.Tree, text: str, where: str, whole: Callable[[str], str]) -> list[dict[str, Any]]:
    if tree["error"]:
        if tree["error_type"] == "not implemented":
            raise _refused(where, "it changes things instead of asking", _HELP)
        raise _refused(where, str(tree["error_message"]), _quoting(connection, text, whole) or _HELP)
    statements: list[dict[str, Any]] = tree["statements"]
    return statements


def _quoting(connection: Any, text: str, whole: Callable[[str], str]) -> str:
    """The fix for a column that is called like a word of SQL, when with quotes around it the syntax is right."""
    ways = syntax.quotings(connection, text)
    for (words, _), found in zip(ways.items(), syntax.trees(connection, [whole(t) for t in ways.values()]), strict=True):
        if not found["error"] and (whole is str or _is_bare(found["statements"][0]["node"])):
            verb, each = (
                ("is a word", "it means a column, write it") if words.count("`") == 2 else ("are words", "they mean columns, write them")
            )
            return f'{words} {verb} of SQL: where {each} in double quotes, such as "{words.split("`")[1]}"'
    return ""


def _check_comparisons(parts: Sequence[dict[str, Any]], where: str, columns: Columns | None) -> None:
    for what, fix in syntax.rounded(parts, columns or {}):
        raise _refused(where, f"it compares {what}: DuckDB would round one to the other", fix)


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


def _check_calls(parts: list[dict[str, Any]], where: str, allowed: frozenset[str], columns: Columns | None) -> None:
    """Every function is one whose answer depends on its arguments alone."""
    for part in parts:
        if part.get("class") == "COLUMN_REF" and columns is not None:
            _check_word([str(n).casefold() for n in part["column_names"]], columns, where)
        elif part.get("class") in ("FUNCTION", "WINDOW"):
            _check_call(part, where, allowed)


def _check_aggregates(parts: Sequence[dict[str, Any]], where: str) -> None:
    name = next((n for p in parts if p.get("class") == "FUNCTION" and (n := str(p["function_name"]).casefold()) in OF_MANY_ROWS), None)
    if name:
        fix = f"`derive` a column by a window first: `{name}(…) OVER ()` gives each row the answer for all"
        raise _refused(where, f"it is an expression of one row, and `{name}` is of many", fix)


def _check_word(names: list[str], columns: Columns, where: str) -> None:
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


def _columns(connection: Any, relations: Sequence[str] = ("data",)) -> dict[str, str]:
    """The columns of tables by name; of a name that has another type elsewhere nobody knows which one is meant.

    Each table is described: to ask `duckdb_columns()` makes a row for each column of DuckDB's own views, too, and takes ten times as long.
    """
    import duckdb

    known: dict[str, set[str]] = {}
    for relation in relations:
        with contextlib.suppress(duckdb.CatalogException):  # a name that no table has
            for name, kind in columns_of(connection, ident(relation), hidden=True).items():
                known.setdefault(name.lower(), set()).add(kind)
    return {name: kinds.pop() for name, kinds in known.items() if len(kinds) == 1}


def _check_tables(parts: list[dict[str, Any]], where: str, relations: Sequence[str], named: str) -> None:
    """A query reads `relations` and what it names itself in WITH, whole."""
    known = {name.casefold() for name in relations}
    own = {str(entry["key"]).casefold() for part in parts for entry in (part.get("cte_map") or {}).get("map", ())}
    for part in parts:
        if part.get("sample"):
            raise _refused(where, "a sample is another one each time", _SAME)
        if part.get("type") == "BASE_TABLE":
            place = ".".join(str(part[key]) for key in ("catalog_name", "schema_name", "table_name") if part.get(key))
            if str(part["table_name"]).casefold() not in own | known or "." in place:
                raise _refused(where, f"it reads `{place}`", f"a query reads {named}")


def _refused(where: str, why: str, fix: str) -> Problems:
    return problem("MLS0623", f"{where}: the SQL is refused: {why}", help=fix)
