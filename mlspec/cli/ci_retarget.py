"""`mlspec ci retarget`: the checks of a pull request that goes into the main branch from now on."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("retarget")
@click.option("--commit", required=True, metavar="SHA", help="The commit at the pull request's head.")
@click.option("--branch", required=True, metavar="NAME", help="The branch that it comes from.")
@click.option("--remote", default="origin", show_default=True, help="The Git remote of the repository.")
@click.option("--fork", is_flag=True, help="A fork's pull request: say what a person has to do.")
def command(commit: str, branch: str, remote: str, fork: bool) -> int:  # noqa: FBT001
    """Take back what was said of a commit while its pull request went into another branch, and start the checks anew."""
    from mlspec.adapters.git.repository import open_repository
    from mlspec.ci.record.retarget import retarget

    for line in retarget(open_repository(context.opened().root), remote, commit.lower(), branch, fork=fork):
        console.out(line)
    return console.EXIT_OK
