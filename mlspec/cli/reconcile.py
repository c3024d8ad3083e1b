"""`mlspec reconcile`: bring what is deployed to what Git declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from mlspec.cli import console

if TYPE_CHECKING:
    from pathlib import Path

    from mlspec.compiler.project.project import Bound, Project
    from mlspec.deploy.outcome import Outcome
    from mlspec.diagnostics import Diagnostic
    from mlspec.language.kinds.deployment import Deployment
    from mlspec.registry.signing.trust import Trust

WOULD = {"start": "would start", "replace": "would replace", "heal": "would heal", "stop": "would stop", "score": "would score"}
DONE = {"start": "started", "replace": "replaced", "heal": "healed", "stop": "stopped", "score": "scored"}


@click.command("reconcile")
@click.argument("deployments", nargs=-1, metavar="[DEPLOYMENT]...")
@click.option("--env", "environment", required=True, help="The environment to reconcile on this machine.")
@click.option("--watch", "seconds", type=click.FloatRange(min=1), metavar="SECONDS", help="Reconcile again every SECONDS, until stopped.")
@click.option("--pull", is_flag=True, help="`git pull --ff-only` first, at every turn.")
@click.option("--stop", is_flag=True, help="Stop what runs of the environment, instead.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def command(deployments: tuple[str, ...], environment: str, seconds: float | None, stop: bool, **flags: bool) -> int:  # noqa: FBT001
    """Bring what is deployed to what Git declares: start, replace without a pause, heal, stop, score; nothing when in sync.

    DEPLOYMENT, such as `deployment/staging/demand`: only these.
    """
    dry_run = flags["dry_run"]
    if stop and (seconds or flags["pull"] or deployments):
        raise click.UsageError("--stop goes with --env and --dry-run only")
    if stop:
        from mlspec.cli.context import project_root
        from mlspec.deploy.reconcile import stop_all

        return _show(stop_all(project_root(), environment, dry_run=dry_run), dry_run=dry_run, nothing="nothing runs")
    request = Request(environment, deployments, **flags)
    if seconds is None:
        return _show(_reconcile(request), dry_run=dry_run, nothing="in sync: nothing is declared")
    return _watch(request, seconds)


@dataclass(frozen=True, slots=True)
class Request:
    """What a turn of the loop does."""

    environment: str
    deployments: tuple[str, ...]
    pull: bool
    dry_run: bool


def _watch(request: Request, seconds: float) -> int:
    """Loop; problems of one turn are shown, and the next turn tries again. What is in sync is said once."""
    from mlspec.deploy.watch import watch
    from mlspec.diagnostics import Problems

    before: list[Outcome] = []

    def turn() -> None:
        nonlocal before
        try:
            found = _reconcile(request)
        except Problems as problems:
            console.show(problems.diagnostics)
            return
        news = [o for o in found if o not in before]
        before = found
        if news:
            _show(news, dry_run=request.dry_run, nothing="")

    console.err(f"watching {request.environment} every {seconds:g} seconds; Ctrl-C ends it and leaves the servers running")
    watch(turn, seconds)
    return console.EXIT_OK


def _reconcile(request: Request) -> list[Outcome]:
    from functools import partial

    from mlspec.adapters.dvc.store import fetch
    from mlspec.cli.context import load_project, project_root
    from mlspec.deploy.reconcile import reconcile
    from mlspec.registry.signing.trust import trust_here

    if request.pull:
        from mlspec.deploy.watch import pull as git_pull

        git_pull(project_root())
    loaded = load_project()
    assert loaded.project is not None  # noqa: S101 - load_project raises when there are errors
    return reconcile(
        loaded.project,
        loaded.root,
        request.environment,
        fetch=fetch,
        verify=partial(_verify, keep=not request.dry_run, trust=trust_here(loaded.root, loaded.project)),
        dry_run=request.dry_run,
        only=_named(loaded.project, request),
    )


def _verify(root: Path, project: Project, deployment: Bound[Deployment], *, keep: bool, trust: Trust) -> list[Diagnostic]:
    """The bytes are compared when they are fetched, and again when loaded. GitHub is asked for approvals once for each claim."""
    from mlspec.deploy.approved import is_known_approved, remember_approved
    from mlspec.diagnostics import has_errors
    from mlspec.promotion.verify.approved import check_approved, may_need_approval
    from mlspec.promotion.verify.deployed import verify_deployed

    found = verify_deployed(root, project, deployment, with_bytes=False, trust=trust)
    if has_errors(found) or not may_need_approval(root, project, deployment) or is_known_approved(root, deployment):
        return found
    missing = check_approved(root, project, deployment)
    if keep and not missing:
        remember_approved(root, deployment)
    return [*found, *missing]


def _named(project: Project, request: Request) -> set[str]:
    from mlspec.promotion.place import find_deployment

    found = [find_deployment(project, reference) for reference in request.deployments]
    if elsewhere := [d.ref for d in found if d.envelope.metadata.environment != request.environment]:
        raise click.UsageError(f"{', '.join(elsewhere)}: not in the environment {request.environment}")
    return {d.name for d in found}


def _show(outcomes: Sequence[Outcome], *, dry_run: bool, nothing: str) -> int:
    rows = [(o.ref, _word(o, dry_run=dry_run), o.version, o.where, o.action.reason) for o in outcomes]
    if rows:
        console.table(("deployment", "action", "version", "where", "why"), rows)
    else:
        console.out(nothing)
    return console.show([d for o in outcomes for d in o.diagnostics])


def _word(outcome: Outcome, *, dry_run: bool) -> str:
    kind = outcome.action.kind
    if kind in ("refuse", "fail"):
        return "REFUSED" if kind == "refuse" else "FAILED"
    return (WOULD if dry_run else DONE).get(kind, "none")
