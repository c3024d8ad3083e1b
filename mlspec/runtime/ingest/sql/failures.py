"""What a database, or its driver, complains of, as a diagnostic: without the address, and at the place in the query."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.runtime.ingest.sql.guard import position
from mlspec.runtime.ingest.sql.pump import NoAnswer
from mlspec.runtime.ingest.sql.url import without_secrets

_DROPPED = ("08", "28", "57P")
"""Classes of SQLSTATE: the connection failed; nobody may go in so; somebody shut it down."""
_NO_DRIVER = ("NoSuchModuleError", "ModuleNotFoundError")
_MYSQL_LATE, _MYSQL_LOST = (1969, 3024), (1040, 1044, 1045, 2002, 2003, 2006, 2013)
"""Numbers of MySQL's and MariaDB's errors: a statement took too long; nobody may, or can, go in."""
_CANCELLED = ("57014",)
_LOST_WORDS = ("lost connection", "server has gone away", "connection refused", "can't connect", "closed the connection", "unable to open")


def failure(error: BaseException, url: Any, name: str, query: tuple[Path, str, int], timeout: float) -> Problems:
    """The diagnostic of an error. `name`: of the environment variable; `query`: its file, text, and how many characters come before it."""
    source = getattr(error, "orig", None) or error
    if type(error).__name__ in _NO_DRIVER:
        message = f"no driver for a `{url.drivername}` database is installed here"
        fix = "install one, put it into the lock, and name it in the URL: `mysql+pymysql://…` for pymysql"
        return Problems(Diagnostic("MLS0670", message, None, fix))
    number = source.args[0] if source.args else None
    if isinstance(error, NoAnswer) or getattr(source, "sqlstate", None) in _CANCELLED or number in _MYSQL_LATE:
        return late(name, timeout)
    text = without_secrets(" ".join(str(source).split()), url)
    state = getattr(source, "sqlstate", None)
    lost = number in _MYSQL_LOST or (state.startswith(_DROPPED) if state else _is_lost(error, source, text))
    if lost:
        fix = "the rows of the last reading stay. Is it up, reachable from here, and is what the variable holds still right?"
        return Problems(Diagnostic("MLS0671", f"the database of {name} can't be read: {_first(text)}", None, fix))
    path, written, before = query
    at = getattr(getattr(source, "diag", None), "statement_position", None)
    line, column = position(written, int(at) - 1 - before if at else _named_at(written, text))
    span = Span(str(path), line, column, line, column + 1)
    fix = "the rows of the last reading stay. Try the query in the database's own client, by the same account"
    return Problems(Diagnostic("MLS0674", f"the database of {name} refuses the query: {_first(text)}", span, fix))


def _named_at(written: str, text: str) -> int:
    """Where the first word stands in a query that a message names, of databases that give no place; 0 where it names none of it."""
    for named in _NAMED.finditer(text):
        found = re.search(rf"(?<!\w){re.escape(named[1] or named[2])}(?!\w)", written)
        if found:
            return found.start()
    return 0


_NAMED = re.compile(r"""['"`](?:\w+\.)*(\w+)['"`]|(?:column|table|function): (?:\w+\.)*(\w+)""")


def late(name: str, timeout: float) -> Problems:
    """The diagnostic of a database that took too long."""
    fix = "raise `sql.timeout`, ask for less, or add an index; the rows of the last reading stay"
    return Problems(Diagnostic("MLS0672", f"the database of {name} did not answer within {timeout:g} s", None, fix))


def _is_lost(error: BaseException, source: BaseException, text: str) -> bool:
    """Of an error without a state: psycopg's are of the connection; for others, SQLAlchemy or their words tell."""
    broken = type(source).__module__.startswith("psycopg") and type(source).__name__ in ("OperationalError", "ConnectionTimeout")
    return broken or bool(getattr(error, "connection_invalidated", False)) or any(word in text.casefold() for word in _LOST_WORDS)


def _first(text: str) -> str:
    return text[:400].rstrip()
