"""Diagnostics of the compiler -> diagnostics and quick fixes of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lsprotocol import types

from mlspec.diagnostics import Diagnostic, Span
from mlspec.diagnostics.fix import Edit
from mlspec.language.yaml.spec_files import PROJECT_FILE
from mlspec.lsp.positions import Positions

_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}
ToUri = Callable[[str], str]
ToPositions = Callable[[str], Positions]


def by_path(found: Iterable[Diagnostic]) -> dict[str, list[Diagnostic]]:
    """Group findings by file; one without a place belongs to mlspec.yaml."""
    groups: dict[str, list[Diagnostic]] = {}
    for diagnostic in found:
        groups.setdefault(diagnostic.span.path if diagnostic.span else PROJECT_FILE, []).append(diagnostic)
    return groups


def to_protocol(diagnostic: Diagnostic, uri_of: ToUri, positions_of: ToPositions) -> types.Diagnostic:
    """Return the protocol's form: help below the message, second places as related information."""
    span = diagnostic.span or Span(PROJECT_FILE)
    help_text = f"\nhelp: {diagnostic.help}" if diagnostic.help else ""
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(uri_of(r.span.path or span.path), positions_of(r.span.path or span.path).span(r.span)), r.message
        )
        for r in diagnostic.related
    ]
    return types.Diagnostic(
        range=positions_of(span.path).span(span),
        message=diagnostic.message + help_text,
        severity=_SEVERITY[diagnostic.severity],
        code=diagnostic.code,
        source="mlspec",
        related_information=related or None,
    )


def text_edits(edits: Iterable[Edit], positions: Positions) -> list[types.TextEdit]:
    return [types.TextEdit(positions.span(e.span), e.text) for e in edits]


def compatible(diagnostics: Iterable[Diagnostic]) -> list[Edit]:
    """Return the edits of all fixes that do not touch each other, first come first served."""
    kept: list[Edit] = []
    for diagnostic in diagnostics:
        edits = diagnostic.fix.edits if diagnostic.fix else ()
        if not any(_overlap(new, old) for new in edits for old in kept):
            kept += edits
    return kept


def _overlap(first: Edit, second: Edit) -> bool:
    a, b = first.span, second.span
    return (a.line, a.column) <= (b.end_line, b.end_column) and (b.line, b.column) <= (a.end_line, a.end_column)
