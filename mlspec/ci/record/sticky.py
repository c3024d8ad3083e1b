"""What the sticky comment shall say, given what stands there: a hidden first line tells which report a comment is of."""

from __future__ import annotations

import re

from mlspec.ci.record.comment import COMMIT, render
from mlspec.ci.report import Report

MARKER = "<!-- mlspec:report "
_FIRST = re.compile(re.escape(MARKER) + r"digest=sha256:([0-9a-f]{64}) commit=([0-9a-f]{40,64}) -->\n")
_LAST = f"\n---\n<sub>{COMMIT} "
"""How the footer begins: the last part of every comment."""


def comment_text(report: Report, standing: str | None) -> str | None:
    """Return the comment's text, or None where the standing one says the same already.

    A run that trained nothing, and found what the standing comment says (the run on the commit that recorded the results), keeps that
    comment's text with what was trained and how long it took; only the commit is brought up to date.
    """
    first = f"{MARKER}digest={report.digest()} commit={report.commit} -->\n"
    text = first + render(report)
    if standing is None:
        return text
    known = _FIRST.match(standing.replace("\r\n", "\n"))
    if known and not report.objects and f"sha256:{known[1]}" == report.digest():
        if known[2] == report.commit:
            return None
        text = _with_footer(first, standing.replace("\r\n", "\n")[known.end() :], text)
    return None if text.strip() == standing.replace("\r\n", "\n").strip() else text


def _with_footer(first: str, standing: str, text: str) -> str:
    """The standing text under a new first line and a new footer; the new text where the standing one has no footer."""
    kept, found, _ = standing.rpartition(_LAST)
    _, _, footer = text.rpartition(_LAST)
    return f"{first}{kept}{_LAST}{footer}" if found else text
