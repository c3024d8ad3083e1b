"""Markdown of the pack: what comes from specs, records or data stands in code spans, so that it stays inert."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from mlspec.diagnostics.numbers import shown
from mlspec.reports.markdown import code, table
from mlspec.runtime.decision import decision_of

LONG = 4000
"""Characters of one line of a person's text."""


def missing(fix: str) -> str:
    """What nobody wrote, and who may: `fix` is our own text."""
    return f"**missing**: {fix}"


def said(text: str | None, fix: str) -> str:
    """A person's text as an inert quotation, a line each; or that it is missing."""
    if text is None or not text.strip():
        return missing(fix)
    return "\n".join(f"> {_span(line)}\\" for line in text.strip().splitlines() if line.strip()).removesuffix("\\")


def _span(text: str) -> str:
    """A code span outside of tables, where a bar needs no backslash."""
    return code(text, LONG).replace("\\|", "|")


def listed(items: Iterable[str] | None, fix: str) -> str:
    """A person's list, or that it is missing."""
    found = [f"- {_span(item)}" for item in items or ()]
    return "\n".join(found) if found else missing(fix)


def facts_table(rows: Iterable[tuple[str, str]]) -> str:
    """Two columns; cells are escaped already."""
    return table(("what", "value"), rows).rstrip("\n")


def number(value: Any) -> str:
    """A number as people read it: 6 digits; `-` where there is none."""
    return shown(value, 6) if isinstance(value, (int, float)) and not isinstance(value, bool) else "-"


def interval(estimate: Any) -> str:
    """`2.78 (2.45 to 3.18)` of {value, low, high}."""
    form = estimate if isinstance(estimate, dict) else {}
    value, low, high = (number(form.get(key)) for key in ("value", "low", "high"))
    return value if "-" in (low, high) else f"{value} ({low} to {high})"


def form(value: Any) -> str:
    """A part of a spec on one line, as JSON."""
    return code(json.dumps(value, sort_keys=True, ensure_ascii=False), LONG)


def sections(title: str, parts: Iterable[tuple[str, str]], intro: str = "") -> str:
    """A document: title, introduction, sections (heading, text); ends with one newline."""
    head = [f"# {title}", *([intro] if intro else [])]
    text = "\n\n".join([*head, *(f"## {heading}\n\n{text.strip()}" for heading, text in parts)]) + "\n"
    return re.sub(r"\n{3,}", "\n\n", text)


def mapping(value: Any) -> dict[str, Any]:
    """A mapping of a file that anybody may have edited: {} for anything else."""
    return value if isinstance(value, dict) else {}


def decided(found: Any) -> tuple[str, ...]:
    """Lines on calibration and threshold, from the `decided` of train.json; none without, or where it can't be read."""
    try:
        return decision_of(found).lines if found else ()
    except (KeyError, TypeError, ValueError, AttributeError):
        return ()


def searched(found: dict[str, Any] | None) -> str | None:
    """A search for params in a line, from its `best.json`; None without one, or where it can't be read."""
    if not found:
        return None
    try:
        doubt = "" if found["optimism"] is None else f", optimism {shown(float(found['optimism']), 3, sign=True)}"
        best = f"best {code(str(found['metric']))} {shown(float(found['value']))}, {shown(float(found['fresh']))} on fresh folds"
        return f"{int(found['trials']['all']):,} trials on training rows: {best}{doubt}; `best.json`"
    except (KeyError, TypeError, ValueError):
        return None
