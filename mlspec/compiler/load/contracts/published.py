"""A contract against the published JSON Schema of its version, where the library for it is installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from mlspec.diagnostics import Diagnostic, extras
from mlspec.diagnostics.digest import bytes_digest
from mlspec.diagnostics.words import some
from mlspec.language.yaml.document import Document

LIBRARY = "jsonschema"
Fault = tuple[tuple[str | int, ...], str, str]
"""Where, an unknown key there or "", and what is wrong."""
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
_KNOWN: dict[tuple[str, str], list[Fault]] = {}
"""(version, digest of the contract) -> what is wrong with it: a thousand columns take seconds, and an editor asks at each key."""
_REMEMBERED = 64


def schema_problems(document: Document, version: str, content: bytes) -> Iterator[Diagnostic]:
    """MLS0461, a place each. Without the library, none: `left_out` tells. `content`: the bytes of the document."""
    if not extras.has(LIBRARY):
        return
    key = version, bytes_digest(content)
    if key not in _KNOWN:
        if len(_KNOWN) >= _REMEMBERED:
            _KNOWN.clear()
        _KNOWN[key] = _faults(document.value, version)
    for route, unknown, words in _KNOWN[key]:
        span = document.span([*route, unknown], key=True) if unknown else document.span(route)
        yield Diagnostic("MLS0461", words, span, f"ODCS {version.removeprefix('v')} says what may stand here")


def _faults(value: Any, version: str) -> list[Fault]:
    """At most `_MOST`, each once. Values are not shown: a contract's may be secrets, or long."""
    try:
        errors = [_deepest(error) for error in _validator(version).iter_errors(value)]
    except RecursionError:
        return [((), "", "it is nested too deep to be compared with the standard")]
    found: dict[Fault, None] = {}
    for error in sorted(errors, key=lambda e: [str(p) for p in e.absolute_path]):
        unknown = _unknown(error)
        found[(tuple(error.absolute_path), unknown[0] if unknown else "", _words(error, unknown))] = None
    return list(found)[:_MOST]


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
