"""After the steps: every declared column is there, has its type, and nothing undeclared slips through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems, did_you_mean
from mlspec.runtime.clean.casting import cast_sql, declared_type, misfits
from mlspec.runtime.tables import ROW, columns_of, ident, need_column


def declare(connection: Any, params: Mapping[str, Any]) -> str:
    """Return the query of the cleaned rows. Raises all problems at once: MLS0620, MLS0621, MLS0622."""
    found = columns_of(connection, "data")
    declared = {c["name"]: c["type"] for c in params.get("columns", ())}
    extra = [name for name in found if name not in declared]
    problems = [*_absent(declared, found, extra), *_undeclared(params, declared, extra)]
    kept = dict(declared) | (
        {} if declared and params.get("extraColumns", "refuse") == "drop" else {n: declared_type(found[n]) for n in extra}
    )
    wanted = {name: to for name, to in kept.items() if name in found}
    pii = frozenset(params.get("pii", ()))
    for name, to in wanted.items():
        wrong = misfits(connection, name, found[name], to, "after cleaning", pii) if to else None
        problems += wrong.diagnostics if wrong else ()
    if problems:
        raise Problems(problems)
    return _query(wanted, found, params.get("sort", ()))


def _absent(declared: Mapping[str, str], found: Mapping[str, str], extra: list[str]) -> list[Diagnostic]:
    missing = [name for name in declared if name not in found]
    return [
        Diagnostic("MLS0620", f"after cleaning: there is no column `{name}`, which is declared", help=did_you_mean(name, extra or found))
        for name in missing
    ]


def _undeclared(params: Mapping[str, Any], declared: Mapping[str, str], extra: list[str]) -> list[Diagnostic]:
    if not declared or params.get("extraColumns", "refuse") != "refuse":
        return []
    fix = "declare it under `columns`, drop it in a `clean` step, or set `extraColumns: drop` or `keep`"
    return [Diagnostic("MLS0621", f"after cleaning: column `{name}` is not declared", help=fix) for name in extra]


def _query(wanted: Mapping[str, str | None], found: Mapping[str, str], sort: Any) -> str:
    items = [f"{cast_sql(ident(n), found[n], to)} AS {ident(n)}" if to else ident(n) for n, to in wanted.items()]
    for name in sort:
        need_column(name, wanted, "sorting the cleaned rows")
    order = ", ".join([*(f"c.{ident(name)} NULLS LAST" for name in sort), f"c.{ROW}"])
    return f"SELECT * EXCLUDE ({ROW}) FROM (SELECT {', '.join(items)}, {ROW} FROM data) AS c ORDER BY {order}"
