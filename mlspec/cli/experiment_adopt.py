"""`mlspec experiment adopt`: from an experiment to an edited spec."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("adopt")
@click.argument("name")
def command(name: str) -> int:
    """Write what NAME tried into the spec, comments kept. A run takes its results from the cache then: nothing is trained again.

    Refused where another value stands there now than the one that the experiment started from.
    """
    console.out(str(context.opened().adopt_experiment(name)))
    return console.EXIT_OK
