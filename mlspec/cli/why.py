"""`mlspec why`: what of a metric's change since a version comes from what."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import context
from mlspec.cli.compare import FORMATS, show
from mlspec.cli.reporting import report_option


@click.command("why")
@click.argument("model")
@click.option("--since", required=True, metavar="VERSION", help="The version of the registry to compare with.")
@click.option("--by", metavar="METRIC", help="Which metric.  [default: the first KPI's]")
@click.option(
    "--budget", "minutes", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True, help="Minutes that trainings may take."
)
@click.option("--format", "style", type=FORMATS, default="text", show_default=True, help="How to print.")
@report_option("Write the report to a file as well: .txt, .md, .json or .html.")
def command(model: str, since: str, by: str | None, minutes: float, style: str, report: Path | None) -> int:
    """Say what of the change of MODEL's metric since a version comes from its rows, parameters, code, seed and environment.

    Recipes are mixed of both commits and trained: 2 trainings where one thing changed, 4 for two, 8 for three. What was trained is kept on
    this machine.
    """
    return show(context.opened().why(model, since, by=by, minutes=minutes), style, report)
