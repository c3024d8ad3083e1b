"""Replaces `${var.NAME}` and `${env}` in scalar values; any other `${` is plain text and stays inert."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.language.yaml.document import Document

_USE = re.compile(r"\$\{(?:var\.([A-Za-z_][A-Za-z0-9_-]*)|(env))\}")
_STARTED = re.compile(r"\$\{\s*var\s*\.")


def has_uses(value: Any) -> bool:
    """Whether a variable is still used in `value`, at any depth: it has no value, so that nothing can be said of it."""
    if isinstance(value, dict):
        return any(has_uses(part) for part in value.values())
    if isinstance(value, list):
        return any(has_uses(part) for part in value)
    return isinstance(value, str) and bool(_USE.search(value) or _STARTED.search(value))


@dataclass(slots=True)
class Substitution:
    """One walk over a document's value. `found` collects problems; `unknown` says that a variable could not be looked up."""

    document: Document
    variables: Mapping[str, Any] | None
    environment: str | None
    found: list[Diagnostic] = field(default_factory=list)
    unknown: bool = False

    def walk(self, value: Any, route: tuple[str | int, ...] = ()) -> Any:
        if isinstance(value, dict):
            self._keys(value, route)
            return {k: self.walk(v, (*route, k)) for k, v in value.items()}
        if isinstance(value, list):
            return [self.walk(v, (*route, i)) for i, v in enumerate(value)]
        if isinstance(value, str) and "${" in value:
            return self._scalar(value, route)
        return value

    def _keys(self, mapping: dict[str, Any], route: tuple[str | int, ...]) -> None:
        for key in mapping:
            if "${" in key and _USE.search(key):
                span = self.document.span((*route, key), key=True)
                self.found.append(
                    Diagnostic("MLS0207", "a variable stands in a key", span, "variables work in values only: write the key out")
                )

    def _scalar(self, text: str, route: tuple[str | int, ...]) -> Any:
        if "${each." in text and self.document.value.get("kind") != "ModelSet":
            span = self.document.span(route)
            self.found.append(
                Diagnostic("MLS0435", "`${each.…}` has a value only in a ModelSet", span, "use it in the template of a ModelSet")
            )
        if _STARTED.search(_USE.sub("", text)):
            self._problem("`${var.` is not followed by a name and `}`", "write `${var.NAME}`", route)
        whole = _USE.fullmatch(text)
        if whole:
            return self._value(whole, route)
        return _USE.sub(lambda m: str(self._value(m, route)), text)

    def _value(self, use: re.Match[str], route: tuple[str | int, ...]) -> Any:
        if use[2]:
            return self._environment(use, route)
        if self.variables is None:
            self.unknown = True
            return use[0]
        if use[1] in self.variables:
            return self.variables[use[1]]
        self._problem(f"the variable `{use[1]}` is not declared", did_you_mean(use[1], self.variables) or _DECLARE, route)
        return use[0]

    def _environment(self, use: re.Match[str], route: tuple[str | int, ...]) -> Any:
        if self.environment is None:
            self._problem("`${env}` has a value only in a Deployment or an overlay", "use a variable, or move it there", route)
        return self.environment or use[0]

    def _problem(self, message: str, help_text: str, route: tuple[str | int, ...]) -> None:
        self.found.append(Diagnostic("MLS0207", message, self.document.span(route), help_text))


_DECLARE = "declare it under `spec.variables` in mlspec.yaml"


def substitute(
    document: Document, variables: Mapping[str, Any] | None, environment: str | None = None
) -> tuple[Any, list[Diagnostic], bool]:
    """Return the document's value with variables replaced, the problems met, and whether all was known.

    `variables` is None where the Project can't be read: then no use of one is a problem. `environment`: when not the document's own.
    """
    metadata = document.value.get("metadata") if isinstance(document.value, dict) else None
    environment = environment or (metadata.get("environment") if isinstance(metadata, dict) else None)
    walk = Substitution(document, variables, environment if isinstance(environment, str) else None)
    return walk.walk(document.value), walk.found, not walk.unknown
