"""Params that are built: `{class: …, params: …}` is an object of that class, `{callable: "module:name"}` what the name stands for.

One home of what such a mapping looks like: the compiler checks them, the train stage builds them. Any other mapping stays the value it is.
Light: the compiler reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Route = tuple[str | int, ...]
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_CALLABLE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Nested:
    """`route`: where the mapping stands. `class_path` with `params`, or `callable`; the other is empty. `unknown`: its other keys."""

    route: Route
    class_path: str
    callable: str
    params: Mapping[str, Any]
    unknown: tuple[str, ...]


def nested_of(value: Any, route: Route = ()) -> Nested | None:
    """What a value builds; None for a value that stands for itself."""
    if not isinstance(value, Mapping):
        return None
    path, function, params = value.get("class"), value.get("callable"), value.get("params", {})
    if isinstance(path, str) and _DOTTED.fullmatch(path) and isinstance(params, Mapping):
        return Nested(route, path, "", params, tuple(str(k) for k in value if k not in ("class", "params")))
    if isinstance(function, str) and _CALLABLE.fullmatch(function):
        return Nested(route, "", function, {}, tuple(str(k) for k in value if k != "callable"))
    return None


def all_nested(value: Any, route: Route = ()) -> Iterator[Nested]:
    """Everything that is built anywhere within params, the outer ones first, each with its place."""
    found = nested_of(value, route)
    if found is not None:
        yield found
        value, route = found.params, (*route, "params")
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, item in items:
        yield from all_nested(item, (*route, key))


def named_code(class_path: str, params: Mapping[str, Any]) -> list[str]:
    """The class of an estimator and all classes and callables within its params: whatever of them is the user's, a stage depends on."""
    return [class_path, *(one.class_path or one.callable for one in all_nested(params))]
