"""`mlspec history`: versions, and what stood where from when to when."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("history")
@click.argument("object_name", metavar="OBJECT")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="How many rows of each table; 0: all.")
@click.option("--base", metavar="BRANCH", help="The branch whose history it is.  [default: the project's, as origin has it]")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(object_name: str, limit: int, base: str | None, style: str) -> int:
    """Tell the history of OBJECT, newest first: model/demand, demand@v1.0.0, deployment/production/demand, or an environment.

    Times are those of the merges: the committer dates on the base branch, in UTC.
    """
    from mlspec.registry.history import forms

    found = context.opened().history(object_name, limit=limit or None, base=base)
    if style == "json":
        console.document(forms.history_json(found))
        return console.EXIT_OK
    console.out(f"{found.ref}, by {found.line.name} ({found.line.tip[:12]})")
    if found.versions is not None:
        console.table(forms.VERSIONS, forms.version_rows(found.versions), title="\nversions")
    if found.periods:
        console.table(forms.PERIODS, forms.period_rows(found.periods), title="\ndeployed")
    else:
        console.out("\nnever deployed")
    if found.more:
        console.out(f"\nand more: `mlspec history {found.ref.removeprefix('environment/')} --limit 0`")
    return console.EXIT_OK
