"""Codes of one area; see the package's docstring for the ranges."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {}
