"""All checks, in the order of the report."""

from __future__ import annotations

from pathlib import Path

from mlspec.compiler.lint import Wish
from mlspec.compiler.pipeline import compile_root
from mlspec.setup.doctor import files, lock, repository, sources, storage, tools
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding

LOCAL = (tools.examine, files.examine, repository.examine, lock.examine, storage.examine, sources.examine)


def open_project(root: Path) -> Examined:
    """Compile the project, and lint it by the rules that a check asks for. Specs with errors are a finding, and stop nothing."""
    return Examined(compile_root(root, wish=Wish(select=(*files.OWNERS_RULES, *files.UPDATES_RULES))))


def examine(examined: Examined, *, github: bool = False) -> list[Finding]:
    """Return every finding; with `github`, those of the repository's settings too. Changes nothing that lasts."""
    found = [f for area in LOCAL for f in area(examined)]
    if github:
        from mlspec.setup.doctor.github import settings

        found += settings.examine(examined)
    return found
