"""A rule -> what the standard has for it: a library metric, a query, a relationship; else a custom check of the engine `mlspec`.

Each reads back as the same rule (`compiler/load/contracts/checks.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.load.contracts.checks import ENGINE, NAME, ON_FAILURE
from mlspec.compiler.load.contracts.related import Sources
from mlspec.language.kinds.validation_rules import Rule

_SEVERITIES = {"fail": "error", "warn": "warning"}
_DATA = re.compile(r"(?i)\b(from|join)(\s+)data\b")
_PLACEHOLDER = re.compile(r"\{\w+\}")
_REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_MANNER = ("name", "onFailure")


@dataclass(frozen=True, slots=True)
class Written:
    """One entry of a contract: under `quality` or `relationships` of a column, or of the object (None)."""

    column: str | None
    section: str
    item: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What is written to: `old`: ODCS 3.0, whose metrics have other names, and which has no relationships."""

    old: bool
    path: str
    sources: Sources


def written(rule: Rule, on_failure: str, target: Target) -> Iterator[Written]:
    """The entries of a rule; nothing for one that names code of the repository."""
    form = {k: v for k, v in rule.canonical().items() if k not in _MANNER}
    manner = _manner(rule.name, on_failure)
    if rule.python:
        return
    if rule.column is not None:
        yield from _of_column(rule.column, form, manner, target)
    elif rule.row_count:
        yield Written(None, "quality", _metric("rowCount", target) | _range(form["rowCount"]) | manner)
    elif rule.unique is not None:
        yield _unique(list(rule.unique), manner, target)
    elif rule.references and (relation := _relation(rule, on_failure, target)):
        yield relation
    elif rule.sql and not _PLACEHOLDER.search(rule.sql.query):
        query = _DATA.sub(r"\1\2${object}", rule.sql.query)
        yield Written(None, "quality", {"type": "sql", "query": query} | _range(form["sql"]) | manner)
    else:
        yield _custom(None, form, manner)


def _manner(name: str | None, on_failure: str) -> dict[str, Any]:
    severity = _SEVERITIES.get(on_failure)
    custom = {"customProperties": [{"property": ON_FAILURE, "value": on_failure}]}
    return ({"name": name} if name else {}) | ({"severity": severity} if severity else custom)


def _of_column(column: str, form: Mapping[str, Any], manner: Mapping[str, Any], target: Target) -> Iterator[Written]:
    rest, checks = dict(form), list(_library(form))
    if not target.old and not ("name" in manner and len(form) > 2):  # a name is of one check: several stay together
        for key, item in checks:
            del rest[key]
            yield Written(column, "quality", {**item, **manner})
    if rest.keys() - {"column"}:
        yield _custom(column, rest, manner)


def _library(form: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if form.get("notNull"):
        yield "notNull", {"metric": "nullValues", "mustBe": 0}
    if "in" in form:
        yield "in", {"metric": "invalidValues", "arguments": {"validValues": form["in"]}, "mustBe": 0}
    if "matches" in form:
        yield "matches", {"metric": "invalidValues", "arguments": {"pattern": f"^(?:{form['matches']})$"}, "mustBe": 0}
    if form.get("maxMissing"):
        yield "maxMissing", {"metric": "nullValues", "unit": "percent", "mustBeLessOrEqualTo": round(form["maxMissing"] * 100, 10)}


def _unique(columns: list[str], manner: Mapping[str, Any], target: Target) -> Written:
    if len(columns) == 1:
        return Written(columns[0], "quality", {**_metric("duplicateValues", target), "mustBe": 0, **manner})
    if target.old:
        return _custom(None, {"unique": columns}, manner)
    return Written(None, "quality", {"metric": "duplicateValues", "arguments": {"properties": columns}, "mustBe": 0, **manner})


def _metric(name: str, target: Target) -> dict[str, Any]:
    return {"type": "library", "rule": {"duplicateValues": "duplicateCount"}.get(name, name)} if target.old else {"metric": name}


def _range(form: Mapping[str, Any]) -> dict[str, Any]:
    low, high = form.get("min"), form.get("max")
    if low is not None and low == high:
        return {"mustBe": low}
    if low is not None and high is not None:
        return {"mustBeBetween": [low, high]}
    return {"mustBeGreaterOrEqualTo": low} if low is not None else {"mustBeLessOrEqualTo": high}


def _relation(rule: Rule, on_failure: str, target: Target) -> Written | None:
    """None where the standard's short form has no room for the names, or another source would be found by them."""
    given = rule.references
    if given is None or target.old:
        return None
    tables = [table for (path, table), name in target.sources.by_object.items() if (path, name) == (target.path, given.source)]
    table = tables[0] if tables else given.source
    if not (_REFERENCE.fullmatch(table) and _REFERENCE.fullmatch(given.key)) or target.sources.of(target.path, table) != given.source:
        return None
    custom = [*([{"property": NAME, "value": rule.name}] if rule.name else []), {"property": ON_FAILURE, "value": on_failure}]
    item: dict[str, Any] = {"to": f"{table}.{given.key}", "customProperties": custom}
    return Written(given.column, "relationships", item)


def _custom(column: str | None, form: Mapping[str, Any], manner: Mapping[str, Any]) -> Written:
    return Written(column, "quality", {"type": "custom", "engine": ENGINE, "implementation": dict(form), **manner})
