"""`mlspec profile`: what the rows of a source look like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context
from mlspec.cli.reporting import report_option

if TYPE_CHECKING:
    from mlspec.setup.profile.profile import Stage


@click.command("profile")
@click.argument("source", metavar="SOURCE")
@click.option(
    "--stage", type=click.Choice(["ingest", "clean", "validate"]), default="validate", show_default=True, help="Whose rows: what it wrote."
)
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
@report_option("Write it to FILE, with charts where it ends in .html (or .md, .json, .txt), and print nothing.")
def command(source: str, stage: Stage, style: str, report: Path | None) -> int:
    """Describe the rows of SOURCE, such as `source/sales`: types, missing values, distributions, what goes together, a sample.

    Personal data (`pii: true`) is counted, and never shown.
    """
    from mlspec.reports.rendering import render, write

    found = context.opened().profile(source, stage)
    if report:
        write(found, report)
        console.err(f"report: {report}")
    else:
        console.out(render(found, style).rstrip("\n"))  # type: ignore[arg-type]  # the choices above
    return console.EXIT_OK
