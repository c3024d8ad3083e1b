"""What an eject does to each file: hands it over, replaces it, removes it."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.project.github import DEPENDABOT
from mlspec.compiler.project.layout import FORGEJO_WORKFLOWS, LEDGER, LOCAL, WORKFLOWS
from mlspec.language.yaml.header import EJECTED_LINE, handed_over, is_generated
from mlspec.pipelines.generate.github_files import dependabot
from mlspec.pipelines.plan.actions import Change
from mlspec.pipelines.workspace import Workspace
from mlspec.setup.eject.workflow import WORKFLOW, workflow

_WORKFLOWS, _OWN = f"{WORKFLOWS}/", f"{LOCAL}/"


def changes(workspace: Workspace) -> tuple[Change, ...]:
    """Return the changes, in the order in which they are made. Nothing of what mlspec generates may be pending."""
    found = [change for path in _generated(workspace) if (change := _change(workspace, path))]
    if workspace.settings.on_github:
        text = EJECTED_LINE + "\n" + workflow(workspace.project)
        found.append(Change(WORKFLOW, "create", "one plain workflow: dvc, git and python", text))
    found.sort(key=lambda c: (c.path.startswith(_OWN), c.path))
    return (*found, Change(LEDGER, "delete", "nothing is generated any more"))


def _generated(workspace: Workspace) -> Iterator[str]:
    """Every file that bears the header: those that the specs want, and copies that a person made."""
    for change in workspace.files.changes:
        path = workspace.root / change.path
        if change.path != LEDGER and path.is_file() and not path.is_symlink() and is_generated(path.read_bytes()):
            yield change.path


def _change(workspace: Workspace, path: str) -> Change:
    if path.startswith(_WORKFLOWS):
        return Change(path, "delete", f"replaced by {WORKFLOW}")
    if path.startswith(f"{FORGEJO_WORKFLOWS}/"):
        return Change(path, "delete", "mlspec's commands; write a workflow of `dvc repro` in its place")
    if path.startswith(_OWN):
        return Change(path, "delete", "nothing is generated any more")
    if path == DEPENDABOT:
        text = EJECTED_LINE + "\n" + dependabot.body(workspace.settings.requirements, ())
        return Change(path, "update", "yours; it keeps the workflow's actions up to date now", text)
    return Change(path, "update", "yours; only its first line changes", handed_over((workspace.root / path).read_text(encoding="utf-8")))
