"""What a rule says: the object, the place in it, the message and a way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Related, Severity

Route = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """`route` leads to the place in the object's document; `key`: to the key there, not to its value."""

    bound: Bound[Any]
    route: Route
    message: str
    help: str
    key: bool = False
    related: tuple[Related, ...] = ()

    def as_diagnostic(self, code: str, severity: Severity) -> Diagnostic:
        span = self.bound.document.span(self.route, key=self.key)
        return Diagnostic(code, self.message, span, self.help, severity, self.related)
