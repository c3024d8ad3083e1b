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
    from mlspec.plan.make import plan_files

    def make() -> Plan:
        compiled = context.load_project(show_warnings=False)
        return plan_files(compiled.root, compiled.project, compiled.graph)

    if check:
        require_current_files(make())
        console.out("Generated files are up to date.")
        return console.EXIT_OK
    plan = apply(context.load_project().root, make)
    for change in plan.kept:
        console.err(f"{change.path}: {change.reason}")
    written = report.done(plan)
    console.out(f"Generated files: {written}." if written != report.NOTHING else "Generated files are up to date.")
    return console.EXIT_OK
