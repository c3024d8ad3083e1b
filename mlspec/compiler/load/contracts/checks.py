"""What a contract's object asks of its rows -> rules of ValidationRules, each at its place in the contract.

`quality` (library metrics, SQL, and `custom` of the engine `mlspec`), `required`, `unique`, `logicalTypeOptions`, `enum`, `relationships`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.compiler.load.contracts.columns import TYPES, properties, span
from mlspec.compiler.load.contracts.measures import (
    METRICS,
    OLDER,
    OPERATORS,
    Measure,
    NotUnderstoodError,
    ident,
    metric_rule,
    query_rule,
)
from mlspec.compiler.load.contracts.options import option_rules
from mlspec.compiler.load.contracts.related import Sources, reference
from mlspec.compiler.load.trees import Tree, made, mapping
from mlspec.diagnostics import Span

ENGINE = "mlspec"
"""The `engine` of a custom check whose `implementation` is a rule of ours."""
ON_FAILURE = "mlspec.onFailure"
"""The custom property that says what a broken check does, where `severity` has no word for it."""
NAME = "mlspec.name"
"""The custom property that names the rule of a relationship, which the standard gives no name."""
_SEVERITIES = {"error": "fail", "warning": "warn", "warn": "warn", "info": "warn"}
_PLACE = re.compile(r"\$?\{(?:object|table|model|schema)\}", re.IGNORECASE)
_COLUMN = re.compile(r"\$?\{(?:property|column|field)\}", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(slots=True)
class Checks:
    """`rules`: in the order of the contract. `unchecked`: where it asks what no rule can (a text, another tool's check), and why."""

    rules: list[Tree] = field(default_factory=list)
    unchecked: list[tuple[Span, str]] = field(default_factory=list)


def checks_of(table: Tree, path: str, sources: Sources, *, declared: bool = True) -> Checks:
    """All that an object asks of its rows; without `declared`, what its columns (`required`, `unique`) do not say."""
    checks = Checks()
    for item in _parts(table, "quality"):
        _add(checks, table, None, item)
    for relation in _parts(table, "relationships"):
        _add_reference(checks, None, relation, path, sources)
    for prop in properties(table):
        if prop.value.get("logicalType", "string") not in TYPES:
            _leave_out(checks, prop)
            continue
        name = str(prop.value["name"])
        checks.rules += _declared(prop, name) if declared else ()
        for part, rule in option_rules(prop, name):
            _take(checks, part, rule)
        for item in _parts(prop, "quality"):
            _add(checks, table, name, item)
        for relation in _parts(prop, "relationships"):
            _add_reference(checks, name, relation, path, sources)
    return checks


def _parts(part: Tree, key: str) -> list[Tree]:
    found = part.get(key)
    return found.parts() if found else []


def _leave_out(checks: Checks, prop: Tree) -> None:
    for key in ("quality", "relationships"):
        checks.unchecked += [(span(item), f"{key} of a column that is no single value") for item in _parts(prop, key)]


def _declared(prop: Tree, name: str) -> Iterator[Tree]:
    if prop.value.get("required") is True:
        yield made({"column": name, "notNull": True}, prop.items()["required"].node)
    if prop.value.get("unique") is True:
        yield made({"unique": [name]}, prop.items()["unique"].node)


def _take(checks: Checks, part: Tree, rule: Mapping[str, Any] | NotUnderstoodError) -> None:
    if isinstance(rule, NotUnderstoodError):
        checks.unchecked.append((span(part), str(rule)))
    else:
        checks.rules.append(made(rule, part.node))


def _add_reference(checks: Checks, column: str | None, relation: Tree, path: str, sources: Sources) -> None:
    try:
        rule = reference(column, relation, path, sources)
        name = _custom(relation.value, NAME)
        checks.rules.append(made(({"name": name} if name else {}) | rule | _manner(relation.value), relation.node))
    except NotUnderstoodError as why:
        checks.unchecked.append((span(relation), str(why)))


def _add(checks: Checks, table: Tree, column: str | None, item: Tree) -> None:
    try:
        checks.rules.append(_rule(table, column, item))
    except NotUnderstoodError as why:
        checks.unchecked.append((span(item), str(why)))


def _rule(table: Tree, column: str | None, item: Tree) -> Tree:
    """The rule of one check. Raises NotUnderstoodError."""
    value = item.value
    kind = value.get("type", "library" if "metric" in value or "rule" in value else "text")
    if kind == "custom":
        return _own(item)
    if kind == "text":
        raise NotUnderstoodError("a text for people")
    if kind not in ("library", "sql"):
        raise NotUnderstoodError(f"a check of the type `{kind}`")
    if kind == "sql":
        operator, bound = _operator(value)
        query = _query(table, column, value)
        made_of = query_rule(query, operator, bound)
        if made_of["sql"]["query"] == query:
            made_of["sql"]["query"] = Tree(item.items()["query"].node, query)
    else:
        made_of = _metric(column, value)
    return made(_named(value) | made_of | _manner(value), item.node)


def _own(item: Tree) -> Tree:
    engine, form = item.value.get("engine"), item.get("implementation")
    if engine != ENGINE:
        raise NotUnderstoodError(f"a check of the engine `{engine}`")
    if form is None or not isinstance(form.value, dict):
        raise NotUnderstoodError("a check of the engine `mlspec` whose `implementation` is no mapping")
    if "python" in form.value:
        raise NotUnderstoodError("a function: code is named in the repository's own specs only")
    extra = {key: part for key, part in made(_named(item.value) | _manner(item.value), item.node).items().items() if key not in form.value}
    return mapping({**form.items(), **extra}, form)


def _metric(column: str | None, value: Mapping[str, Any]) -> dict[str, Any]:
    metric = value.get("metric", value.get("rule"))
    name = OLDER.get(str(metric), metric)
    if name not in METRICS:
        raise NotUnderstoodError(f"the metric `{metric}`")
    arguments = value.get("arguments", {})
    arguments = dict(arguments) if isinstance(arguments, dict) else {}
    arguments |= {key: value[key] for key in ("validValues", "pattern", "missingValues") if key in value}
    listed = arguments.pop("properties", None)
    columns = (column,) if column is not None else tuple(map(str, listed)) if isinstance(listed, list) else ()
    if column is None and name in ("nullValues", "missingValues", "invalidValues") and len(columns) > 1:
        raise NotUnderstoodError(f"`{name}` of several columns together")
    unit = str(value.get("unit", "rows")).casefold()
    if unit not in ("rows", "row", "count", "percent", "%"):
        raise NotUnderstoodError(f"the unit `{unit}`")
    given = any(key in value for key in OPERATORS)
    operator, bound = _operator(value) if given or metric != "validValues" else ("mustBe", 0)
    return metric_rule(Measure(name, columns, arguments, unit in ("percent", "%")), operator, bound)


def _operator(value: Mapping[str, Any]) -> tuple[str, Any]:
    given = [key for key in OPERATORS if key in value]
    if len(given) != 1:
        raise NotUnderstoodError(f"{len(given) or 'no'} operators, and one is needed" if given else "no operator that says what must be")
    return given[0], value[given[0]]


def _query(table: Tree, column: str | None, value: Mapping[str, Any]) -> str:
    """The query on `data`: the standard's placeholders filled in, and the object's own name made a name of it."""
    query = value.get("query")
    if not isinstance(query, str):
        raise NotUnderstoodError("a query that is no text")
    if column is None and _COLUMN.search(query):
        raise NotUnderstoodError("a query on a column, of the whole object")
    text = _COLUMN.sub(lambda _: ident(column or ""), _PLACE.sub("data", query))
    names = [str(table.value[key]) for key in ("name", "physicalName") if isinstance(table.value.get(key), str)]
    used = [n for n in names if n.casefold() != "data" and _WORD.fullmatch(n) and re.search(rf"(?i)\b(from|join)\s+{n}\b", text)]
    if not used or re.match(r"(?i)\s*with\b", text):
        return text
    return f"WITH {ident(used[0])} AS (SELECT * FROM data)\n{text}"


def _named(value: Mapping[str, Any]) -> dict[str, Any]:
    """The name of a check, as a rule's: of its name, else its id, as far as one can be made of it."""
    slugs = (re.sub(r"[^a-z0-9]+", "-", str(value.get(key) or "").casefold()).strip("-")[:63].rstrip("-") for key in ("name", "id"))
    name = next((slug for slug in slugs if slug), None)
    return {"name": name} if name else {}


def _manner(value: Mapping[str, Any]) -> dict[str, Any]:
    """What a broken check does: the custom property's word, else the severity's; the ValidationRules' where neither says."""
    if (said := _custom(value, ON_FAILURE)) is not None:
        return {"onFailure": said}
    severity = _SEVERITIES.get(str(value.get("severity")).casefold())
    return {"onFailure": severity} if severity else {}


def _custom(value: Mapping[str, Any], name: str) -> Any:
    """The value of a custom property."""
    given = value.get("customProperties")
    return (
        next((i.get("value") for i in given if isinstance(i, dict) and i.get("property") == name), None)
        if isinstance(given, list)
        else None
    )
