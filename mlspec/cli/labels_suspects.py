"""`mlspec labels suspects`: labels that are likely wrong."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console, context
from mlspec.cli.reporting import out_option


@click.command("suspects")
@click.argument("labels", required=False, metavar="[LABELS]")
@click.option("--model", metavar="MODEL", help="The model to ask; the only one that learns from the set when left out.")
@click.option("--rows", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many to print.")
@out_option(".csv")
def command(labels: str | None, model: str | None, rows: int, out: Path | None) -> int:
    """List labels that five models, each trained as declared on four fifths of the rows, doubt in the fifth it has not seen.

    LABELS is such as `labels/topics`. Nothing is changed: what is wrong is settled by a line in the file of adjudicated labels.
    """
    from mlspec.diagnostics.atomic import write_text
    from mlspec.reports.rendering import render

    found = context.opened().suspect_labels(labels, model=model)
    if out is None:
        console.out(render(found.document(rows), "text").rstrip("\n"))
    else:
        write_text(out, found.table())
        console.err(f"{len(found.found.rows)} suspects: {out}")
    return console.EXIT_OK
