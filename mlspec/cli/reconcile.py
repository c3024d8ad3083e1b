"""`mlspec reconcile`: bring what is deployed to what Git declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mlspec.cli import console

if TYPE_CHECKING:
    from mlspec.deploy.outcome import Outcome

WOULD = {"start": "would start", "replace": "would replace", "heal": "would heal", "stop": "would stop", "score": "would score"}
DONE = {"start": "started", "replace": "replaced", "heal": "healed", "stop": "stopped", "score": "scored"}


@click.command("reconcile")
@click.option("--env", "environment", required=True, help="The environment to reconcile on this machine.")
@click.option("--watch", "seconds", type=click.FloatRange(min=1), metavar="SECONDS", help="Reconcile again every SECONDS, until stopped.")
@click.option("--pull", is_flag=True, help="`git pull --ff-only` first, at every turn.")
@click.option("--stop", is_flag=True, help="Stop what runs of the environment, instead.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def command(environment: str, seconds: float | None, pull: bool, stop: bool, dry_run: bool) -> int:  # noqa: FBT001
    """Bring what is deployed to what Git declares: start, replace without a pause, heal, stop, score; nothing when in sync."""
    if stop and (seconds or pull):
        raise click.UsageError("--stop goes with --env and --dry-run only")
    if stop:
        from mlspec.cli.context import project_root
        from mlspec.deploy.reconcile import stop_all

        return _show(stop_all(project_root(), environment, dry_run=dry_run), dry_run=dry_run, nothing="nothing runs")
    if seconds is None:
        return _once(environment, pull=pull, dry_run=dry_run)
    return _watch(environment, seconds, pull=pull, dry_run=dry_run)


def _once(environment: str, *, pull: bool, dry_run: bool) -> int:
    return _show(_reconcile(environment, pull=pull, dry_run=dry_run), dry_run=dry_run, nothing="in sync: nothing is declared")


def _watch(environment: str, seconds: float, *, pull: bool, dry_run: bool) -> int:
    """Loop; problems of one turn are shown, and the next turn tries again. What is in sync is said once."""
    from mlspec.deploy.watch import watch
    from mlspec.diagnostics import Problems

    before: list[Outcome] = []

    def turn() -> None:
        nonlocal before
        try:
            found = _reconcile(environment, pull=pull, dry_run=dry_run)
        except Problems as problems:
            console.show(problems.diagnostics)
            return
        news = [o for o in found if o not in before]
        before = found
        if news:
            _show(news, dry_run=dry_run, nothing="")

    console.err(f"watching {environment} every {seconds:g} seconds; Ctrl-C ends it and leaves the servers running")
    watch(turn, seconds)
    return console.EXIT_OK


def _reconcile(environment: str, *, pull: bool, dry_run: bool) -> list[Outcome]:
    from functools import partial

    from mlspec.cli.context import load_project, project_root
    from mlspec.deploy.reconcile import reconcile
    from mlspec.forge.dvc_store import fetch
    from mlspec.promotion.verify import verify_deployed

    if pull:
        from mlspec.deploy.watch import pull as git_pull

        git_pull(project_root())
    loaded = load_project()
    assert loaded.project is not None  # noqa: S101 - load_project raises when there are errors
    return reconcile(
        loaded.project,
        loaded.root,
        environment,
        fetch=fetch,
        verify=partial(verify_deployed, with_bytes=False),  # the bytes are compared when they are fetched, and again when loaded
        dry_run=dry_run,
    )


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
