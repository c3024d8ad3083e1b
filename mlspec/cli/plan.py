"""`mlspec plan`: what apply would write, and what run would run, and why."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("plan")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
@click.option("--exit-code", is_flag=True, help="Exit 2 when there is anything to write or to run.")
@click.option("--no-cache", "cold", is_flag=True, help="Remember nothing, and believe nothing of what was remembered.")
def command(style: str, exit_code: bool, cold: bool) -> int:  # noqa: FBT001
    """Show which files would change and which stages would run, and why. Changes nothing and needs no data.

    What is unchanged since the last time is not planned again; --no-cache plans everything.
    """
    from mlspec.pipelines.plan import report

    plan = context.opened(show_warnings=True).planned(cold=cold)
    console.out({"text": report.as_text, "json": report.as_json, "markdown": report.as_markdown}[style](plan))
    if plan.conflicts:
        return console.EXIT_PROBLEMS
    return console.EXIT_CHANGES if exit_code and (plan.pending or plan.stale) else console.EXIT_OK
