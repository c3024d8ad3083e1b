"""`mlspec reconcile`: bring what is deployed to what Git declares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context
from mlspec.diagnostics import Problems

if TYPE_CHECKING:
    from mlspec.api import OpenProject
    from mlspec.deploy.outcome import Outcome

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
    project = context.opened(show_warnings=True)
    if stop:
        return _show(project.stop(environment, dry_run=dry_run), dry_run=dry_run, nothing="nothing runs")

    def turn() -> list[Outcome]:
        return _reconcile(project, environment, deployments, **flags)

    if seconds is None:
        return _show(turn(), dry_run=dry_run, nothing="in sync: nothing is declared")
    console.err(f"watching {environment} every {seconds:g} seconds; Ctrl-C ends it and leaves the servers running")
    _watch(turn, seconds, dry_run=dry_run)
    return console.EXIT_OK


def _reconcile(project: OpenProject, environment: str, deployments: tuple[str, ...], **flags: bool) -> list[Outcome]:
    """What was named and is elsewhere is a slip of the command line. What knows of it is imported late: a server is started first."""
    try:
        return project.reconcile(environment, *deployments, **flags)
    except Problems as problems:
        from mlspec.deploy.here import Elsewhere

        if isinstance(problems, Elsewhere):
            raise click.UsageError(problems.diagnostics[0].message) from None
        raise


def _watch(reconcile: Callable[[], list[Outcome]], seconds: float, *, dry_run: bool) -> None:
    """Loop; problems of one turn are shown, and the next turn tries again. What is in sync is said once."""
    from mlspec.deploy.watch import watch

    before: list[Outcome] = []

    def turn() -> None:
        nonlocal before
        try:
            found = reconcile()
        except Problems as problems:
            console.show(problems.diagnostics)
            return
        news = [o for o in found if o not in before]
        before = found
        if news:
            _show(news, dry_run=dry_run, nothing="")

    watch(turn, seconds)


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
