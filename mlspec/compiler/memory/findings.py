"""Diagnostics as plain data and back: the same values, so that every renderer prints the same bytes."""

from __future__ import annotations

from typing import Any

from mlspec.diagnostics import Diagnostic, Edit, Fix, Related, Span


def as_form(found: Diagnostic) -> list[Any]:
    """The fields in order. A help line is kept as its text: what it would have written stands in the fix."""
    related = [[_span(r.span), r.message] for r in found.related]
    help_text = None if found.help is None else str(found.help)
    return [found.code, found.message, _span(found.span), help_text, found.severity, related, _fix(found.fix), found.secret]


def from_form(form: list[Any]) -> Diagnostic:
    """Raises TypeError or ValueError for what `as_form` did not write."""
    code, message, span, help_text, severity, related, fix, secret = form
    told = tuple(Related(Span(*where), text) for where, text in related)
    return Diagnostic(code, message, Span(*span) if span else None, help_text, severity, told, _fix_of(fix), secret)


def _span(span: Span | None) -> list[Any] | None:
    return None if span is None else [span.path, span.line, span.column, span.end_line, span.end_column]


def _fix(fix: Fix | None) -> list[Any] | None:
    if fix is None:
        return None
    return [fix.title, [[_span(e.span), e.text] for e in fix.edits], fix.applicability, fix.replaces]


def _fix_of(form: list[Any] | None) -> Fix | None:
    if form is None:
        return None
    title, edits, applicability, replaces = form
    return Fix(title, tuple(Edit(Span(*span), text) for span, text in edits), applicability, replaces)
