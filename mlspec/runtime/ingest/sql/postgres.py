"""PostgreSQL: a read-only transaction, a cursor on the server, and the kinds of columns by what the server says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from mlspec.runtime.ingest.sql import values

_KINDS: Mapping[int, str] = {
    16: "boolean",
    **dict.fromkeys((20, 21, 23, 26), "integer"),
    **dict.fromkeys((700, 701), "number"),
    1700: "decimal",
    1082: "date",
    1114: "timestamp",
    1184: "zoned",
}
"""By the number of a type in PostgreSQL's catalogue; what is not here is the text that PostgreSQL writes for it, or refused."""
_TEXT = frozenset({18, 19, 25, 1042, 1043, 705})
_REFUSED: Mapping[int, tuple[str, str]] = {
    17: ("bytes", "leave it out of the query, or encode it: `encode(x, 'hex')`"),
    790: ("money, which is written as the server's settings say", "cast it in the query: `x::numeric`"),
}
_SETTINGS = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'iso_8601'",
    "SET LOCAL extra_float_digits = 1",
)


@contextmanager
def connected(url: Any, timeout: float) -> Iterator[Any]:
    """A connection of psycopg's in a transaction that may read only, and that the server ends when an answer takes too long."""
    import psycopg
    from sqlalchemy.dialects import registry

    dialect: Any = registry.load("postgresql.psycopg")()
    positional, options = dialect.create_connect_args(url)  # as SQLAlchemy would: hosts, sockets, options of the query
    options.pop("context", None)
    connection = psycopg.connect(*positional, **{"connect_timeout": max(int(timeout), 2), "application_name": "mlspec", **options})
    try:
        for setting in (*_SETTINGS, f"SET LOCAL statement_timeout = {max(int(timeout * 1000), 1)}"):
            connection.execute(setting.encode())
        _as_text(connection)
        yield connection
    finally:
        connection.close()  # nothing is committed


def _as_text(connection: Any) -> None:
    """All but the plainest types come as the text that the server writes: no digit of a numeric, and no month of an interval, is lost."""
    from psycopg.types.string import TextLoader

    for info in connection.adapters.types:
        if info.oid not in _KINDS or _KINDS[info.oid] == "decimal":
            connection.adapters.register_loader(info.oid, TextLoader)


DECLARE = 'DECLARE "mlspec" CURSOR FOR '
"""What psycopg writes before the query of a cursor on the server."""


@contextmanager
def cursor(connection: Any, text: str) -> Iterator[Any]:
    """A cursor on the server, which hands out its rows as they are asked for."""
    with connection.cursor(name="mlspec") as found:
        found.execute(text.encode())
        yield found


def kinds(connection: Any, description: Sequence[Any]) -> dict[str, str]:
    """{column: kind}. Raises MLS0615 for names, and MLS0675 for what can't be rows."""
    values.check_names([d.name for d in description])
    unknown = sorted({d.type_code for d in description} - _KINDS.keys() - _TEXT - _REFUSED.keys())
    found = connection.execute("SELECT oid, typcategory, typtype FROM pg_catalog.pg_type WHERE oid = ANY(%s)", [unknown]) if unknown else ()
    told = {int(oid): (str(category), str(of)) for oid, category, of in found}
    return {d.name: _kind(d.name, d.type_code, told.get(d.type_code, ("", ""))) for d in description}


def _kind(name: str, oid: int, told: tuple[str, str]) -> str:
    if oid in _REFUSED:
        raise values.refused(name, *_REFUSED[oid])
    if told[0] == "A":
        raise values.refused(
            name, "arrays", "make it text or single values in the query: `array_to_string(x, ',')`, `to_json(x)`, `unnest(x)`"
        )
    if told[1] == "c":
        raise values.refused(name, "records", "name their fields in the query: `(x).field`, or `to_json(x)`")
    return _KINDS.get(oid, "text")
