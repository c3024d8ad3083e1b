"""A measure in parts: what Spark counts in the rows, and the arithmetic with it, which DuckDB does in any case."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mlspec.runtime.sql_functions import OF_MANY_ROWS
from mlspec.runtime.sql_syntax import Tree, parts
from mlspec.runtime.validate.spark.literals import INTEGERS
from mlspec.runtime.validate.spark.rows import Rows
from mlspec.runtime.validate.spark.trees import Reader, arguments, is_constant
from mlspec.runtime.validate.spark.unlike import Unlike

Way = Literal["one", "alone", "mean", "quantile", "classes"]
_ONE = {"count_star": "count({})", "count": "count({})", "min": "min({})", "max": "max({})", "sum": "sum(CAST({} AS DECIMAL(38, 0)))"}
_UNSORTED = ("FLOAT", "VARCHAR")
LEAVES = "spark_figures"
"""The table of one row that holds what Spark answered."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """An aggregate of the rows. `way`: in one query with others, in one alone, or by an own way; `sql`: the aggregate, or what it is of.

    `kind`: the DuckDB type of the answer. `condition`: of which rows, in Spark's words. `share`: which quantile.
    """

    way: Way
    sql: str
    kind: str
    condition: str | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure: its leaves, and the SQL that makes its value of them, as columns of `LEAVES`."""

    leaves: tuple[Leaf, ...]
    text: str


def figure(reader: Reader, rows: Rows, measure: str) -> Figure:
    """Take a measure apart. Raises Unlike where it asks of the rows what Spark may answer otherwise."""
    whole = reader.tree(f"SELECT {measure} FROM data")
    node = _asks(whole)
    condition = rows.sql(node["where_clause"]) if node.get("where_clause") else None
    leaves: list[Leaf] = []
    places = list(_aggregates(node["select_list"]))
    if not places:
        raise Unlike("a query that takes nothing of the rows together")
    for place in places:
        leaves.append(_leaf(reader, rows, dict(place), condition))
        _replace(place, reader, column(len(leaves) - 1))
    node["where_clause"] = None
    for found in (node, whole["statements"][0]["node"]):
        found["from_table"] = reader.tree(f"SELECT 1 FROM {LEAVES}")["statements"][0]["node"]["from_table"]
    return Figure(tuple(leaves), reader.written(whole))


def mean_figure(reader: Reader, rows: Rows, number: str) -> Figure:
    """The mean of a double, exact. Raises Unlike as `figure` does."""
    (part,) = reader.tree(f"SELECT {number} FROM data")["statements"][0]["node"]["select_list"]
    return Figure((Leaf("mean", rows.sql(part), "DOUBLE"),), f"SELECT {column(0)} FROM {LEAVES}")


def column(number: int) -> str:
    """What the answer of a leaf is called in `LEAVES`."""
    return f"figure_{number}"


def _asks(whole: Tree) -> Tree:
    """The SELECT that reads `data`: the whole, or the one query within it."""
    root = whole["statements"][0]["node"]
    inner = [p for p in parts(root["select_list"]) if p.get("type") in ("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE")]
    node = next((p for p in inner if (p.get("from_table") or {}).get("type") == "BASE_TABLE"), None) if inner else root
    others = [p for p in inner if (p.get("from_table") or {}).get("type") != "SUBQUERY" and p is not node]
    extras = ("group_expressions", "having", "qualify", "sample", "modifiers")
    if node is None or others or any(node.get(key) for key in extras) or (node["cte_map"] or {}).get("map"):
        raise Unlike("a query that is not one SELECT of aggregates, with WHERE or without")
    return node


def _aggregates(parts: Any) -> Iterator[Tree]:
    """The outermost aggregates."""
    if isinstance(parts, dict):
        if parts.get("class") == "FUNCTION" and str(parts["function_name"]).casefold() in OF_MANY_ROWS | {
            "count_star",
            "count",
            "max",
            "min",
        }:
            yield parts
            return
        if parts.get("class") in ("WINDOW", "SUBQUERY"):
            raise Unlike("a window, or a query within a query")
        parts = list(parts.values())
    if isinstance(parts, list):
        for item in parts:
            yield from _aggregates(item)


def _replace(place: Tree, reader: Reader, name: str) -> None:
    column = reader.tree(f"SELECT {name}")["statements"][0]["node"]["select_list"][0]
    alias = place.get("alias", "")
    place.clear()
    place.update(json.loads(json.dumps(column)), alias=alias)


def _leaf(reader: Reader, rows: Rows, part: Tree, condition: str | None) -> Leaf:
    name, given, kind = str(part["function_name"]).casefold(), arguments(part), reader.kind(part)
    conditions = [c for c in (condition, rows.sql(part["filter"]) if part.get("filter") else None) if c]
    only = " AND ".join(f"({c})" for c in conditions) or None
    if any(item.get("orders") for item in [part.get("order_bys") or {}]):
        raise Unlike(f"`{name}` in an order")
    if part.get("distinct"):
        return _distinct(rows, name, given, kind, only)
    of = reader.kind(given[0]) if given else ""
    if name in _ONE and (name != "sum" or of in INTEGERS) and (name not in ("min", "max") or (len(given) == 1 and kind not in _UNSORTED)):
        return Leaf("one", _ONE[name].format(_if(only, rows.sql(given[0]) if given else "1")), kind)
    if name == "avg" and of in (*INTEGERS, "DOUBLE"):
        return Leaf("mean", rows.sql(given[0]), of, only)
    if name == "quantile_cont" and is_constant(given[1]):
        return Leaf("quantile", rows.sql(given[0]), kind, only, float(reader.constant(given[1], "DOUBLE").text or "nan"))
    if name == "histogram" and of == "VARCHAR":
        return Leaf("classes", rows.sql(given[0]), kind, only)
    raise Unlike(f"`{name}`{f' of {of.casefold()}' if of else ''}")


def _distinct(rows: Rows, name: str, given: Sequence[Tree], kind: str, only: str | None) -> Leaf:
    if name != "count" or len(given) != 1:
        raise Unlike(f"`{name}(DISTINCT …)`")
    (part,) = given
    several = arguments(part) if str(part.get("function_name")).casefold() == "row" else None
    told = rows.sql(part) if several is None else f"struct({', '.join(map(rows.sql, several))})"
    return Leaf("alone", f"count(DISTINCT {_if(only, told)})", kind)


def _if(condition: str | None, value: str) -> str:
    return value if condition is None else f"CASE WHEN {condition} THEN {value} END"
