"""The columns of a query are those that are declared, and those that were there before; a cursor's and a key's can serve as such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.runtime.ingest import state
from mlspec.runtime.ingest.sql import values
from mlspec.runtime.ingest.sql.fetched import Fetched
from mlspec.runtime.ingest.sql.source import Source
from mlspec.runtime.tables import columns_of, ident

_CURSORS = frozenset({"BIGINT", "DATE", "TIMESTAMP"})


def check(source: Source, found: Fetched) -> None:
    """Raise MLS0676 for a column that is declared and not there, or that the same query gave before, and as something else."""
    check_declared(source.context.params, found.kinds)
    before = state.read(source.context.out(state.NAME)).get("remembers")
    if not isinstance(before, dict) or before.get("query") != source.digest:
        return
    for name, kind in before.get("columns", ()):
        if name not in found.kinds:
            raise _gone(name, found.kinds, "was there at the last reading, and is gone", meant=True)
        if found.told and before.get("told") and found.kinds[name] != kind:
            message = f"the column `{name}` of the query was {kind} at the last reading, and is {found.kinds[name]}"
            raise problem("MLS0676", message, help=f"cast it in the query; {_meant(source)}")


def check_declared(params: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
    """Raise MLS0676 for a column that the stage's section declares, and that a query does not give."""
    for name in dict.fromkeys([*params.get("key", ()), *params.get("text", ()), *params.get("types", {})]):
        if name not in kinds:
            raise _gone(name, kinds, "is declared, and the query does not give it")


def _gone(name: str, kinds: Mapping[str, str], what: str, *, meant: bool = False) -> Problems:
    fix = did_you_mean(name, kinds) or "the query's file says which columns come, and `columns` what they are"
    more = "; if it is meant, change the query, or delete `source.json` beside the rows" if meant else ""
    return problem("MLS0676", f"the column `{name}` {what}", help=f"{fix}{more}")


def _meant(source: Source) -> str:
    return f"if it is meant, delete `{source.context.out(state.NAME).relative_to(source.context.root.resolve())}`"


def check_cursor(connection: Any, source: Source, query: str, kinds: Mapping[str, str]) -> None:
    """Raise MLS0677 where the cursor's column can't say what changed, or the key does not name a row."""
    column, key = str(source.section["cursor"]["column"]), list(source.context.params["key"])
    if column not in kinds:
        raise problem("MLS0677", f"the query gives no column `{column}`, which is its cursor", help=did_you_mean(column, kinds))
    kind = columns_of(connection, f"({query})")[column]
    if kind not in _CURSORS and kinds[column] != values.UNKNOWN:
        what = "text" if kind == "VARCHAR" else kind.lower()
        fix = "a cursor is a timestamp, a date or a whole number: cast it in the query (SQLite: to seconds), or leave `cursor` out"
        raise problem("MLS0677", f"the cursor `{column}` is {what}", help=fix)
    nulls = " OR ".join(f"{ident(n)} IS NULL" for n in key)
    missing = connection.execute(f"SELECT count_if({nulls}) FROM ({query})").fetchone()[0]
    groups = f"SELECT count(*) AS n FROM ({query}) GROUP BY {', '.join(map(ident, key))} HAVING n > 1"  # spills, DISTINCT not
    twice = int(connection.execute(f"SELECT coalesce(sum(n - 1), 0) FROM ({groups})").fetchone()[0])
    if missing or twice:
        what = f"{missing:,} rows lack a value of it" if missing else f"{twice:,} rows share theirs with another"
        fix = "rows that changed are found again by the key: it must name one row each, and be there in all"
        raise problem("MLS0677", f"the key ({', '.join(f'`{n}`' for n in key)}) can't go with a cursor: {what}", help=fix)
