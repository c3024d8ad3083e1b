"""`mlspec ci gather`: what the jobs brought, checked and judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.ci.report import Report

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("gather")
@click.option(
    "--plan", "plan_path", type=click.Path(dir_okay=False, path_type=Path), help="The plan. [default: .mlspec/state/ci/plan.json]"
)
@click.option("--results", type=FOLDER, required=True, help="The results of all train jobs, in one folder.")
@click.option("--base", metavar="REV", help="What the change is compared with; without it every model is judged.")
@click.option("--report", "out", type=FOLDER, required=True, help="Where to write the report.")
@click.option("--format", "style", type=click.Choice(["text", "markdown"]), default="text", show_default=True, help="How to print.")
def command(plan_path: Path | None, results: Path, base: str | None, out: Path, style: str) -> int:
    """Put the results into the tree, check them against plan, locks and storage, and judge what changed. Exit 1 unless all is well.

    The plan may have been made by the base installation: what that leaves out of `validate` is told here, beside what came of it.
    """
    from mlspec.ci.gather.gather import Run, gather, write_gathered
    from mlspec.ci.plan_file import read_plan
    from mlspec.ci.record import comment
    from mlspec.compiler.project.layout import CI_PLAN

    project = context.opened()
    loaded = project.read()
    repository = loaded.repository
    plan = read_plan(plan_path or loaded.root / CI_PLAN)
    run = Run(loaded, plan, repository.resolve(base) if base else None)
    gathered = gather(run, results)
    report = gathered.report
    write_gathered(out, gathered, comment.render(report))
    summary = comment.render(report, comment.SUMMARY)
    console.step_summary(summary)
    console.out(summary.rstrip("\n") if style == "markdown" else _text(report))
    _annotate(report)
    wrong = console.show([d for d in project.lint().diagnostics if d.is_error], "github" if console.is_on_github() else "full")
    return console.EXIT_OK if report.verdict in ("pass", "nothing") and not wrong else console.EXIT_PROBLEMS


def _text(report: Report) -> str:
    """The verdict, and a line a model."""
    from mlspec.gates.tables import failing, verdict_line

    lines = [f"{report.verdict}: {len(report.objects)} objects trained, {len(report.models)} models judged"]
    lines += [f"  {o.object} {o.outcome}" + (f": {o.why}" if o.why else "") for o in report.failed]
    lines += [f"  after the merge: {line}" for line in report.behind]
    for model in report.models:
        lines.append(f"  model/{model.model} {verdict_line(model.shown())}")
        lines += [f"    {gate.verdict}: {gate.message}" for gate in failing(model.shown())]
    return "\n".join(lines)


def _annotate(report: Report) -> None:
    """Every trouble as a diagnostic: on GitHub an annotation of the run."""
    from mlspec.diagnostics import Diagnostic

    found = [Diagnostic(t.code, f"{t.object}: {t.message}" if t.object else t.message, help=t.help or None) for t in report.troubles]
    found += [Diagnostic("MLS0580", f"{o.object} {o.outcome}: {o.why}", help="re-run the failed jobs") for o in report.failed]
    console.show(found, "github" if console.is_on_github() else "full")
