"""SARIF 2.1.0, for code scanning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mlspec.diagnostics.codes import all_codes
from mlspec.diagnostics.diagnostic import Diagnostic, Span
from mlspec.diagnostics.fix import Fix
from mlspec.diagnostics.render.json_text import dump

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(found: Sequence[Diagnostic], *, colour: bool = False, sources: Mapping[str, str] | None = None) -> str:  # noqa: ARG001
    """Return one run with its rules and results."""
    driver = {"name": "mlspec", "rules": [_rule(code) for code in sorted({d.code for d in found})]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(d) for d in found]}
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> dict[str, Any]:
    known = all_codes().get(code)
    if known is None:
        return {"id": code}
    return {"id": code, "shortDescription": {"text": known.title}, "help": {"text": known.explanation, "markdown": known.explanation}}


def _result(diagnostic: Diagnostic) -> dict[str, Any]:
    text = diagnostic.message + (f" ({diagnostic.help})" if diagnostic.help else "")
    result: dict[str, Any] = {"ruleId": diagnostic.code, "level": diagnostic.severity, "message": {"text": text}}
    if diagnostic.span:
        result["locations"] = [_location(diagnostic.span)]
    if diagnostic.related:
        result["relatedLocations"] = [_location(r.span) | {"message": {"text": r.message}} for r in diagnostic.related]
    if diagnostic.fix:
        result["fixes"] = [_fix(diagnostic.fix)]
    return result


def _fix(fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _location(e.span)["physicalLocation"]["region"], "insertedContent": {"text": e.text}} for e in fix.edits
    ]
    change = {"artifactLocation": {"uri": quote(fix.edits[0].span.path)}, "replacements": replacements}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}


def _location(span: Span) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": max(1, span.end_column)}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(span.path)}, "region": region}}
