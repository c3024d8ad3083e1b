"""A code means one thing: two areas that took the same one would hide each other's page."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

from mlspec.diagnostics.codes import AREAS


def test_no_code_stands_in_two_areas() -> None:
    found = Counter(code for area in AREAS for code in import_module(f"mlspec.diagnostics.codes.{area}").CODES)
    assert [code for code, count in found.items() if count > 1] == []
