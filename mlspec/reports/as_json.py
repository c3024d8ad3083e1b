"""A document as JSON: the same parts, each with its `type`; numbers to 12 digits, null where there is none."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

from mlspec.diagnostics.render.json_text import dump
from mlspec.reports.document import Document

VERSION = 1


def render(document: Document) -> str:
    """Return the document as JSON, ending with a newline."""
    return dump({"version": VERSION, **_form(document)})


def _form(value: Any) -> Any:
    if is_dataclass(value):
        return {"type": type(value).__name__, **{f.name: _form(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, tuple):
        return [_form(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else None
    return value
