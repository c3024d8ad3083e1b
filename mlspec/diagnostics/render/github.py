"""GitHub's workflow commands; escaped so that no text of a spec can start a command of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlspec.diagnostics.codes import all_codes
from mlspec.diagnostics.diagnostic import Diagnostic, Span
from mlspec.diagnostics.render.excerpt import visible

_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def render(found: Sequence[Diagnostic], *, colour: bool = False, sources: Mapping[str, str] | None = None) -> str:  # noqa: ARG001
    """Return `::error file=…,line=…,col=…,title=…::message`, a line a finding."""
    return "".join(_line(d) for d in found)


def _line(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    place = _place(span) if span else {}
    properties = ",".join(f"{k}={_property(v)}" for k, v in {**place, "title": _title(diagnostic.code)}.items())
    text = diagnostic.message + (f"\nhelp: {diagnostic.help}" if diagnostic.help else "")
    return f"::{_LEVELS[diagnostic.severity]} {properties}::{_data(text)}\n"


def _place(span: Span) -> dict[str, str]:
    numbers = {"line": span.line, "col": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    return {"file": span.path, **{key: str(number) for key, number in numbers.items()}}


def _title(code: str) -> str:
    known = all_codes().get(code)
    return f"{code} {known.title}" if known else code


def _data(text: str) -> str:
    return "".join(_ESCAPES.get(c) or visible(c) for c in text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
