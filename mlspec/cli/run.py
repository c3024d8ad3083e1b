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
    from mlspec.cli.rankings import ranking_lines

    done = context.opened(show_warnings=True).run(*objects, **flags)
    result = done.result
    console.out(f"{len(result.ran)} stages ran in {result.seconds:.1f} s" if result.ran else "Everything is up to date.")
    for line in (*done.metrics, *(line for ranking in done.rankings for line in ranking_lines(ranking))):
        console.out(line)
    return console.EXIT_OK
