"""Where generated files may stand that nothing declares any more."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mlspec.compiler.project.github import CODEOWNERS, DEPENDABOT
from mlspec.compiler.project.layout import FOLDERS, LEDGER, WORKFLOW_PLACES
from mlspec.pipelines.plan.ledger import read_ledger

_GENERATED_NAMES = ("dvc.yaml", "params.yaml", ".gitignore")


def others(root: Path, desired: Iterable[str]) -> set[str]:
    """What is looked at besides desired files: what the ledger lists, and what stands where generated files do."""
    return {*read_ledger(root), *_scan(root)} - set(desired) - {LEDGER}


def _scan(root: Path) -> Iterable[str]:
    for group in FOLDERS.values():
        for folder in (root / group).glob("*"):
            yield from (f"{group}/{folder.name}/{name}" for name in _GENERATED_NAMES)
    for place in WORKFLOW_PLACES:
        yield from (f"{place}/{workflow.name}" for workflow in (root / place).glob("mlspec-*.yml"))
    yield from (CODEOWNERS, DEPENDABOT)
