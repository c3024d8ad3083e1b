"""`mlspec status`: desired and observed state of every object."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("status")
@click.argument("objects", nargs=-1, metavar="[OBJECT]...")
@click.option("--env", "environment", help="Only the deployments of this environment.")
@click.option("--check", is_flag=True, help="Exit 2 when anything is stale, out of sync or unhealthy.")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
def command(objects: tuple[str, ...], environment: str | None, check: bool, style: str) -> int:  # noqa: FBT001
    """Show desired and observed state, KPIs, and what is stale, for every object."""
    from mlspec.deploy.status.collect import HEADINGS

    found = context.opened().status(*objects, environment=environment)
    if style == "json":
        console.document(found.as_json())
    elif style == "markdown":
        from mlspec.reports.markdown import code, table

        console.out(table(HEADINGS, [[code(cell) if cell else "" for cell in s.row()] for s in found]))
    else:
        console.table(HEADINGS, [s.row() for s in found])
    return console.EXIT_CHANGES if check and not found.is_well else console.EXIT_OK
