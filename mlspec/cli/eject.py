"""`mlspec eject`: leave plain DVC pipelines and a plain workflow behind."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.pipelines.plan.actions import Change

_SIGNS = {"create": "+", "update": "~", "delete": "-"}
_KEPT = "Kept as they are, yours all along: mlspec.yaml, specs/, environments/, registry/, promotions/, the requirements lock."
_NEXT = """\
Nothing is committed yet. Look at `git diff`, then: git add --all && git commit --message "Eject mlspec"
Undo before the commit: git restore --staged --worktree . && git clean --force .github; after it: git revert HEAD
Stages still run `python -m mlspec.runtime`: keep mlspec in the requirements lock. What else changes: docs/guides/eject.md"""


@click.command("eject")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def command(dry_run: bool, yes: bool) -> int:  # noqa: FBT001
    """Leave plain DVC pipelines and a plain workflow behind, which go on working without mlspec's plan and apply. All files or none."""
    project = context.opened()
    found = project.eject(dry_run=True)
    if dry_run:
        _tell(found, "Would eject")
        return console.EXIT_OK
    if not yes:
        _ask(found)
    _tell(project.eject(), "Ejected")
    console.out(_KEPT)
    console.out(_NEXT)
    return console.EXIT_OK


def _ask(found: Iterable[Change]) -> None:
    from mlspec.diagnostics import problem

    if not sys.stdin.isatty():
        raise problem("MLS0542", "nobody can answer here", help="look at `mlspec eject --dry-run`, then add --yes")
    _tell(found, "To eject")
    click.confirm("Eject?", abort=True)


def _tell(found: Iterable[Change], what: str) -> None:
    changes = list(found)
    console.out(
        f"{what}: {sum(c.action == 'update' for c in changes)} files handed over, {sum(c.action == 'delete' for c in changes)} removed"
    )
    for change in changes:
        console.out(f"  {_SIGNS[change.action]} {change.path}  ({change.reason})")
