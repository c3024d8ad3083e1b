"""The findings as text, Markdown and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from mlspec.diagnostics.render.json_text import dump
from mlspec.reports.document import Paragraph, Table, columns
from mlspec.reports.spans import Code, Inline, Strong
from mlspec.reports.to_markdown import markdown
from mlspec.setup.doctor.finding import Finding


def has_problems(findings: Sequence[Finding]) -> bool:
    return any(f.verdict.outcome == "problem" for f in findings)


def as_text(findings: Sequence[Finding]) -> str:
    """A heading an area, a line a check, and below a problem its fix."""
    width = max((len(f.check) for f in findings), default=0)
    lines: list[str] = []
    for area, group in groupby(findings, key=lambda f: f.area):
        lines += ["", area]
        for f in group:
            lines.append(f"  {f.verdict.outcome:<8} {f.check:<{width}}  {_one_line(f.verdict.what)}")
            lines += [f"  {'':<8} {'':<{width}}  -> {_one_line(f.verdict.fix)}"] if f.verdict.fix else []
    return "\n".join([*lines[1:], "", summary(findings)])


def summary(findings: Sequence[Finding]) -> str:
    """`14 ok, 1 problem, 2 skipped`, and what the plan does not offer, where there is such."""
    counts = Counter(f.verdict.outcome for f in findings)
    less = f", {counts['limited']} limited by the plan" if counts["limited"] else ""
    return f"{counts['ok']} ok, {counts['problem']} problem{'s' * (counts['problem'] != 1)}{less}, {counts['skipped']} skipped"


def as_markdown(findings: Sequence[Finding]) -> str:
    """One table; what others wrote (names, messages) can't break out of its cell."""
    return markdown(Table(columns("", "check", "what", "how to mend it"), tuple(map(_row, findings))), Paragraph(summary(findings)))


def _row(finding: Finding) -> tuple[Inline, ...]:
    verdict = finding.verdict
    word = Strong(verdict.outcome) if verdict.outcome == "problem" else verdict.outcome
    return word, Code(f"{finding.area}: {finding.check}"), Code(verdict.what), Code(verdict.fix) if verdict.fix else ""


def as_json(findings: Sequence[Finding]) -> str:
    """`{"version": 1, "findings": [{area, check, outcome, what, fix}]}`."""
    return dump({"version": 1, "findings": [f.as_json() for f in findings]}).rstrip("\n")


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
