"""A contract against the published JSON Schema of its version, where the library for it is installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from mlspec.diagnostics import Diagnostic, extras
from mlspec.diagnostics.words import some
from mlspec.language.yaml.document import Document

LIBRARY = "jsonschema"
_FILES = {"v3.0.0": "3.0.1", "v3.0.1": "3.0.1", "v3.0.2": "3.0.2", "v3.1.0": "3.1.0", "v3.2.0": "3.2.0"}
"""apiVersion -> the schema that knows it; the one of 3.0.0 differs from that of 3.0.1 in nothing that is checked."""
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_MOST = 20


def schema_problems(document: Document, version: str) -> Iterator[Diagnostic]:
    """MLS0461, a place each. Without the library, none: `left_out` tells."""
    if not extras.has(LIBRARY):
        return
    told = set[tuple[object, str]]()
    try:
        errors = sorted(_validator(version).iter_errors(document.value), key=lambda e: [str(p) for p in e.absolute_path])
    except RecursionError:
        yield Diagnostic("MLS0461", "it is nested too deep to be compared with the standard", document.span(), "no contract needs that")
        return
    for error in errors:
        found = _told(document, _deepest(error))
        if (found.span, found.message) not in told and len(told) < _MOST:
            told.add((found.span, found.message))
            yield found


@cache
def _validator(version: str) -> Any:
    from jsonschema import Draft201909Validator

    folder = resources.files("mlspec.compiler.load.contracts") / "published"
    return Draft201909Validator(json.loads((folder / f"odcs-{_FILES[version]}.json").read_text(encoding="utf-8")))


def _deepest(error: Any) -> Any:
    """Of several ways that all fail, the first error of the one that went furthest."""
    while error.context:
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return error


def _told(document: Document, error: Any) -> Diagnostic:
    """Values are not shown: a contract's may be secrets, or long."""
    route, unknown = list(error.absolute_path), _unknown(error)
    span = document.span([*route, unknown[0]], key=True) if unknown else document.span(route)
    return Diagnostic(
        "MLS0461", _words(error, unknown), span, f"ODCS {document.value['apiVersion'].removeprefix('v')} says what may stand here"
    )


def _unknown(error: Any) -> list[str]:
    if error.validator not in ("additionalProperties", "unevaluatedProperties") or not isinstance(error.instance, dict):
        return []
    return [key for key in error.instance if f"'{key}'" in error.message]


def _words(error: Any, unknown: list[str]) -> str:
    value = error.validator_value
    if unknown:
        return f"the standard has no key {some([f'`{key}`' for key in unknown], 4)} here"
    told: dict[str, Callable[[], str]] = {
        "required": lambda: f"`{next((key for key in value if key not in error.instance), value[0])}` is missing",
        "type": lambda: f"{' or '.join(_TYPES.get(k, k) for k in ([value] if isinstance(value, str) else value))} is expected",
        "enum": lambda: f"the value is none of {some([str(v) for v in value], 12)}",
        "const": lambda: f"`{value}` is expected",
        "pattern": lambda: "the text does not have the form that the standard gives it",
        "not": lambda: "a key stands here that may not",
    }
    words = told.get(error.validator)
    return words() if words else f"the standard's `{error.validator}` does not hold here"
