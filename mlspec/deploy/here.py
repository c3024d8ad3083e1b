"""`mlspec reconcile`: a turn on this machine, with the checks and the store that it goes by."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from mlspec.adapters.dvc.store import fetch
from mlspec.compiler.project.project import Project
from mlspec.deploy.approved import verify_before
from mlspec.deploy.outcome import Outcome
from mlspec.deploy.reconcile import reconcile
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.place import find_deployment
from mlspec.registry.signing.trust import trust_here


class Elsewhere(Problems):
    """Deployments were named that are not in the environment."""


def reconcile_here(workspace: Workspace, environment: str, deployments: Sequence[str] = (), *, dry_run: bool = False) -> list[Outcome]:
    """Reconcile an environment, or only the deployments named. Raises Elsewhere (MLS0702), MLS0003, and what `reconcile` raises."""
    verify = partial(verify_before, workspace, keep=not dry_run, trust=trust_here(workspace))
    only = _named(workspace.project, environment, deployments)
    return reconcile(workspace, environment, fetch=fetch, verify=verify, dry_run=dry_run, only=only)


def _named(project: Project, environment: str, deployments: Sequence[str]) -> set[str]:
    found = [find_deployment(project, reference) for reference in deployments]
    if elsewhere := [d.ref for d in found if d.envelope.metadata.environment != environment]:
        advice = f"name deployments of {environment}, or none"
        raise Elsewhere(Diagnostic("MLS0702", f"{', '.join(elsewhere)}: not in the environment {environment}", None, advice))
    return {d.name for d in found}
