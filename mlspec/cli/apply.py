"""`mlspec apply`: write what the specs declare."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.pipelines.plan.actions import Plan


@click.command("apply")
@click.option("--prune", is_flag=True, help="Delete what nothing declares any more, however many files it is; do not ask.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when generated files are out of date (for CI).")
def command(prune: bool, check: bool) -> int:  # noqa: FBT001
    """Write the DVC pipelines and workflows that the specs declare; rewrite nothing that did not change.

    Before more than 5 files are deleted it asks; where nobody can answer it wants --prune.
    """
    from mlspec.pipelines.generate.render import render
    from mlspec.pipelines.plan import report
    from mlspec.pipelines.plan.apply import apply
    from mlspec.pipelines.plan.ledger import LEDGER, ledger_bytes
    from mlspec.pipelines.plan.make import plan_files
    from mlspec.pipelines.plan.surroundings import around, require_seen
    from mlspec.pipelines.run.run import require_current_files

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
    found = around(compiled.root, (*render(compiled.project, compiled.graph), LEDGER))
    require_seen(found)
    console.show(found)
    plan = apply(compiled.root, make, (lambda _: None) if prune else _agree)
    for change in plan.kept:
        console.err(f"{change.path}: {change.reason}")
    written = report.done(plan)
    console.out(f"Generated files: {written}." if written != report.NOTHING else "Generated files are up to date.")
    return console.EXIT_OK


def _agree(plan: Plan) -> None:
    """Ask before many files are deleted. Raises MLS0510 where nobody can answer, or the answer is no."""
    from mlspec.pipelines.plan.prune import deletions, too_many

    paths = deletions(plan)
    if not paths:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise too_many(paths)
    for path in paths:
        console.err(f"  - {path}")
    if not click.confirm(f"Delete these {len(paths)} files, which nothing declares any more?", default=False, err=True):
        raise too_many(paths)
