"""`mlspec apply`: write what the specs declare."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("apply")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when generated files are out of date (for CI).")
def command(check: bool) -> int:  # noqa: FBT001
    """Write the DVC pipelines and workflows that the specs declare; rewrite nothing that did not change."""
    from mlspec.execution.run import require_current_files
    from mlspec.plan import report
    from mlspec.plan.actions import Plan
    from mlspec.plan.apply import apply
    from mlspec.plan.diff import diff
    from mlspec.targets.render import render

    def make() -> Plan:
        compiled = context.load_project(show_warnings=False)
        return Plan(diff(compiled.root, render(compiled.project, compiled.graph)))

    if check:
        require_current_files(make())
        console.out("Generated files are up to date.")
        return console.EXIT_OK
    plan = apply(context.load_project().root, make)
    console.out(f"Generated files: {report.done(plan)}." if plan.pending else "Generated files are up to date.")
    return console.EXIT_OK
