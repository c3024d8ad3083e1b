"""`mlspec ci statuses`: what the jobs of a started run came to, as statuses of its commit."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("statuses")
@click.argument("results", nargs=-1, required=True, metavar="JOB=RESULT[@BEGAN]...")
@click.option("--commit", required=True, metavar="SHA", help="The commit that the run was of.")
@click.option("--remote", default="origin", show_default=True, help="The Git remote of the repository.")
def command(results: tuple[str, ...], commit: str, remote: str) -> int:
    """Repeat how jobs ended as statuses of the commit: the checks of a started run do not count for its pull request.

    BEGAN is when the job began, in UTC (2026-11-21T08:00:00Z): the status of a run that began later is left as it is.
    """
    from mlspec.adapters.git.repository import open_repository
    from mlspec.ci.record.statuses import read_results, set_statuses

    repository = open_repository(context.opened().root)
    for line in set_statuses(repository, remote, commit.lower(), read_results(results)):
        console.out(line)
    return console.EXIT_OK
