"""`mlspec at`: what stood in an environment at a moment."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("at")
@click.argument("moment", metavar="DATE")
@click.argument("environment", metavar="ENVIRONMENT")
@click.option("--base", metavar="BRANCH", help="The branch whose history it is.  [default: the project's, as origin has it]")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(moment: str, environment: str, base: str | None, style: str) -> int:
    """Tell what stood in ENVIRONMENT at DATE: a day as 2026-05-01 (its end, in UTC), or a moment as 2026-05-01T12:00Z.

    By Git alone: the newest commit of the base branch that was committed by then, first parents only.
    """
    from mlspec.registry.history import forms

    if environment[:4].isdigit() and not moment[:1].isdigit():
        raise click.UsageError(f"the date comes first: `mlspec at {environment} {moment}`")
    then = context.opened().at(moment, environment, base=base)
    if style == "json":
        console.document(forms.then_json(then))
        return console.EXIT_OK
    console.out(f"{environment} at {then.asked.text}: {then.line.name} at {then.step.commit[:12]}, of {then.step.instant}")
    console.table(forms.STOOD, forms.stood_rows(then))
    if then.backwards:
        first = then.backwards[-1]
        says = f"{first.commit[:12]} says {first.instant}, which is before its parent"
        console.err(f"note: a clock was wrong: {says}; dates near it may mislead")
    return console.EXIT_OK
