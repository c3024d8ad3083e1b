"""Findings that say that nobody looked: a check was left out for want of a library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mlspec.diagnostics.diagnostic import Diagnostic


def in_any(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether a check was left out, so that `ok` would say too much."""
    return any(_says_so(found) for found in diagnostics)


def judged(diagnostics: Iterable[Diagnostic], *, strict: bool) -> list[Diagnostic]:
    """With `strict`, what was left out is an error."""
    return [replace(found, severity="error") if strict and _says_so(found) else found for found in diagnostics]


def _says_so(found: Diagnostic) -> bool:
    return found.code == "MLS0009" or (found.code == "MLS0650" and found.severity == "warning")
