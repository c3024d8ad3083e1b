"""`mlspec leaderboard`: models by a metric, and which of them the rows can't tell from the best."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import context
from mlspec.cli.compare import FORMATS, show
from mlspec.cli.reporting import report_option


@click.command("leaderboard")
@click.argument("models", nargs=-1, required=True, metavar="MODELSET|MODEL…")
@click.option("--by", metavar="METRIC", help="What to sort by.  [default: the first KPI's metric]")
@click.option("--format", "style", type=FORMATS, default="text", show_default=True, help="How to print.")
@report_option("Write the report to a file as well: .txt, .md, .json or .html.")
def command(models: tuple[str, ...], by: str | None, style: str, report: Path | None) -> int:
    """Rank the models of a set (`modelset/shops`), or those named, on the same test rows; say which may be the best.

    The best of many is best partly by luck. All are compared with it, with intervals that hold together for so many looks: those that
    can't be told from it are named.
    """
    return show(context.opened().leaderboard(*models, by=by), style, report)
