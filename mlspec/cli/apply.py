"""`mlspec apply`: write what the specs declare."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from mlspec.cli import console, context


@click.command("apply")
@click.option("--prune", is_flag=True, help="Delete what nothing declares any more, however many files it is; do not ask.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when generated files are out of date (for CI).")
def command(prune: bool, check: bool) -> int:  # noqa: FBT001
    """Write the DVC pipelines and workflows that the specs declare; rewrite nothing that did not change.

    Before more than 5 files are deleted it asks; where nobody can answer it wants --prune.
    """
    from mlspec.pipelines.plan import report

    project = context.opened(show_warnings=not check)
    if check:
        project.check()
        console.out("Generated files are up to date.")
        return console.EXIT_OK
    plan = project.apply(prune=prune, agree=_agree)
    for change in plan.kept:
        console.err(f"{change.path}: {change.reason}")
    written = report.done(plan)
    console.out(f"Generated files: {written}." if written != report.NOTHING else "Generated files are up to date.")
    return console.EXIT_OK


def _agree(paths: Sequence[str]) -> bool:
    """Ask, where somebody can answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    for path in paths:
        console.err(f"  - {path}")
    return click.confirm(f"Delete these {len(paths)} files, which nothing declares any more?", default=False, err=True)
