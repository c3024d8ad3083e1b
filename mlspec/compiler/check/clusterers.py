"""A clusterer that can't say of a new row which cluster it is of makes no model: told by name, before any data is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.clusterers import without_predict


def clusterer_problems(project: Project) -> Iterator[Diagnostic]:
    """Yield MLS0861 for each model, or baseline, whose class judges only the rows that it is fitted on."""
    for model in project.models.values():
        spec = model.envelope.spec
        if not TASKS[spec.task].is_cluster:
            continue
        named: list[tuple[tuple[str, ...], Any]] = [
            (("spec", "estimator", "class"), spec.estimator),
            (("spec", "baseline", "estimator", "class"), getattr(spec.baseline, "estimator", None)),
        ]
        for route, estimator in named:
            advice = without_predict(estimator.class_path) if estimator is not None else None
            if advice is not None:
                message = f"`{estimator.class_path}` has no `predict`: it can't say of a new row which cluster it is of"
                yield Diagnostic("MLS0861", message, model.document.span(route), f"take {advice}")
