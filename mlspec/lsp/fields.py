"""What the schemas say about the field at a route."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from mlspec.language.kinds.catalog import KINDS
from mlspec.language.kinds.schemas import schema_of
from mlspec.lsp.scan import Route

Form = dict[str, Any]
_INHERITED = ("description", "default", "examples", "x-mlspec-reference", "x-mlspec-column-of", "x-mlspec-metric", "x-mlspec-estimator")
_LIKE: tuple[tuple[str, Route, str, Route], ...] = (
    ("ModelSet", ("spec", "template", "spec"), "Model", ("spec",)),
    ("ModelSet", ("spec", "template", "kpis"), "KPISet", ("spec", "kpis")),
    ("ModelSet", ("spec", "overrides", 0, "spec"), "Model", ("spec",)),
    ("ModelSet", ("spec", "overrides", 0, "kpis"), "KPISet", ("spec", "kpis")),
)
"""Parts of a ModelSet are written as parts of a Model and a KPISet."""


def like(kind: str, route: Route) -> tuple[str, Route]:
    """Return the kind and route whose schema describes a place; indices become 0."""
    plain = tuple(0 if isinstance(part, int) else part for part in route)
    for own, start, other, there in _LIKE:
        if kind == own and plain[: len(start)] == start:
            rest = plain[len(start) :]
            whole = other == "KPISet" and bool(rest) and isinstance(rest[0], str)  # the KPISet's spec, and not its list alone
            return other, (*(there[:-1] if whole else there), *rest)
    return kind, plain


def field(kind: str | None, route: Route) -> Form | None:
    """Return the schema of the field at a route as it is written, or None where the language has none."""
    return next(iter(forms(kind, route)), None)


def forms(kind: str | None, route: Route) -> tuple[Form, ...]:
    """Return every form that the value at a route may have, each with the field's description."""
    return _forms(*like(kind, route)) if kind in KINDS else ()


@lru_cache(maxsize=10_000)
def _forms(kind: str, route: Route) -> tuple[Form, ...]:
    schema = schema_of(kind)
    found = tuple(_flat(schema, schema))
    for part in route:
        found = tuple(form for parent in found for child in _children(parent, part) for form in _flat(child, schema))
    return found


def _children(form: Form, part: str | int) -> Iterator[Form]:
    if isinstance(part, int):
        yield from (form["prefixItems"][:1] if "prefixItems" in form else [form["items"]] if "items" in form else ())
    elif part in form.get("properties", {}):
        yield form["properties"][part]
    elif isinstance(form.get("additionalProperties"), dict):
        yield form["additionalProperties"]


def _flat(form: Form, schema: Form) -> Iterator[Form]:
    """The alternatives of a form, with references followed; each keeps what the outer one says of the field."""
    outer = {k: form[k] for k in _INHERITED if k in form}
    if "$ref" in form:
        yield from ({**inner, **outer} for inner in _flat(schema["$defs"][form["$ref"].rsplit("/", 1)[1]], schema))
    elif branches := form.get("anyOf", form.get("oneOf")):
        for branch in branches:
            yield from ({**inner, **outer} for inner in _flat(branch, schema))
    elif form.get("type") != "null":
        yield form


def properties(kind: str | None, route: Route) -> dict[str, Form]:
    """Return the keys that the mapping at a route may have, with their schemas."""
    return {name: form for found in forms(kind, route) for name, form in found.get("properties", {}).items()}


def required(kind: str | None, route: Route) -> set[str]:
    return {name for form in forms(kind, route) for name in form.get("required", ())}


def mark(kind: str | None, route: Route, name: str) -> Any:
    """Return what a keyword such as `x-mlspec-reference` says of the value at a route, or None."""
    return next((form[name] for form in forms(kind, route) if name in form), None)


def type_text(kind: str | None, route: Route) -> str:
    """Return the types of a field in words: `text`, `number or text`, `list of text`, `mapping`."""
    words: dict[str, None] = {}
    for form in forms(kind, route):
        words |= dict.fromkeys(_words(kind, route, form))
    return " or ".join(words)


def _words(kind: str | None, route: Route, form: Form) -> Iterator[str]:
    if "enum" in form or "const" in form:
        yield ", ".join(f"`{v}`" for v in form.get("enum", [form.get("const")]))
    elif "x-mlspec-unit" in form:
        yield str(form["x-mlspec-unit"])
    elif form.get("type") == "array":
        yield f"list of {type_text(kind, (*route, 0)) or 'anything'}"
    else:
        names = form.get("type", [])
        named = names if isinstance(names, str) else next(iter(names), "")
        yield {"string": "text", "object": "mapping", "boolean": "true or false"}.get(named, named or "anything")
