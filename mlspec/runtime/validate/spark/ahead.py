"""Whether Spark can be asked a rule, before there are rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import Problems
from mlspec.runtime.tables import ROW, guarded, ident, lock
from mlspec.runtime.validate.compile_rules import of_rule
from mlspec.runtime.validate.spark import judge, regex
from mlspec.runtime.validate.spark.unlike import Unlike


def refusal(rule: Mapping[str, Any], columns: Mapping[str, str] | None) -> str | None:
    """Why Spark is not asked a rule; None where it is, or where that is told when the rows are there.

    `columns`: DuckDB types of the cleaned rows; None where they are not known: regular expressions alone are judged then. What is wrong
    with a rule on any engine is not told here.
    """
    try:
        if "matches" in rule:
            regex.whole(rule["matches"])
        if columns is None or "references" in rule:  # whose other rows are not here
            return None
        connection = guarded()
        connection.execute("SET threads = 1")
        lock(connection)
        listed = ", ".join(f"{ident(name)} {kind}" for name, kind in columns.items())
        connection.execute(f"CREATE TABLE data ({ident(ROW)} BIGINT, {listed})")
        judge.plan(connection, columns, list(of_rule(None, connection, rule, columns, None)))
    except Unlike as why:
        return str(why)
    except Problems as found:
        return next((d.message.partition(f"{judge.OTHERWISE}: ")[2] for d in found.diagnostics if d.code == "MLS0539"), None)
    return None
