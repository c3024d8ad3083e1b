"""Rules that look into another source: its values travel, each once; the rows are asked whether theirs is among them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from mlspec.runtime.sql_syntax import Tree, parts
from mlspec.runtime.validate.spark.trees import Reader


def queries_in(part: Any) -> list[Tree]:
    """The queries within a condition."""
    return [p for p in parts(part) if p.get("class") == "SUBQUERY"]


def key_of(part: Tree) -> str:
    """What tells one query from another."""
    return json.dumps(part["subquery"])


def other_values(reader: Reader, part: Tree) -> str:
    """The SQL of the values that a query gives, each once, as `v`."""
    inner = reader.written({"error": False, "statements": [{"node": part["subquery"]["node"], "named_param_map": []}]})
    return f"SELECT DISTINCT v FROM ({inner}) AS q(v)"


def views(conditions: Iterable[Any]) -> dict[str, tuple[str, Tree]]:
    """{key of a query: (the view of its values, the query)} for all conditions."""
    found: dict[str, tuple[str, Tree]] = {}
    for part in (p for condition in conditions for p in queries_in(condition)):
        found.setdefault(key_of(part), (f"mlspec_other_{len(found)}", part))
    return found
