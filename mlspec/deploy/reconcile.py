"""The reconcile loop: for each deployment of an environment, verify, observe, compare, act on the difference only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from mlspec.compiler.project.environments import check_environment
from mlspec.compiler.project.project import Bound
from mlspec.deploy.cache import Fetch
from mlspec.deploy.context import Context
from mlspec.deploy.decide import Action
from mlspec.deploy.lock import environment_lock
from mlspec.deploy.outcome import Outcome, ended
from mlspec.deploy.targets.protocol import Target, declared
from mlspec.deploy.targets.registry import RUNTIMES
from mlspec.diagnostics import Diagnostic, Problems, has_errors, problem
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.kinds.targets.table import use_another_kind
from mlspec.pipelines.workspace import Workspace

Verify = Callable[[Bound[Deployment]], Sequence[Diagnostic]]
"""verify(deployment): recomputes the claim chain; errors forbid the deployment."""


def reconcile(
    workspace: Workspace,
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
    check_environment(workspace.project, environment, "MLS0809")
    with environment_lock(workspace.root, environment, needed=not dry_run) as lock:
        context = Context(workspace, environment, fetch, dry_run, lock)
        chosen = [d for d in workspace.project.deployments_of(environment) if not only or d.name in only]
        outcomes = [_guarded(context, deployment, verify) for deployment in chosen]
        return outcomes if only else [*outcomes, *_orphans(context)]


def stop_all(project_root: Path, environment: str, *, dry_run: bool = False) -> list[Outcome]:
    """Take away all that stands of an environment on this machine; what Git declares is not asked."""
    root = project_root.resolve()
    with environment_lock(root, environment, needed=not dry_run):
        found = (
            target.withdraw(root, environment, name, "asked to stop", dry_run=dry_run)
            for target in RUNTIMES.values()
            for name in target.known(root, environment)
        )
        return [outcome for outcome in found if outcome]


def _guarded(context: Context, deployment: Bound[Deployment], verify: Verify) -> Outcome:
    """One deployment's failure is its own: the others are reconciled all the same."""
    version = deployment.envelope.spec.version or ""
    found: tuple[Diagnostic, ...] = ()
    try:
        if version:
            found = tuple(verify(deployment))
            if has_errors(found):
                return ended(deployment.ref, "refuse", "the approval does not hold", found, version)
        outcome = _reconcile_one(context, deployment)
    except Problems as problems:
        return ended(deployment.ref, "fail", "see below", (*found, *problems.diagnostics), version)
    return replace(outcome, diagnostics=(*found, *outcome.diagnostics))


def _reconcile_one(context: Context, deployment: Bound[Deployment]) -> Outcome:
    """Observe, compare, act on the difference only, and try what was done."""
    ref, name = deployment.ref, deployment.name
    if deployment.envelope.spec.version is None:
        stopped = [_withdraw(context, target, name, "no version is declared") for target in RUNTIMES.values()]
        return next(filter(None, stopped), None) or Outcome(ref, Action("noop", "in sync: no version is promoted yet"))
    target = _runtime(context, deployment)
    wanted = declared(context.project, deployment)
    observed = target.observe(context, wanted)
    action = target.decide(observed, wanted)
    done = Outcome(ref, action, wanted.desired.version, observed.where, str(observed))
    if action.kind == "noop" or context.dry_run:
        return done
    where = target.converge(context, wanted, observed, action)
    return replace(done, where=where, diagnostics=tuple(target.smoke(context, wanted)))


def _runtime(context: Context, deployment: Bound[Deployment]) -> Target:
    """What runs a Deployment's target; what stands of another kind is taken away first. Raises MLS0801 where nothing does."""
    target = context.project.target_of(deployment)
    kind = target.envelope.spec.kind.name
    for other in (runtime for name, runtime in RUNTIMES.items() if name != kind):
        _withdraw(context, other, deployment.name, "its target is of another kind now")
    if kind in RUNTIMES:
        return RUNTIMES[kind]
    span = target.document.span(["spec", kind], key=True)
    raise problem("MLS0801", f"the target `{kind}` has no runtime in this version of mlspec", help=use_another_kind(), span=span)


def _orphans(context: Context) -> list[Outcome]:
    """Take away what stands for Deployments that are gone from Git."""
    named = {d.name for d in context.project.deployments_of(context.environment)}
    found = []
    for target in RUNTIMES.values():
        for name in (n for n in target.known(context.root, context.environment) if n not in named):
            try:
                found.append(_withdraw(context, target, name, "its Deployment is gone"))
            except Problems as problems:
                found.append(ended(f"deployment/{context.environment}/{name}", "fail", "see below", problems.diagnostics))
    return [outcome for outcome in found if outcome]


def _withdraw(context: Context, target: Target, name: str, reason: str) -> Outcome | None:
    return target.withdraw(context.root, context.environment, name, reason, dry_run=context.dry_run)
