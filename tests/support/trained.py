"""The small project with its KPIs, trained, stored and pushed: once in a run, to be copied."""

from __future__ import annotations

from pathlib import Path

from support.cli import command, commit, mlspec, repository
from support.projects import KPIS, SPECS
from support.shared import Shared

EASY = "\n".join('  kpis: ["mae <= 50"]' if line.startswith("  kpis:") else line for line in KPIS.splitlines()) + "\n"
"""KPIs that its model passes."""


def _make(home: Path) -> None:
    root = repository(home, SPECS | {"specs/demand-kpis.yaml": EASY})
    mlspec(root, "run", check=0)
    command(root, "dvc", "push", "--quiet", check=0)
    commit(root, "Train")


def trained_of(shared: Shared) -> Path:
    """The folder that holds `project`, `remote.git` and `storage`."""
    return shared.once("trained", _make)
