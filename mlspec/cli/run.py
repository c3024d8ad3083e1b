"""`mlspec run`: bring objects up to date with DVC."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("run")
@click.argument("objects", nargs=-1, metavar="[OBJECT]...")
@click.option("--force", is_flag=True, help="Run also what is up to date.")
@click.option("--pull", is_flag=True, help="Fetch missing data from the remote instead of recomputing it.")
@click.option("--keep-going", is_flag=True, help="After a failure go on with what does not need it.")
def command(objects: tuple[str, ...], **flags: bool) -> int:
    """Run what is stale, with DVC. OBJECT is such as `model/demand` or `modelset/stations`; all when left out."""
    console.out(str(context.opened(show_warnings=True).run(*objects, **flags)))
    return console.EXIT_OK
