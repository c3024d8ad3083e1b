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
    from mlspec.plan.ledger import ledger_bytes
    from mlspec.plan.make import plan_files

    seen = ledger_bytes(context.project_root())
    compiled = context.load_project(show_warnings=not check)

    def make() -> Plan:
        """Plan what was compiled, under the lock. Another apply, maybe of newer specs, that ended meanwhile left its mark in the ledger."""
        now = compiled if ledger_bytes(compiled.root) == seen else context.load_project(show_warnings=False)
        return plan_files(now.root, now.project, now.graph)

    if check:
        require_current_files(make())
        console.out("Generated files are up to date.")
        return console.EXIT_OK
    plan = apply(compiled.root, make)
    for change in plan.kept:
        console.err(f"{change.path}: {change.reason}")
    written = report.done(plan)
    console.out(f"Generated files: {written}." if written != report.NOTHING else "Generated files are up to date.")
    return console.EXIT_OK
