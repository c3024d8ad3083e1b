"""What DuckDB knows of SQL: its syntax tree, the types it gives to every part, the value of what no column is in.

DuckDB is the one that says what a rule means; Spark's words are made of its answers, never of a second reading of the text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.runtime.sql_syntax import Tree, parts, trees
from mlspec.runtime.validate.spark.unlike import Unlike


@dataclass(frozen=True, slots=True)
class Constant:
    """A value of a DuckDB type, as DuckDB writes it; None: missing."""

    text: str | None
    kind: str


class Reader:
    """Trees of a connection whose rows are the relation `data`."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._kinds: dict[str, str] = {}
        self._constants: dict[tuple[str, str], Constant] = {}
        self._frame = self.tree("SELECT 1 FROM data")

    def tree(self, text: str) -> Tree:
        """The tree of one statement."""
        (found,) = trees(self.connection, [text])
        if found["error"]:
            raise Unlike(f"DuckDB reads it, and tells no syntax of it ({found['error_message']})")
        return found

    def text(self, parts: Sequence[Tree], *, rows: bool = True) -> str:
        """The SQL that selects parts of trees: of `data`, or of no rows at all."""
        whole = json.loads(json.dumps(self._frame if rows else self.tree("SELECT 1")))
        whole["statements"][0]["node"]["select_list"] = [dict(part, alias="") for part in parts]
        return self.written(whole)

    def written(self, whole: Tree) -> str:
        """The SQL of a whole tree."""
        return str(self.connection.execute("SELECT json_deserialize_sql(?)", [json.dumps(whole)]).fetchall()[0][0])

    def kind(self, part: Tree) -> str:
        """The DuckDB type of a part."""
        key = json.dumps(part)
        if key not in self._kinds:
            found = self.connection.execute(f"DESCRIBE {self.text([part])}").fetchall()
            self._kinds[key] = str(found[0][1])
        return self._kinds[key]

    def constant(self, part: Tree, kind: str | None = None) -> Constant:
        """The value of a part without columns, as a DuckDB type: its own, or the one it meets."""
        import duckdb

        own = kind or self.kind(part)
        key = json.dumps(part), own
        if key not in self._constants:
            query = self.text([part], rows=False)
            try:
                (row,) = self.connection.execute(f"SELECT CAST(CAST(v AS {own}) AS VARCHAR) FROM ({query}) AS q(v)").fetchall()
            except duckdb.Error as error:
                raise Unlike("a constant that has no value") from error
            self._constants[key] = Constant(row[0], own)
        return self._constants[key]

    def fetch(self, query: str) -> list[Any]:
        """The one row of a query."""
        return list(self.connection.execute(query).fetchall()[0])


def columns_in(part: Any) -> list[str]:
    """The names of the columns that a part refers to, in order, each once."""
    return list(dict.fromkeys(str(p["column_names"][-1]) for p in parts(part) if p.get("class") == "COLUMN_REF"))


def arguments(part: Tree) -> list[Tree]:
    """The arguments of a function."""
    return [a["expression"] for a in part.get("arguments", ())]


def is_constant(part: Any) -> bool:
    """Whether a part is the same for every row, and holds no query."""
    return not any(p.get("class") in ("COLUMN_REF", "SUBQUERY", "WINDOW", "STAR") for p in parts(part))


def known(columns: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """{name in lower case: (name, DuckDB type)}: SQL spells columns as it likes."""
    return {name.casefold(): (name, kind) for name, kind in columns.items()}
