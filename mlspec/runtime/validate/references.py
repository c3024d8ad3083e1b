"""references: every value of a column stands in a column of another source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.clean.casting import cast_sql, is_number, spelled
from mlspec.runtime.context import Context
from mlspec.runtime.tables import columns_of, ident, need_column, parquet
from mlspec.runtime.validate.check import Check, row_check


def references(context: Context, connection: Any, rule: Mapping[str, Any], columns: Mapping[str, str]) -> Check:
    """Numbers are compared as numbers, times as times; as text only where one side is text. A missing value passes.

    Raises MLS0631 for types of which no value can equal another: booleans and numbers, numbers and times.
    """
    settings, who = rule["references"], f"rule `{rule['name']}`"
    other = parquet(context.need(settings["path"]))
    found = columns_of(connection, other)
    need_column(settings["column"], columns, who)
    need_column(settings["key"], found, f"{who}: source `{settings['source']}`")
    mine, theirs = columns[settings["column"]], found[settings["key"]]
    to = _common(mine, theirs)
    if to is None:
        message = f"{who}: column `{settings['column']}` is {mine.casefold()}, and `{settings['key']}` of source/{settings['source']} is "
        raise problem("MLS0631", message + theirs.casefold(), help="declare both with types that can be equal")
    value, among = ident(settings["column"]), f"SELECT v FROM (SELECT {_as(ident(settings['key']), theirs, to)} AS v FROM {other}) AS o"
    own = _as(value, mine, to)  # NULL for a value that is none of the common type, and so can't be among the others
    bad = f"{value} IS NOT NULL AND ({own} IS NULL OR {own} NOT IN ({among} WHERE v IS NOT NULL))"
    what = f"are not in `{settings['key']}` of source/{settings['source']}"
    return row_check(rule["name"], rule["onFailure"], "references", bad, what, settings["column"], (settings["column"],))


def _common(mine: str, theirs: str) -> str | None:
    """The type to compare in; "" when both are the same already, None when nothing of one can equal anything of the other."""
    if mine == theirs:
        return ""
    if "VARCHAR" in (mine, theirs):
        return "string"
    if is_number(mine) and is_number(theirs):
        return "integer" if "BIGINT" in (mine, theirs) else "number"  # exact: as floating-point numbers, large whole ones coincide
    return "timestamp" if {mine, theirs} == {"DATE", "TIMESTAMP"} else None


def _as(column: str, kind: str, to: str) -> str:
    if not to:
        return column
    return spelled(column, kind) if to == "string" else cast_sql(column, kind, to)
