"""Turns pydantic's findings into diagnostics: with positions, near names, and each mistake told once."""

from __future__ import annotations

import typing
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.diagnostics.suggest import nearest
from mlspec.source.document import Document
from mlspec.spec.base import SpecModel

Route = tuple[str | int, ...]

_CUSTOM = {
    "mls_one_of": ("MLS0106", "keep one and remove the others"),
    "mls_name": ("MLS0107", None),
    "mls_path": ("MLS0108", None),
    "mls_unit": ("MLS0109", None),
    "mls_repeated": ("MLS0110", "remove or rename one of the two"),
    "mls_kpi": ("MLS0111", None),
}


def shape_diagnostics(error: ValidationError, document: Document, value: Any, model: type[SpecModel]) -> list[Diagnostic]:
    """Return one diagnostic a mistake for a document that does not fit its kind."""
    located = [(_route(e, value), e) for e in error.errors(include_url=False, include_input=False)]
    unknown = [(r, e) for r, e in located if e["type"] == "extra_forbidden"]
    renamed = {(*r[:-1], near) for r, _ in unknown if (near := nearest(str(r[-1]), keys_at(model, r[:-1])))}
    found = [_unknown_key(document, r, model) for r, _ in unknown]
    others = [(r, e) for r, e in located if e["type"] != "extra_forbidden" and not (e["type"] == "missing" and r in renamed)]
    rest = [(r, e) for r, e in others if e["type"].startswith("mls_") or not _deepest(located, r)]
    return found + [d for r, group in _by_route(rest) if (d := _one(document, value, r, group))]


def _deepest(located: Iterable[tuple[Route, ErrorDetails]], route: Route) -> list[Route]:
    """Routes below `route` with a finding of their own: the union branch that the user meant, so the others are noise."""
    return [r for r, e in located if len(r) > len(route) and r[: len(route)] == route and e["type"] in ("extra_forbidden", "missing")]


def _by_route(located: Iterable[tuple[Route, ErrorDetails]]) -> list[tuple[Route, list[ErrorDetails]]]:
    grouped: dict[Route, list[ErrorDetails]] = {}
    for route, error in located:
        grouped.setdefault(route, []).append(error)
    return list(grouped.items())


def _route(error: ErrorDetails, value: Any) -> Route:
    """Keep the parts of pydantic's location that are steps in the document (it adds names of union branches)."""
    route: list[str | int] = []
    for part in error["loc"]:
        if _has(value, part):
            route, value = [*route, part], value[part]
    if error["type"] == "missing":
        route.append(error["loc"][-1])
    return tuple(route)


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _unknown_key(document: Document, route: Route, model: type[SpecModel]) -> Diagnostic:
    allowed = keys_at(model, route[:-1])
    return Diagnostic(
        "MLS0101",
        f"unknown key `{route[-1]}`" + (f" in `{_dotted(route[:-1])}`" if route[:-1] else ""),
        document.span(route, key=True),
        did_you_mean(str(route[-1]), allowed),
    )


def _one(document: Document, value: Any, route: Route, errors: list[ErrorDetails]) -> Diagnostic | None:
    kind = errors[0]["type"]
    if kind == "missing":
        parent = f"`{_dotted(route[:-1])}`" if route[:-1] else "the document"
        return Diagnostic("MLS0102", f"the key `{route[-1]}` is missing from {parent}", document.span(route[:-1], key=True), "add it")
    if kind in _CUSTOM:
        code, help_text = _CUSTOM[kind]
        help_text = "add one" if errors[0].get("ctx", {}).get("found") == "none" else help_text
        return Diagnostic(code, f"{_label(route)}{errors[0]['msg']}", document.span(route), help_text)
    if kind.startswith("mls_"):
        return Diagnostic("MLS0112", f"{_label(route)}{errors[0]['msg']}", document.span(route))
    if kind == "literal_error" and len(errors) == 1:
        return _not_among(document, route, errors[0], _at(value, route))
    if any(e["type"] == "string_type" for e in errors) and isinstance(_at(value, route), int | float) and not len(errors) > 2:
        return _quote_it(document, route)
    return Diagnostic("MLS0103", f"{_label(route)}{_expected(errors)}", document.span(route), None)


def _not_among(document: Document, route: Route, error: ErrorDetails, value: Any) -> Diagnostic:
    allowed = error.get("ctx", {}).get("expected", "").replace("'", "").replace(" or ", ", ").split(", ")
    return Diagnostic(
        "MLS0105", f"{_label(route)}`{_short(value)}` is not allowed here", document.span(route), did_you_mean(str(value), allowed)
    )


def _quote_it(document: Document, route: Route) -> Diagnostic:
    raw = document.raw(route) or "the value"
    return Diagnostic(
        "MLS0104", f"{_label(route)}text is expected, and YAML reads `{raw}` as a number", document.span(route), f'quote it: "{raw}"'
    )


def _expected(errors: list[ErrorDetails]) -> str:
    return " or ".join(dict.fromkeys(plain_words(e) for e in errors))


_WORDS = {
    "string_type": "text is expected",
    "int_type": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "float_type": "a number is expected",
    "bool_type": "true or false is expected",
    "tuple_type": "a list is expected",
    "dict_type": "a mapping is expected",
    "model_type": "a mapping is expected",
    "model_attributes_type": "a mapping is expected",
    "none_required": "null is expected",
}
_COUNTED = {"too_short": ("at least", "min_length"), "too_long": ("at most", "max_length")}


def plain_words(error: ErrorDetails) -> str:
    """Say pydantic's finding in the words of YAML: lists and mappings, not tuples and dictionaries."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in _COUNTED:
        bound, key = _COUNTED[kind]
        return f"the list must have {bound} {context[key]} items, and has {context['actual_length']}"
    if kind == "literal_error":
        return f"one of {context.get('expected')} is expected"
    if kind == "string_pattern_mismatch":
        return f"the text must match `{context.get('pattern')}`"
    return _WORDS.get(kind) or error["msg"].replace("Input should be", "the value must be").replace("Value error, ", "")


def _label(route: Route) -> str:
    return f"`{_dotted(route)}`: " if route else ""


def _dotted(route: Route) -> str:
    text = ""
    for part in route:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _at(value: Any, route: Route) -> Any:
    for part in route:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def keys_at(model: type[SpecModel], route: Route) -> set[str]:
    """Return the keys allowed at a route of a kind (YAML spelling)."""
    classes: list[type[SpecModel]] = [model]
    for part in route:
        if isinstance(part, str):
            classes = [inner for cls in classes for inner in _field_models(cls, part)] or classes
    return {info.alias or name for cls in classes for name, info in cls.model_fields.items()}


def _field_models(cls: type[SpecModel], key: str) -> list[type[SpecModel]]:
    info = next((i for n, i in cls.model_fields.items() if (i.alias or n) == key), None)
    return list(_models_in(info.annotation)) if info else []


def _models_in(annotation: Any) -> Iterable[type[SpecModel]]:
    if isinstance(annotation, type) and issubclass(annotation, SpecModel):
        yield annotation
        return
    for inner in typing.get_args(annotation):
        yield from _models_in(inner)
