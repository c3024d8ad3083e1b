"""The reconcile loop: for each deployment of an environment, verify, observe, compare, act on the difference only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from mlspec.compiler.project.environments import check_environment
from mlspec.compiler.project.project import Bound, Project
from mlspec.deploy.batch import reconcile_batch
from mlspec.deploy.cache import Fetch
from mlspec.deploy.context import Context
from mlspec.deploy.decide import Action
from mlspec.deploy.lock import environment_lock
from mlspec.deploy.outcome import Outcome, ended
from mlspec.deploy.rest import reconcile_rest, stop_server
from mlspec.deploy.state import known
from mlspec.diagnostics import Diagnostic, Problems, has_errors, problem
from mlspec.language.kinds.deployment import Deployment

Verify = Callable[[Path, Project, Bound[Deployment]], Sequence[Diagnostic]]
"""verify(root, project, deployment): recomputes the claim chain; errors forbid the deployment."""


def reconcile(
    project: Project,
    root: Path,
    environment: str,
    *,
    fetch: Fetch,
    verify: Verify,
    dry_run: bool = False,
    only: Collection[str] = (),
) -> list[Outcome]:
    """Bring what runs on this machine to what `environment` declares; one outcome a deployment, failures among them.

    `only` names deployments; nothing else is touched then, orphans neither. Safe to run again at any time, also after it was killed.
    Raises MLS0809 (no such environment), MLS0806 (another one is at work).
    """
    check_environment(project, environment, "MLS0809")
    root = root.resolve()
    with environment_lock(root, environment, needed=not dry_run) as lock:
        context = Context(project, root, environment, fetch, dry_run, lock)
        chosen = [d for d in project.deployments_of(environment) if not only or d.name in only]
        outcomes = [_guarded(context, deployment, verify) for deployment in chosen]
        return outcomes if only else [*outcomes, *_orphans(context)]


def stop_all(project_root: Path, environment: str, *, dry_run: bool = False) -> list[Outcome]:
    """Stop every server of an environment on this machine; what Git declares is not asked."""
    root = project_root.resolve()
    with environment_lock(root, environment, needed=not dry_run):
        found = (stop_server(root, environment, name, "asked to stop", dry_run=dry_run) for name in known(root, environment))
        return [outcome for outcome in found if outcome]


def _guarded(context: Context, deployment: Bound[Deployment], verify: Verify) -> Outcome:
    """One deployment's failure is its own: the others are reconciled all the same."""
    version = deployment.envelope.spec.version or ""
    found: tuple[Diagnostic, ...] = ()
    try:
        if version:
            found = tuple(verify(context.root, context.project, deployment))
            if has_errors(found):
                return ended(deployment.ref, "refuse", "the approval does not hold", found, version)
        outcome = _reconcile_one(context, deployment)
    except Problems as problems:
        return ended(deployment.ref, "fail", "see below", (*found, *problems.diagnostics), version)
    return replace(outcome, diagnostics=(*found, *outcome.diagnostics))


def _reconcile_one(context: Context, deployment: Bound[Deployment]) -> Outcome:
    spec = deployment.envelope.spec
    target = context.project.target_of(deployment)
    if spec.version is None:
        stopped = _stop(context, deployment.name, "no version is declared")
        return stopped or Outcome(deployment.ref, Action("noop", "in sync: no version is promoted yet"))
    if target.envelope.spec.rest:
        return reconcile_rest(context, deployment, target.envelope.spec.rest)
    _stop(context, deployment.name, "its target is no server any more")
    if target.envelope.spec.batch:
        return reconcile_batch(context, deployment, target.envelope.spec.batch)
    kind = next(k for k in ("kserve", "mlflow", "image", "bundle") if getattr(target.envelope.spec, k) is not None)
    span = target.document.span(["spec", kind], key=True)
    raise problem("MLS0801", f"the target `{kind}` has no runtime in this version of mlspec", help="use `rest` or `batch`", span=span)


def _orphans(context: Context) -> list[Outcome]:
    """Stop servers whose Deployment is gone from Git."""
    declared = {d.name for d in context.project.deployments_of(context.environment)}
    gone = (name for name in known(context.root, context.environment) if name not in declared)
    found = []
    for name in gone:
        try:
            found.append(_stop(context, name, "its Deployment is gone"))
        except Problems as problems:
            found.append(ended(f"deployment/{context.environment}/{name}", "fail", "see below", problems.diagnostics))
    return [outcome for outcome in found if outcome]


def _stop(context: Context, name: str, reason: str) -> Outcome | None:
    return stop_server(context.root, context.environment, name, reason, dry_run=context.dry_run)
