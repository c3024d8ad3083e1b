"""`mlspec ci plan`: check specs and generated files, and plan which jobs train what is stale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlspec.ci.plan.make import Ask
    from mlspec.diagnostics import Diagnostic
    from mlspec.pipelines.workspace import Workspace


@click.command("plan")
@click.option("--base", metavar="REV", help="What the change is compared with; it is written into the plan.")
@click.option("--fork", is_flag=True, help="A fork's pull request: say what is stale, and train nothing.")
@click.option("--queue", is_flag=True, help="A merge queue: whatever is stale is a problem.")
@click.option("--only", type=click.Choice(["due"]), help="Only stale models whose cooldown and budget allow it, with what they need.")
@click.option("--force", is_flag=True, help="With `--only due`: also models that are current, whatever their cooldown.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the plan. [default: .mlspec/state/ci/plan.json]"
)
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "markdown", "github"]), default="text", show_default=True, help="How to print."
)
def command(base: str | None, fork: bool, queue: bool, only: str | None, force: bool, out: Path | None, style: str) -> int:  # noqa: FBT001
    """Check specs and generated files, and plan the jobs that train what is stale. Changes nothing but the plan file; needs no data.

    In GitHub Actions problems become annotations, the plan stands on the run's page, and the matrices of the jobs are step outputs.
    """
    from mlspec.ci.plan.make import Ask
    from mlspec.diagnostics import Problems
    from mlspec.pipelines.workspace import workspace_of

    if sum((fork, queue, only is not None)) > 1:
        raise click.UsageError("`--fork`, `--queue` and `--only` exclude each other")
    if force and only is None:
        raise click.UsageError("`--force` goes with `--only due`")
    try:
        compiled = context.opened().lint()
        _show(compiled.diagnostics, style)
        if compiled.project is None:
            return _failed(d for d in compiled.diagnostics if d.is_error)
        return _plan(
            workspace_of(compiled),
            Ask("fork" if fork else "queue" if queue else "retrain" if only else "pull-request", base, force),
            out,
            style,
        )
    except Problems as problems:
        _show(problems.diagnostics, style)
        return _failed(problems.diagnostics)


def _plan(loaded: Workspace, ask: Ask, out: Path | None, style: str) -> int:
    from mlspec.ci.plan import report as plan_report
    from mlspec.ci.plan.layers import layer_names
    from mlspec.ci.plan.make import plan_ci
    from mlspec.ci.plan.matrix import step_outputs
    from mlspec.ci.plan_file import plan_text, write_plan
    from mlspec.compiler.project.layout import CI_PLAN

    project, graph = loaded.project, loaded.graph
    planned = plan_ci(loaded, ask)
    write_plan(out or loaded.root / CI_PLAN, planned.plan)
    for name, value in step_outputs(planned.plan, layer_names(graph)).items():
        console.step_output(name, value)
    markdown = plan_report.as_markdown(planned, project, graph)
    console.step_summary(markdown)
    _show(planned.problems, style)
    shown = {"json": lambda: plan_text(planned.plan), "markdown": lambda: markdown}
    console.out(shown.get(style, lambda: plan_report.as_text(planned, project, graph))().rstrip("\n"))
    return console.EXIT_PROBLEMS if planned.problems else console.EXIT_OK


def _show(found: Iterable[Diagnostic], style: str) -> None:
    """Annotations for GitHub, else for people; never among the JSON or Markdown on standard output."""
    annotate = style == "github" or (style == "text" and console.is_on_github())
    console.show(found, "github" if annotate else "full")


def _failed(found: Iterable[Diagnostic]) -> int:
    """Where nothing could be planned: say so on the run's page, and start no job."""
    from mlspec.ci.plan.report import problems_markdown

    console.step_output("stale", "false")
    console.step_summary(problems_markdown(list(found)))
    return console.EXIT_PROBLEMS
