"""Where a spec names a path: for what is found only when a stage is about to run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Span

Route = tuple[str | int, ...]


def place_of(project: Project, ref: str, path: str) -> Span | None:
    """The first value of an object's spec, or else of the Project's, that is this path."""
    for bound in (project.by_ref().get(ref), project.settings):
        route = next((r for r, text in _texts(bound.document.value) if _plain(text) == path), None) if bound else None
        if bound and route is not None:
            return bound.document.span(route)
    return None


def _plain(text: str) -> str:
    """As specs are read: `./a//b` is `a/b`."""
    return "/".join(part for part in text.split("/") if part not in ("", "."))


def _texts(value: Any, route: Route = ()) -> Iterator[tuple[Route, str]]:
    if isinstance(value, str):
        yield route, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _texts(inner, (*route, key))
