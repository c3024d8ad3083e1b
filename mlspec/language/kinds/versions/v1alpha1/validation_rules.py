"""kind: ValidationRules, what changed from v1alpha1 to v1.

| v1alpha1 | v1 |
|---|---|
| `data` | `source` |
| `severity: error`, `warning`, `quarantine` | `onFailure: fail`, `warn`, `quarantine` |
| `checks: [{type: rowCount, min: 8000}]` | `rules: [{rowCount: {min: 8000}}]` |
| `{type: unique, columns: [x]}`, `{type: expression, sql: …}` | `{unique: [x]}`, `{expression: …}` |
| `{type: between, column: hour, min: 0, max: 23}` | `{column: hour, between: [0, 23]}` |
| `{type: notNull, column}`, `{type: oneOf, column, values}` | `{column, notNull: true}`, `{column, in: […]}` |
| `{type: missing, column, max: 2%}`, `{type: regex, column, pattern}` | `{column, maxMissing: 2%}`, `{column, matches}` |
| `{type: mean, column, max: 4}`, `{type: quantile, column, q, max}` | `{column, mean: {max: 4}}`, `{column, quantile: {…}}` |
| `{type: all, column, of: [{type: notNull}, …]}` | one rule with several checks of a column |
| | `contract` is new |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlspec.language.kinds.versions.forms import Variant, retag, untag
from mlspec.language.kinds.versions.part import Log, Part
from mlspec.language.kinds.versions.steps import Absent, Move, Step, Within, Words, find

_SEVERITY = {"error": "fail", "warning": "warn", "quarantine": "quarantine"}
_TABLE = {
    "unique": Variant("unique", "columns"),
    "expression": Variant("expression", "sql"),
    **{key: Variant(key) for key in ("rowCount", "rowCountChange", "references", "fresh", "classBalance", "drift", "sql", "python")},
}
_COLUMN = {
    "notNull": Variant("notNull", "value", implied=True),
    "between": Variant("between"),
    "in": Variant("oneOf", "values"),
    "maxMissing": Variant("missing", "max"),
    "matches": Variant("regex", "pattern"),
    "mean": Variant("mean"),
    "quantile": Variant("quantile"),
}
_ALL = "all"
_BESIDE = ("name", "severity", "column")


@dataclass(frozen=True, slots=True)
class _Checks:
    """One `type` a check, against keys of a rule: of the table one, of a column one or more."""

    def up(self, part: Part, log: Log) -> None:
        for check in _items(part, log):
            label = check.value.get("type")
            if label is not None and label.value == _ALL:
                _several_up(check, log)
            else:
                table = label is not None and any(label.value == v.tag for v in _TABLE.values())
                key = untag(check, "type", _TABLE | _COLUMN, log, ("name", "severity") if table else _BESIDE)
                _bounds_up(check, key, log)

    def down(self, part: Part, log: Log) -> None:
        for rule in _items(part, log):
            checks = [key for key in rule.value if key in _COLUMN]
            if "column" in rule.value and len(checks) > 1:
                _several_down(rule, checks, log)
            elif "column" in rule.value:
                _bounds_down(rule, log)
                retag(rule, "type", _COLUMN, log, _BESIDE)
            else:
                retag(rule, "type", _TABLE, log, ("name", "severity"))

    def words(self) -> Iterable[tuple[str, str]]:
        return [(key, f"type: {v.tag}") for key, v in (_TABLE | _COLUMN).items()]


def _items(part: Part, log: Log) -> list[Part]:
    found = find(part, "rules")
    if found is None or not isinstance(found.value, list):
        return []
    for item in found.value:
        if not isinstance(item.value, dict):
            log.add(item.at, "a mapping is expected here", "write a check as `{type: …, column: …}`")
    return [item for item in found.value if isinstance(item.value, dict)]


def _several_up(check: Part, log: Log) -> None:
    """{type: all, column, of: [checks]} -> {column, check, check}."""
    checks = check.value.pop("of", None)
    if checks is None or not isinstance(checks.value, list) or not all(isinstance(c.value, dict) for c in checks.value):
        log.add(check.at, "`all` needs a list `of` checks", "add it: `of: [{type: notNull}, …]`")
        return
    del check.value["type"]
    for each in checks.value:
        key = untag(each, "type", _COLUMN, log)
        _bounds_up(each, key, log)
        if key is not None and key in check.value:
            log.add(each.at, f"`{_COLUMN[key].tag}` is given twice", "remove one of the two")
        elif key is not None:
            check.value[key] = each.value[key]


def _several_down(rule: Part, checks: list[str], log: Log) -> None:
    made = []
    for key in checks:
        held = rule.value.pop(key)
        each = Part({key: held}, held.at)
        _bounds_down(each, log)
        retag(each, "type", _COLUMN, log)
        made.append(each)
    if "type" in rule.value or "of" in rule.value:
        log.inexpressible(rule.at, "`type` or `of` of a rule", "remove it")
    first = made[0]
    rule.value = {"type": Part(_ALL, first.at), **rule.value, "of": Part(made, first.at, first.at)}


def _bounds_up(rule: Part, key: str | None, log: Log) -> None:
    """between: {min, max} -> between: [min, max]."""
    if key != "between":
        return
    bounds = rule.value[key]
    if set(bounds.value) != {"min", "max"}:
        log.add(bounds.at, "`between` takes `min` and `max`, both", "for one bound alone write an `expression`")
        return
    bounds.value = [bounds.value["min"], bounds.value["max"]]


def _bounds_down(rule: Part, log: Log) -> None:
    bounds = rule.value.get("between")
    if bounds is None:
        return
    if not isinstance(bounds.value, list) or len(bounds.value) != 2:
        log.inexpressible(bounds.at, "`between` without two bounds", "write `[low, high]`")
        return
    bounds.value = dict(zip(("min", "max"), bounds.value, strict=True))


STEPS: tuple[Step, ...] = (
    Within(
        "spec",
        (
            Absent("contract"),
            Move("data", "source"),
            Move("checks", "rules"),
            _Checks(),
            Within("rules", (Words("severity", _SEVERITY), Move("severity", "onFailure"))),
            Words("severity", _SEVERITY),
            Move("severity", "onFailure"),
        ),
    ),
)
