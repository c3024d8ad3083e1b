"""`mlspec gate`: judge models as they were trained here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context
from mlspec.cli.reporting import report_option

if TYPE_CHECKING:
    from mlspec.gates.evidence import Judgement
    from mlspec.gates.workspace import Verdicts


@click.command("gate")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--all", "everything", is_flag=True, help="Every model that has KPIs (so does naming none).")
@click.option("--env", "environment", metavar="ENVIRONMENT", help="Judge as a promotion to it would: its overlays, champion and waivers.")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
@report_option("Write a report with charts, too: FILE ends in .html, .md, .json or .txt.")
def command(models: tuple[str, ...], everything: bool, environment: str | None, style: str, report: Path | None) -> int:  # noqa: FBT001
    """Judge a model's KPIs against baseline and champion. MODEL is such as `model/demand`. Exit 1 unless all pass and none is stale."""
    if everything:
        models = ()
    found = context.opened().gate(*models, environment=environment, closer=report is not None)
    _print(found, style)
    if report:
        from mlspec.reports.rendering import write

        write(found.document(), report)
        console.err(f"report: {report}")
    console.show(found.stale)
    return console.EXIT_OK if found.passed else console.EXIT_PROBLEMS


def _print(found: Verdicts, style: str) -> None:
    from mlspec.gates.blocks import breakdown_blocks, kpi_blocks, verdict_block
    from mlspec.gates.tables import as_json
    from mlspec.reports.document import Paragraph
    from mlspec.reports.to_markdown import markdown

    judgements, uses = found.judgements, found.uses
    if style == "json":
        console.document({"version": 1, "models": [{**as_json(j), "testSet": uses.get(j.model)} for j in judgements]})
    elif style == "markdown":
        console.out(
            "\n\n".join(
                markdown(verdict_block(j), *kpi_blocks(j), *breakdown_blocks(j), Paragraph(uses.get(j.model, ""))).rstrip("\n")
                for j in judgements
            )
        )
    else:
        for judgement in judgements:
            show_judgement(judgement)
            if judgement.model in uses:
                console.out(uses[judgement.model])


def show_judgement(judgement: Judgement) -> None:
    """Print the gate table with its verdict, and why for each gate that stands in the way."""
    from mlspec.gates.overfit import training_line
    from mlspec.gates.tables import HEADINGS, breakdown_rows, gate_rows, reasons, verdict_line, waived

    console.table(HEADINGS, gate_rows(judgement), title=f"model/{judgement.candidate.model}")
    for found in judgement.breakdowns:
        console.table(found.headings, breakdown_rows(found), title=f"model/{judgement.candidate.model} by {found.by}")
    if trained := training_line(judgement.metrics, tuple(gate.metric for gate in judgement.report.gates)):
        console.out(f"overfit: {trained}")
    if judgement.searched:
        console.out(f"search: {judgement.searched.line()}")
    if judgement.alike:
        console.out(f"clusters: {judgement.alike}")
    for line in judgement.decision.lines if judgement.decision else ():
        console.out(line)
    console.out(verdict_line(judgement))
    for line in reasons(judgement):
        console.out(f"  {line}")
    for gate, waiver in waived(judgement):
        console.out(f"  waived: {gate.message}; by waiver/{waiver.name} of {waiver.owner}, until {waiver.until}: {waiver.reason}")
