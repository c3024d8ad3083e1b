"""`mlspec status`: desired and observed state of every object."""

from __future__ import annotations

import click

from mlspec.cli import console, context

HEADINGS = ("object", "state", "desired", "observed", "details")


@click.command("status")
@click.argument("objects", nargs=-1, metavar="[OBJECT]...")
@click.option("--env", "environment", help="Only the deployments of this environment.")
@click.option("--check", is_flag=True, help="Exit 2 when anything is stale, out of sync or unhealthy.")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
def command(objects: tuple[str, ...], environment: str | None, check: bool, style: str) -> int:  # noqa: FBT001
    """Show desired and observed state, KPIs, and what is stale, for every object."""
    import json

    from mlspec.deploy.status.collect import collect
    from mlspec.diagnostics import did_you_mean, problem

    loaded = context.load_project(show_warnings=False)
    wanted = loaded.project.chosen(objects)
    found = collect(loaded.root, loaded.project, loaded.graph, environment)
    if unknown := [ref for ref in wanted if ref not in {s.ref for s in found}]:
        raise problem("MLS0003", f"there is nothing to tell of `{unknown[0]}`", help=did_you_mean(unknown[0], [s.ref for s in found]))
    found = [s for s in found if not wanted or s.ref in wanted]
    if style == "json":
        console.out(json.dumps({"version": 1, "objects": [s.as_json() for s in found]}, indent=2, ensure_ascii=False))
    elif style == "markdown":
        from mlspec.reports.markdown import code, table

        console.out(table(HEADINGS, [[code(cell) if cell else "" for cell in s.row()] for s in found]))
    else:
        console.table(HEADINGS, [s.row() for s in found])
    return console.EXIT_CHANGES if check and any(not s.is_well for s in found) else console.EXIT_OK
