"""`mlspec gc`: free what nothing needs any more, in DVC's cache and on its remote."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console, context

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("gc")
@click.option("--remote", is_flag=True, help="On the DVC remote, too.")
@click.option("--yes", is_flag=True, help="Delete it. Without, it is only told what would go.")
@click.option("--keep-days", type=float, default=14.0, show_default=True, metavar="N", help="What was written in the last N days stays.")
@click.option(
    "--shared-with",
    type=_FOLDER,
    multiple=True,
    metavar="FOLDER",
    help="Another project, or clone, with this cache or remote; can be given again.",
)
@click.option("--sole-user", is_flag=True, help="Nobody else's project uses this cache or remote.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(remote: bool, yes: bool, keep_days: float, shared_with: tuple[Path, ...], sole_user: bool, style: str) -> int:  # noqa: FBT001
    """Free what no version, claim, branch, open pull request, worktree or workspace needs in DVC's cache; with --remote on its remote, too.

    What was ever recorded in registry/ or promotions/ is kept for good, so that every version can be gone back to. Refused where this clone
    can't know what is needed: a shallow one, one that lacks a remote's branch, a store that other projects may use.
    """
    from mlspec.setup.gc import report
    from mlspec.setup.gc.gc import GcRequest

    request = GcRequest(yes, remote, keep_days, shared_with, sole_user)
    found = context.opened().gc(request)
    if style == "json":
        console.document(report.as_form(found))
    else:
        for line in report.as_lines(found):
            console.out(line)
    return console.EXIT_OK
