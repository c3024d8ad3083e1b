"""Findings that a hostile spec could cause."""

from __future__ import annotations

import pytest

from mlspec.diagnostics import Diagnostic, Related, Span

NASTY = "a\x1b[31m\x07\r\n::error::x\u202e\x9b%,:\u2028é\u0000 需要 <b>"


@pytest.fixture(name="nasty")
def nasty_findings() -> list[Diagnostic]:
    """Every field holds what could break out of a format."""
    place = Span(f"specs/{NASTY}.yaml", 2, 3, 2, 9)
    return [
        Diagnostic("MLS0101", NASTY, place, NASTY, related=(Related(place, NASTY),)),
        Diagnostic("MLS0102", NASTY, None, None, "warning"),
        Diagnostic("MLS9999", "a code that nobody knows", Span("a b/ü.yaml"), None, "note"),
    ]
