"""What an eject does to each file: hands it over, replaces it, removes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mlspec.compiler.project.github import DEPENDABOT
from mlspec.compiler.project.layout import LEDGER, LOCAL, WORKFLOWS
from mlspec.compiler.project.project import Project
from mlspec.language.yaml.header import EJECTED_LINE, handed_over, is_generated
from mlspec.pipelines.generate.github_files import dependabot
from mlspec.pipelines.plan.actions import Change, Plan
from mlspec.setup.eject.workflow import WORKFLOW, workflow

_WORKFLOWS, _OWN = f"{WORKFLOWS}/", f"{LOCAL}/"


def changes(root: Path, project: Project, plan: Plan) -> tuple[Change, ...]:
    """Return the changes, in the order in which they are made. `plan` says what mlspec generates; nothing of it may be pending."""
    found = [change for path in _generated(root, plan) if (change := _change(root, project, path))]
    if project.settings.envelope.spec.runs_in_ci:
        found.append(Change(WORKFLOW, "create", "one plain workflow: dvc, git and python", EJECTED_LINE + "\n" + workflow(project)))
    found.sort(key=lambda c: (c.path.startswith(_OWN), c.path))
    return (*found, Change(LEDGER, "delete", "nothing is generated any more"))


def _generated(root: Path, plan: Plan) -> Iterator[str]:
    """Every file that bears the header: those that the specs want, and copies that a person made."""
    for change in plan.changes:
        path = root / change.path
        if change.path != LEDGER and path.is_file() and not path.is_symlink() and is_generated(path.read_bytes()):
            yield change.path


def _change(root: Path, project: Project, path: str) -> Change:
    if path.startswith(_WORKFLOWS):
        return Change(path, "delete", f"replaced by {WORKFLOW}")
    if path.startswith(_OWN):
        return Change(path, "delete", "nothing is generated any more")
    if path == DEPENDABOT:
        text = EJECTED_LINE + "\n" + dependabot.body(project.settings.envelope.spec.requirements, ())
        return Change(path, "update", "yours; it keeps the workflow's actions up to date now", text)
    return Change(path, "update", "yours; only its first line changes", handed_over((root / path).read_text(encoding="utf-8")))
