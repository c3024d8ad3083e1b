"""A plan as a document: which files would change, which stages would run, and why."""

from __future__ import annotations

from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.report import summary, told_changes
from mlspec.reports.document import MUST, Document, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code


def plan_document(plan: Plan) -> Document:
    """Return the plan; a part where nothing is to be done says so in a sentence."""
    return Document("plan", "mlspec plan", (_files(plan), _stages(plan)), summary=f"Files: {summary(plan)}")


def _files(plan: Plan) -> Section:
    shown = told_changes(plan)
    if not shown:
        return Section("Files", (Paragraph("All generated files are up to date."),), rank=MUST)
    rows = tuple((Code(c.path), c.action, Code(c.reason) if c.reason else "") for c in shown)
    return Section("Files", (Table(columns("file", "action", "why"), rows, "Generated files that would change"),), rank=MUST)


def _stages(plan: Plan) -> Section:
    if not plan.stale:
        return Section("Stages", (Paragraph(f"All {len(plan.stages)} stages are up to date."),), rank=MUST)
    rows = tuple((Code(s.ref), s.stage, s.status, Code("; ".join(s.told)) if s.told else "") for s in plan.stale)
    return Section("Stages", (Table(columns("object", "stage", "state", "why"), rows, "Stages that would run"),), rank=MUST)
