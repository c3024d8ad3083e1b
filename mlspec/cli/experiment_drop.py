"""`mlspec experiment drop`: an experiment is forgotten."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("drop")
@click.argument("name")
def command(name: str) -> int:
    """Forget the experiment NAME. It was looked at all the same: `list` goes on counting it."""
    one = context.opened().drop_experiment(name)
    console.out(f"{one.name} is gone (it was {one.commit[:12]})")
    return console.EXIT_OK
