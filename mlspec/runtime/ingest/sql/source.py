"""A database and its query, as the stage's section declares them, and how it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.digest import canonical_digest
from mlspec.runtime.context import Context
from mlspec.runtime.ingest.sql import guard
from mlspec.runtime.ingest.sql.failures import failure
from mlspec.runtime.ingest.sql.fetched import Fetched, fetch
from mlspec.runtime.ingest.sql.pump import pumped
from mlspec.runtime.ingest.sql.refusal import refusal
from mlspec.runtime.ingest.sql.session import Asked, Dialect, dialect_of
from mlspec.runtime.ingest.sql.url import url_of


@dataclass(frozen=True, slots=True)
class Source:
    """`name`: of the environment variable that holds `url`; `path`: of the query's file, from the root; `query`: its one SELECT."""

    context: Context
    section: Mapping[str, Any]
    name: str
    url: Any
    dialect: Dialect
    path: Path
    written: str
    query: str

    @property
    def decides(self) -> dict[str, Any]:
        """What decides on the rows beside the stage's section."""
        return {"query": self.query, "dialect": self.dialect.name}

    @property
    def digest(self) -> str:
        """Of the query: columns are compared with those that the same one gave."""
        return canonical_digest(self.decides)

    @property
    def timeout(self) -> float:
        return float(self.section["timeout"])

    def ask(self, scratch: Path, where: str = "") -> Fetched:
        """Fetch the rows of the query, those for which `where` holds. Raises MLS0615, MLS0671, MLS0672, MLS0674 and MLS0675."""
        before = "SELECT * FROM (\n" if where else ""
        text = f"{before}{self.query}\n{f') AS mlspec_rows WHERE {where}' if where else ''}"
        asked = Asked(text, self.timeout)
        try:
            return fetch(pumped(partial(self.dialect.rows, self.url, self.context.root, asked), self.timeout, asked.stop), scratch)
        except Problems:
            raise
        except Exception as error:  # noqa: BLE001 - drivers have no class of errors in common
            raise failure(error, self.url, self.name, (self.path, self.written, self.dialect.before + len(before)), self.timeout) from None


def open_source(context: Context, section: Mapping[str, Any]) -> Source:
    """Read the query's file. Raises MLS0610 where it is not there, MLS0670 for the connection, and MLS0673 for what is no SELECT."""
    path = context.inside(section["query"])
    shown = path.relative_to(context.root.resolve())
    try:
        written = path.read_text(encoding="utf-8-sig")
    except OSError:
        raise problem("MLS0610", f"the query's file `{shown}` is not there", help="write it, or name another under `sql.query`") from None
    except UnicodeError:
        raise problem("MLS0673", f"`{shown}` is not UTF-8 text", help="save it as UTF-8") from None
    url = url_of(section["connection"])
    dialect = dialect_of(url)
    if found := [refusal(fault, str(shown), written) for fault in guard.judge(written, [dialect.name])]:
        raise Problems(found)
    return Source(context, section, section["connection"], url, dialect, shown, written, guard.statement(written, dialect.name))
