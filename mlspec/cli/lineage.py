"""`mlspec lineage`: what an object was made from, and what came of it."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("lineage")
@click.argument("object_name", metavar="OBJECT")
@click.option("--base", metavar="BRANCH", help="The branch whose records count.  [default: the project's, as origin has it]")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(object_name: str, base: str | None, style: str) -> int:
    """Trace OBJECT up to its source's rows and down to every deployment, now and before.

    OBJECT is model/demand, demand@v1.0.0, source/sales, labels/topics, step/report, deployment/production/demand, or a
    digest (sha256 or DVC's md5).
    """
    found = context.opened().lineage(object_name, base=base)
    if style == "json":
        console.document(found.as_json())
        return console.EXIT_OK
    console.out(f"{found.ref}, by {found.line.name} ({found.line.tip[:12]})")
    for title, trees in (("made from", found.up), ("used by", found.down)):
        console.out(f"\n{title}" if trees else f"\n{title}: nothing")
        for tree in trees:
            console.out("\n".join(tree.lines()))
    return console.EXIT_OK
