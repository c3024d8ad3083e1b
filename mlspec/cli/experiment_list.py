"""`mlspec experiment list`: experiments beside what HEAD has."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import context
from mlspec.cli.compare import FORMATS, show
from mlspec.cli.reporting import report_option


@click.command("list")
@click.argument("model")
@click.option("--by", metavar="METRIC", help="What to sort by.  [default: the first KPI's metric]")
@click.option("--format", "style", type=FORMATS, default="text", show_default=True, help="How to print.")
@report_option("Write the report to a file as well: .txt, .md, .json or .html.")
def command(model: str, by: str | None, style: str, report: Path | None) -> int:
    """List MODEL's experiments, the best first, each compared with what HEAD has on the same test rows, paired.

    Intervals of differences hold together for all that was tried on these rows from this machine, also for what was dropped since.
    """
    return show(context.opened().experiments(model, by=by), style, report)
