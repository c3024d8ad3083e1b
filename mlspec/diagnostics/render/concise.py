"""A line a finding, for editors and grep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlspec.diagnostics.diagnostic import Diagnostic
from mlspec.diagnostics.render.excerpt import visible


def render(found: Sequence[Diagnostic], *, colour: bool = False, sources: Mapping[str, str] | None = None) -> str:  # noqa: ARG001
    """Return `path:line:column: error[CODE]: message (help)`."""
    return "".join(_line(d) for d in found)


def _line(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.span}: " if diagnostic.span else ""
    help_text = f" ({diagnostic.help})" if diagnostic.help else ""
    return visible(f"{place}{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}{help_text}".replace("\n", " ")) + "\n"
