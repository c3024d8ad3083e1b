"""`mlspec compare`: models and versions on the same test rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context
from mlspec.cli.reporting import report_option

if TYPE_CHECKING:
    from mlspec.studies.compare.found import Comparison
    from mlspec.studies.experiment.listing import Listed
    from mlspec.studies.seeds.found import Seeds
    from mlspec.studies.why.found import Why

FORMATS = click.Choice(["text", "json", "markdown"])


@click.command("compare")
@click.argument("models", nargs=-1, required=True, metavar="MODEL MODEL…")
@click.option("--by", metavar="METRIC", help="What to sort by.  [default: the first KPI's metric]")
@click.option("--format", "style", type=FORMATS, default="text", show_default=True, help="How to print.")
@report_option("Write the report to a file as well: .txt, .md, .json or .html.")
def command(models: tuple[str, ...], by: str | None, style: str, report: Path | None) -> int:
    """Compare models as they were trained here (`model/demand`) and versions (`demand@v1.0.0`) with the first that is named.

    On the same test rows: models that were set aside other rows are refused. Differences are paired, with the intervals that gates judge
    by; of several, all hold together.
    """
    return show(context.opened().compare(*models, by=by), style, report)


def show(found: Comparison | Listed | Seeds | Why, style: str, report: Path | None) -> int:
    """Print what was found, and write its report."""
    from mlspec.reports.rendering import render, write

    if style == "json":
        console.document(found.as_json())
    else:
        console.out(render(found.document(), "markdown" if style == "markdown" else "text").rstrip("\n"))
    console.show(found.stale)
    if report:
        write(found.document(), report)
        console.err(f"report: {report}")
    return console.EXIT_OK
