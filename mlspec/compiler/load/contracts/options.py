"""`logicalTypeOptions` and `enum` of a property -> rules. A missing value passes them all."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.compiler.load.contracts.measures import NotUnderstoodError, ident, literal, searched
from mlspec.compiler.load.trees import Tree

Found = tuple[Tree, Mapping[str, Any] | NotUnderstoodError]
_LIMITS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z?")


def option_rules(prop: Tree, name: str) -> Iterator[Found]:
    """(place, rule, or why there is none) of each option that says which values are valid."""
    if enum := prop.get("enum"):
        yield enum, _among(enum, name)
    options = prop.get("logicalTypeOptions")
    if options is None:
        return
    given, kind = options.items(), prop.value.get("logicalType")
    if kind in ("integer", "number") and {"minimum", "maximum"} <= given.keys():
        low, high = given.pop("minimum"), given.pop("maximum")
        yield low, {"column": name, "between": [low, high]}
    for key, part in given.items():
        try:
            yield part, _option(key, part.value, name, kind)
        except NotUnderstoodError as why:
            yield part, why


def _among(enum: Tree, name: str) -> Mapping[str, Any] | NotUnderstoodError:
    values = [item.get("value") for item in enum.parts() if isinstance(item.value, dict)]
    kept = [value for value in values if value is not None and value.value is not None]
    return {"column": name, "in": kept} if kept else NotUnderstoodError("an `enum` without values")


def _option(key: str, value: Any, name: str, kind: Any) -> Mapping[str, Any]:
    column = ident(name)
    if key in _LIMITS:
        return _expression(name, f"{column} {_LIMITS[key]} {_limit(value, kind, key)}")
    if key in ("minLength", "maxLength") and _is_number(value):
        return _expression(name, f"length({column}) {'>=' if key == 'minLength' else '<='} {int(value)}")
    if key == "pattern" and isinstance(value, str):
        return {"column": name, "matches": searched(value)}
    if key == "multipleOf" and _is_number(value) and value > 0:
        exact = f"{column} % {value} = 0" if kind == "integer" and isinstance(value, int) else _multiple(column, value)
        return _expression(name, exact)
    raise NotUnderstoodError(f"the option `{key}`")


def _multiple(column: str, value: float) -> str:
    """A binary fraction such as 0.1 has no exact multiples: near enough is one."""
    return f"abs({column} / {value!r} - round({column} / {value!r})) < 1e-6"


def _expression(name: str, holds: str) -> Mapping[str, Any]:
    return {"expression": f"{ident(name)} IS NULL OR {holds}"}


def _limit(value: Any, kind: Any, key: str) -> str:
    if kind in ("integer", "number") and _is_number(value):
        return repr(value)
    if kind == "date" and isinstance(value, str) and _DAY.fullmatch(value):
        return f"CAST({literal(value)} AS DATE)"
    if kind == "timestamp" and isinstance(value, str) and (_DAY.fullmatch(value) or _TIME.fullmatch(value)):
        return f"CAST({literal(value.removesuffix('Z').replace('T', ' '))} AS TIMESTAMP)"
    raise NotUnderstoodError(f"`{key}` of a value that is no {kind or 'number'}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
