"""What a set gives: the columns that it declares, with their types, and one row for each row of its spine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems, did_you_mean, problem
from mlspec.runtime import tables
from mlspec.runtime.clean.casting import cast_sql, declared_type, misfits
from mlspec.runtime.features.declared import key_shown
from mlspec.runtime.features.plan import Plan
from mlspec.runtime.tables import ident

_FIX = "let the SQL or function give one row for each row of the spine, such as a LEFT JOIN with rows that are unique"


def finish(plan: Plan, found: Path, target: Path) -> dict[str, Any]:
    """Check the rows in `found`, and write them with their types, by time and key. Returns {rows, columns: {name: declared type}}.

    Raises MLS0620, MLS0621, MLS0622 and MLS0686.
    """
    connection = tables.connect()
    connection.execute(f"CREATE VIEW data AS SELECT * FROM {tables.numbered(found)}")
    connection.execute(f"CREATE VIEW spine AS SELECT * FROM {tables.parquet(plan.files[plan.spine])}")
    kinds = tables.columns_of(connection, "data")
    types = _types(plan, kinds, tables.columns_of(connection, "spine"))
    wrong = [d for name, to in types.items() for d in _misfits(connection, name, kinds[name], to, plan.pii)]
    if wrong:
        raise Problems(wrong)
    items = ", ".join(f"{cast_sql(ident(name), kinds[name], to)} AS {ident(name)}" for name, to in types.items())
    connection.execute(f"CREATE OR REPLACE VIEW typed AS SELECT {items} FROM data")
    rows = check_rows(connection, plan, "typed")
    order = ", ".join(f"{ident(name)} NULLS LAST" for name in dict.fromkeys([*([plan.time] if plan.time else []), *plan.key]))
    tables.write_arrow(tables.stream(connection, f"SELECT * FROM typed ORDER BY {order}"), target)
    connection.close()
    return {"rows": rows, "columns": types}


def _misfits(connection: Any, name: str, kind: str, to: str, pii: frozenset[str]) -> tuple[Diagnostic, ...]:
    wrong = misfits(connection, name, kind, to, "in what the set gives", pii)
    return tuple(wrong.diagnostics) if wrong else ()


def _types(plan: Plan, kinds: Mapping[str, str], spine: Mapping[str, str]) -> dict[str, str]:
    """{column: declared type} of what is kept, in its order: a key and a time are what they are in the spine."""
    own = list(dict.fromkeys([*plan.key, *([plan.time] if plan.time else [])]))
    wanted = {name: declared_type(spine[name]) or "string" for name in own if name in spine} | dict(plan.columns)
    problems = [
        Diagnostic("MLS0620", f"the set gives no column `{name}`, which is {'declared' if name in plan.columns else 'of its key or time'}",
                   help=did_you_mean(name, [k for k in kinds if k not in wanted] or list(kinds)))
        for name in dict.fromkeys([*own, *plan.columns])
        if name not in kinds
    ]  # fmt: skip
    problems += [
        Diagnostic("MLS0620", f"the spine `{plan.spine}` has no column `{name}`", help=did_you_mean(name, spine))
        for name in own
        if name not in spine
    ]
    for name, kind in kinds.items():
        if plan.columns and name not in wanted:
            problems.append(
                Diagnostic(
                    "MLS0621",
                    f"the set gives the column `{name}`, which is not declared",
                    help="declare it under `columns`, or leave it out",
                )
            )
        elif name not in wanted and declared_type(kind) is None:
            problems.append(
                Diagnostic("MLS0622", f"the column `{name}` is {kind.casefold()}, which is no type of a column", help="cast it")
            )
    if problems:
        raise Problems(problems)
    return {name: wanted.get(name) or declared_type(kind) or "string" for name, kind in kinds.items()}


def check_rows(connection: Any, plan: Plan, found: str) -> int:
    """How many rows there are. Raises MLS0686 unless they are the spine's, by key: as many, each once, none other."""
    keys = ", ".join(map(ident, plan.key))
    _check_key(connection, plan, keys)
    expected, rows, matched = (
        connection.execute(query).fetchall()[0][0]
        for query in (
            "SELECT count(*) FROM spine",
            f"SELECT count(*) FROM {found}",
            f"SELECT count(*) FROM spine SEMI JOIN {found} USING ({keys})",
        )
    )
    if not expected:
        raise problem("MLS0626", f"the spine `{plan.spine}` has no rows", help="look at its source")
    if rows != expected or matched != expected:
        raise problem("MLS0686", _difference(connection, plan, found, rows, expected, matched), help=_FIX)
    return int(expected)


def _check_key(connection: Any, plan: Plan, keys: str) -> None:
    missing = " OR ".join(f"{ident(k)} IS NULL" for k in plan.key)
    for what, query in (
        ("is missing", f"SELECT {keys} FROM spine WHERE {missing} LIMIT 1"),
        ("comes more than once", f"SELECT {keys} FROM spine GROUP BY {keys} HAVING count(*) > 1 ORDER BY {keys} LIMIT 1"),
    ):
        found = connection.execute(query).fetchall()
        if found:
            message = f"the key {shown(plan, found[0])} {what} in the spine `{plan.spine}`"
            raise problem("MLS0686", message, help="name columns under `key` that together name each row, or clean the source")


def _difference(connection: Any, plan: Plan, found: str, rows: int, expected: int, matched: int) -> str:
    keys = ", ".join(map(ident, plan.key))
    message = f"the set gives {rows} rows, and its spine `{plan.spine}` has {expected}"
    for what, query in (
        ("is missing", f"SELECT {keys} FROM spine ANTI JOIN {found} USING ({keys}) ORDER BY {keys} LIMIT 1"),
        ("comes more than once", f"SELECT {keys} FROM {found} GROUP BY {keys} HAVING count(*) > 1 ORDER BY {keys} LIMIT 1"),
        ("is not in the spine", f"SELECT {keys} FROM {found} ANTI JOIN spine USING ({keys}) ORDER BY {keys} LIMIT 1"),
    ):
        first = connection.execute(query).fetchall()
        if first:
            return f"{message}: the key {shown(plan, first[0])} {what}" + (f" ({expected - matched} are)" if what == "is missing" else "")
    return message


def shown(plan: Plan, values: Any) -> str:
    """A row by its key: `day = 2026-01-01, shop = a`."""
    return key_shown(plan.key, values, plan.pii)
