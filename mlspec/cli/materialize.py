"""`mlspec materialize`: the newest features of each key, to where servers read them."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("materialize")
@click.argument("sets", nargs=-1, metavar="[SET]...")
@click.option("--force", is_flag=True, help="Write also what stands there already.")
def command(sets: tuple[str, ...], *, force: bool) -> int:
    """Write the newest row of each key of feature sets to their `online` stores. SET is such as `features/hourly`; all when left out.

    A set that is stale is refused. Whoever reads meanwhile sees what stood there before, or all that is new.
    """
    for done in context.opened(show_warnings=True).materialize(*sets, force=force):
        console.out(str(done))
    return console.EXIT_OK
