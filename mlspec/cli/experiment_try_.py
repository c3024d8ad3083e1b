"""`mlspec experiment try`: values of a spec, trained in a scratch clone."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("try")
@click.argument("model")
@click.argument("values", nargs=-1, metavar="[PATH=VALUE]…")
@click.option("--grid", "grids", multiple=True, metavar="PATH=A,B,C", help="Each of several values; given again, all combinations.")
@click.option("--name", metavar="NAME", help="What to call it.  [default: by its values]")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(model: str, values: tuple[str, ...], grids: tuple[str, ...], name: str | None, style: str) -> int:
    """Train MODEL with other values of its spec, such as `estimator.params.alpha=0.5`, and keep it as an experiment of DVC's.

    It starts from HEAD, in a scratch clone that shares DVC's cache: nothing of your working tree, index or branch changes.
    """
    project = context.opened()
    tried = project.try_values(model, *values, grids=grids, name=name)
    if style == "json":
        console.document({"version": 1, "kind": "tried", "experiments": [one.as_json() for one in tried]})
        return console.EXIT_OK
    for one in tried:
        console.out(str(one))
    console.out(f"`mlspec experiment list {model}` compares with HEAD")
    return console.EXIT_OK
