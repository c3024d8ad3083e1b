"""GitHub's workflow commands; escaped so that no text of a spec can start a command of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlspec.diagnostics.diagnostic import Diagnostic

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def render(found: Sequence[Diagnostic], *, colour: bool = False, sources: Mapping[str, str] | None = None) -> str:  # noqa: ARG001
    """Return `::error file=…,line=…,col=…,title=…::message`, a line a finding."""
    return "".join(_line(d) for d in found)


def _line(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    place = {"file": span.path, "line": str(span.line), "col": str(span.column), "endLine": str(span.end_line)} if span else {}
    properties = ",".join(f"{k}={_property(v)}" for k, v in {**place, "title": diagnostic.code}.items())
    text = diagnostic.message + (f"\nhelp: {diagnostic.help}" if diagnostic.help else "")
    return f"::{_LEVELS[diagnostic.severity]} {properties}::{_data(text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
