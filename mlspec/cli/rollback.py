"""`mlspec rollback`: open the pull request that goes back to the previous version."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from mlspec.cli import console, context


@click.command("rollback")
@click.argument("deployment")
@click.option("--reason", required=True, help="What went wrong: for the people who approve, and for the hold.")
@click.option("--to", "version", metavar="vX.Y.Z", help="An earlier version that was deployed here.  [default: the one before]")
@click.option("--hold-until", metavar="YYYY-MM-DD", help="No promotion replaces it before that day.  [default: in a week]")
@click.option("--remote", default="origin", show_default=True, help="The Git remote to push to.")
@click.option("--base", metavar="BRANCH", help="The branch to merge into.  [default: the project's]")
@click.option("--dry-run", is_flag=True, help="Rehearse and show the pull request; write and push nothing.")
@click.option("--proposal", type=click.Path(path_type=Path), metavar="DIR", help="Write the proposal there, for `mlspec ci propose`.")
def command(deployment: str, hold_until: str | None, proposal: Path | None, **options: Any) -> int:
    """Propose the way back for DEPLOYMENT (such as `deployment/production/demand`), with a hold."""
    from mlspec.cli.promote import show_proposal
    from mlspec.promotion.rollback import RollbackRequest

    request = RollbackRequest(deployment, hold_until=_day(hold_until), **options)
    done = context.opened().rollback(request, proposal=proposal)
    show_proposal(done.proposal, done.published, request.remote, None if request.dry_run else proposal)
    return console.EXIT_OK


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("write it as 2026-12-01", param_hint="--hold-until") from None
