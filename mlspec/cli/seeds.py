"""`mlspec seeds`: how much of a metric is the luck of a seed."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import context
from mlspec.cli.compare import FORMATS, show
from mlspec.cli.reporting import report_option


@click.command("seeds")
@click.argument("model")
@click.option("-n", "--seeds", "count", type=click.IntRange(2, 100), default=5, show_default=True, help="How many other seeds.")
@click.option("--format", "style", type=FORMATS, default="text", show_default=True, help="How to print.")
@report_option("Write the report to a file as well: .txt, .md, .json or .html.")
def command(model: str, count: int, style: str, report: Path | None) -> int:
    """Train MODEL (such as `model/demand`, up to date here) with other seeds, and say how far its metrics move.

    Same rows and parameters. What was measured is kept on this machine, and `mlspec gate` says beside its verdict where a gain is no
    larger than the band.
    """
    return show(context.opened().seeds(model, count), style, report)
