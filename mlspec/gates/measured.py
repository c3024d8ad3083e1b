"""A model's metrics on its own test rows, without any gate: what a registry record says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Bound, Project
from mlspec.gates.candidate import Candidate
from mlspec.gates.evidence import judge_candidate
from mlspec.gates.overview import MetricRow
from mlspec.language.kinds.kpi_set import KPISet

ANY_SIZE = {"metric": "model_size", "max": 1e300}
"""A KPI that everything meets: a model without KPIs is measured by the defaults of a KPISet (95%, so many resamples)."""


def metrics_of(root: Path, graph: Graph, project: Project, candidate: Candidate) -> tuple[MetricRow, ...]:
    """Measure a candidate; `project` says with which confidence. No verdict counts: a version may be registered and never promoted."""
    return judge_candidate(root, graph, _how(project, candidate.model), candidate, None).metrics


def _how(project: Project, model: str) -> Bound[KPISet]:
    known = project.kpis_of(model)
    if known is not None:
        return known
    form = {"apiVersion": "mlspec/v1", "kind": "KPISet", "metadata": {"name": model}, "spec": {"model": model, "kpis": [ANY_SIZE]}}
    bound = project.models[model]
    return Bound(f"kpis/{model}", KPISet.model_validate(form), replace(bound.document))
