"""For programs; `version` counts changes of this form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.diagnostics.diagnostic import Diagnostic, Span
from mlspec.diagnostics.fix import Fix
from mlspec.diagnostics.render.json_text import dump


def render(found: Sequence[Diagnostic], *, colour: bool = False, sources: Mapping[str, str] | None = None) -> str:  # noqa: ARG001
    """Return `{"version": 1, "diagnostics": [...]}`."""
    return dump({"version": 1, "diagnostics": [_form(d) for d in found]})


def _form(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "span": _span(diagnostic.span),
        "related": [{"message": r.message, "span": _span(r.span)} for r in diagnostic.related],
        "fix": _fix(diagnostic.fix),
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [{"span": _span(e.span), "text": e.text} for e in fix.edits]
    return {"title": fix.title, "applicability": fix.applicability, "edits": edits}


def _span(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"path": span.path, "line": span.line, "column": span.column, "endLine": span.end_line, "endColumn": span.end_column}
