"""Improvements that any model reaches, or none: a share of a baseline's value that is 0 by construction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic
from mlspec.language.kinds.kpi_set import Kpi
from mlspec.metrics.catalog import NOTHING, SIGNED


def margin_problems(project: Project, kpis: Bound[Any]) -> Iterator[Diagnostic]:
    """Yield MLS0412 for each `improveBy` that is a share of nothing; of other baselines only the gate can tell."""
    model = project.models.get(kpis.envelope.spec.model)
    baseline = model.envelope.spec.resolved_baseline if model else None
    if not isinstance(baseline, str):
        return
    for index, kpi in enumerate(kpis.envelope.spec.kpis):
        if kpi.versus == "baseline" and kpi.margin[0] > 0 and kpi.metric in NOTHING.get(baseline, ()):
            message = f"a share of {kpi.metric} says nothing: it is 0, or next to it, for a baseline that always answers the {baseline}"
            span = kpis.document.span(["spec", "kpis", index, "improveBy"])
            yield Diagnostic("MLS0412", message, span, _absolute(kpi, (model.envelope.spec.target or "") if model else ""))


def _absolute(kpi: Kpi, target: str) -> str:
    """The absolute form: the same number, where the metric goes from 0 to 1."""
    units = f", in the units of `{target}`" if kpi.metric in SIGNED else ""
    size = "…" if units else f"{kpi.margin[0]:.10g}"
    return f"write the improvement in the metric's own units: `improveBy: {{points: {size}}}`{units}"
