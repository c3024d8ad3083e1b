"""A plan as blocks of a document."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.report import summary, told_changes
from mlspec.reports.document import Block, Bullets, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code, lines_of
from mlspec.reports.to_markdown import section_texts


def as_markdown(plan: Plan) -> str:
    """The plan for a step summary or a comment; names and values are spans of code, so they stay inert."""
    return "\n\n".join(section_texts(Section("mlspec plan", tuple(_blocks(plan))), 2))


def _blocks(plan: Plan) -> Iterator[Block]:
    yield Paragraph(f"Files: {summary(plan)}.")
    changes = told_changes(plan)
    if changes:
        yield Bullets(tuple((Code(c.action), " ", Code(c.path), f" {c.reason}".rstrip()) for c in changes))
    if not plan.stale:
        yield Paragraph(f"All {len(plan.stages)} stages are up to date.")
        return
    rows = tuple((Code(s.ref), s.stage, s.status, lines_of(map(Code, s.told))) for s in plan.stale)
    yield Table(columns("object", "stage", "state", "why"), rows)
