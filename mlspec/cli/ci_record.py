"""`mlspec ci record`: commit, comment and status of a run."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console, context


@click.command("record")
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), required=True, help="The report of `mlspec ci gather`.")
@click.option("--commit", required=True, metavar="SHA", help="The commit that was planned and trained.")
@click.option("--branch", required=True, metavar="NAME", help="The branch that it is of.")
@click.option("--remote", default="origin", show_default=True, help="The Git remote to push to.")
@click.option("--fork", is_flag=True, help="A fork's pull request: write nothing.")
@click.option("--as-app", is_flag=True, help="The token is a GitHub App's: what it pushes starts the checks by itself.")
def command(report: Path, commit: str, branch: str, remote: str, fork: bool, as_app: bool) -> int:  # noqa: FBT001
    """Commit locks and metrics onto the branch, set the commit's status, and bring the comment up to date. Runs no code of the project."""
    from mlspec.adapters.git.repository import open_repository
    from mlspec.ci.record.commit import Branch
    from mlspec.ci.record.record import record

    repository = open_repository(context.opened().root)
    made = record(Branch(repository, remote, branch, commit.lower(), by_app=as_app), report, fork=fork)
    for line in made.done:
        console.out(line)
    console.step_output("statuses", "true" if made.has_statuses else "")
    return console.show(made.wrong, "github" if console.is_on_github() else "full")
