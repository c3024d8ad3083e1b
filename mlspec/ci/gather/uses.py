"""The uses of each judged model's test set, as a part of the report."""

from __future__ import annotations

from collections.abc import Sequence

from mlspec.ci.report import JudgedModel, Trouble, Uses
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.gates.candidate import locked_artifacts
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.holdout import Judged, holdouts


def with_uses(workspace: Workspace, found: Sequence[JudgedModel | Trouble]) -> list[JudgedModel | Trouble]:
    """The judged models with their test sets' uses, by the history of HEAD; without them in a shallow clone, which knows no past."""
    names = [one.model for one in found if isinstance(one, JudgedModel)]
    if not names or workspace.repository.is_shallow():
        return list(found)
    try:
        counted = holdouts(workspace.repository, "HEAD", {name: _judged(workspace, name) for name in names})
    except Problems:
        return list(found)
    uses = {n: Uses(versions=holdout.versions, others=holdout.others, warn=_warn(workspace.project, n)) for n, holdout in counted.items()}
    return [one.model_copy(update={"test_set": uses[one.model]}) if isinstance(one, JudgedModel) else one for one in found]


def _judged(workspace: Workspace, model: str) -> Judged:
    locked = locked_artifacts(workspace, model)
    return Judged(locked["test.parquet"].md5, locked["model"].md5)


def _warn(project: Project, model: str) -> int | None:
    kpis = project.kpis_of(model)
    limits = kpis.envelope.spec.test_uses if kpis else None
    return limits.warn if limits else None
