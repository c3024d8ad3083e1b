"""What is left of a document without its form errors, so that one mistake does not hide the next until it is mended.

What is wrong is taken out, and the rest is read again: findings of the language's own checks are told, unless they look at a part
that is missing now.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from mlspec.compiler.load.shape import Route, at, keys_at, located, shape_diagnostics
from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.suggest import nearest
from mlspec.language.kinds.base import Envelope
from mlspec.language.yaml.document import Document

ROUNDS = 4
"""How often the rest is read again: each round may bring checks to light that could not run before."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of an unsound document: the object (None where too little is left), and what was found on the way."""

    envelope: Envelope | None
    diagnostics: tuple[Diagnostic, ...] = ()


def rest_of(error: ValidationError, document: Document, value: Any, model: type[Envelope]) -> Rest:
    """Read `value` again without what `error` says is wrong with it."""
    missed, found = set[Route](), list[Diagnostic]()
    value = copy.deepcopy(value)
    for _ in range(ROUNDS):
        wrong = located(error, value)
        routes = {_to_take(route, kind) for route, kind in wrong}
        if routes & {(), ("spec",), ("metadata",)}:
            break
        missed |= {m for route, kind in wrong for m in _missed(route, kind, value, model)}
        for route in routes:
            _take(value, route)
        try:
            return Rest(model.model_validate(value), tuple(found))
        except ValidationError as again:
            error = again
        found += shape_diagnostics(error, document, value, model, only=partial(_sees_all, missed=frozenset(missed)))
    return Rest(None, tuple(found))


def _to_take(route: Route, kind: str) -> Route:
    """What lacks a part is taken out whole, and a list with it: without one item, the others would stand at other places."""
    route = route[:-1] if kind == "missing" else route
    return route[:-1] if route and isinstance(route[-1], int) else route


def _take(value: Any, route: Route) -> None:
    for part in route[:-1]:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(value, dict):
        value.pop(route[-1], None)


def _missed(route: Route, kind: str, value: Any, model: type[Envelope]) -> Iterator[Route]:
    """What a check may miss once it is taken out: of an unknown key only the known one that was meant."""
    if kind != "extra_forbidden":
        yield _to_take(route, kind)
    elif (near := nearest(str(route[-1]), keys_at(model, route[:-1]))) and near not in at(value, route[:-1]):
        yield (*route[:-1], near)


def _sees_all(route: Route, kind: str, *, missed: Iterable[Route]) -> bool:
    """Whether a check of what stands at `route` can have missed nothing that was taken out: it may look two levels down.

    One that counts keys looks at the keys alone.
    """
    depth = len(route) + (1 if kind == "mls_one_of" else 2)
    return not any(m[: len(route)] == route and len(m) <= depth for m in missed)
