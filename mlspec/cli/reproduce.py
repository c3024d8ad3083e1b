"""`mlspec reproduce`: a model made again from its commit, and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context
from mlspec.cli.reporting import report_option

if TYPE_CHECKING:
    from mlspec.studies.reproduce.found import Reproduction


@click.command("reproduce")
@click.argument("model")
@click.option("--version", metavar="VERSION", help="Of the registry, such as v1.2.0.  [default: what HEAD holds]")
@click.option("--here", is_flag=True, help="In the environment that mlspec runs in, in place of the locked one.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Keep the clone: a new or empty folder.")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
@report_option("Write the report to a file as well: .txt, .md, .json or .html.")
def command(model: str, version: str | None, *, here: bool, keep: Path | None, style: str, report: Path | None) -> int:
    """Make MODEL (such as `model/demand`) again from its commit, and compare every stage with the lock.

    In a clean clone, with the locked libraries installed anew and the data that its sources once gave: features, tuning and training run
    again, and nothing is taken from a cache. Exit code 0: the same bytes at every stage. 2: it comes out otherwise, and the report says
    since which stage and by how much. 1: it could not be tried.
    """
    found = context.opened().reproduce(model, version, here=here, keep=keep)
    _print(found, style)
    if report:
        from mlspec.reports.rendering import write

        write(found.document(), report)
        console.err(f"report: {report}")
    return console.EXIT_OK if found.is_same else console.EXIT_CHANGES


def _print(found: Reproduction, style: str) -> None:
    if style == "json":
        console.document(found.as_json())
        return
    from mlspec.reports.rendering import render

    console.out(render(found.document(), "markdown" if style == "markdown" else "text").rstrip("\n"))
