"""What is wrong with a query, as a diagnostic at its place in the file."""

from __future__ import annotations

from mlspec.diagnostics import Diagnostic, Span
from mlspec.runtime.ingest.sql import guard


def refusal(fault: guard.Fault, path: str, text: str) -> Diagnostic:
    """The diagnostic of a fault in `text`, which stands in `path`."""
    line, column = guard.position(text, fault.start)
    return Diagnostic("MLS0673", f"the query is refused: {fault.message}", Span(path, line, column, line, column + 1), fault.fix)
