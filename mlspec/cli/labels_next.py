"""`mlspec labels next`: rows for annotators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context
from mlspec.cli.reporting import out_option

if TYPE_CHECKING:
    from mlspec.gates.labelling.next import By


@click.command("next")
@click.argument("labels", required=False, metavar="[LABELS]")
@click.option("--model", metavar="MODEL", help="The model to ask; the only one that learns from the set when left out.")
@click.option("--rows", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many.")
@click.option(
    "--by",
    type=click.Choice(["variety", "doubt"]),
    default="variety",
    show_default=True,
    help="Doubtful and unlike each other, or the most doubtful.",
)
@out_option(".json", ".csv")
def command(labels: str | None, model: str | None, rows: int, by: By, out: Path | None) -> int:
    """Choose rows without a label that MODEL is least sure of. LABELS is such as `labels/topics`.

    FILE.json holds tasks for Label Studio with the model's predictions; FILE.csv the same rows as a table. Personal data is left out.
    """
    from mlspec.diagnostics.atomic import write_text
    from mlspec.reports.rendering import render

    found = context.opened().next_labels(labels, model=model, rows=rows, by=by)
    if out is None:
        console.out(render(found.document(), "text").rstrip("\n"))
        return console.EXIT_OK
    write_text(out, found.tasks() if out.suffix == ".json" else found.table())
    console.err(f"{len(found.found.rows)} rows: {out}")
    again = sum(row.key in found.export.data for row in found.found.rows)
    if out.suffix == ".json" and again:
        console.err(f"{again} of them are tasks of the export: Label Studio does not know tasks again, so delete those before the import")
    if out.suffix == ".json" and found.export.control is None:
        console.err("without predictions: only a JSON export with annotations tells how the project's control is called")
    return console.EXIT_OK
