"""A ModelSet's guard against a list that shrank by mistake."""

from __future__ import annotations

from pathlib import Path

from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.diagnostics.words import some
from mlspec.pipelines.plan.ledger import read_members


def check_guards(root: Path, project: Project) -> None:
    """Compare with the models that were applied last. Raises `Problems` (MLS0507), one a ModelSet that lost too many."""
    before = read_members(root)
    found = [d for name in project.model_sets if (d := _shrunk(project, name, before.get(name, ())))]
    if found:
        raise Problems(found)


def _shrunk(project: Project, name: str, before: tuple[str, ...]) -> Diagnostic | None:
    gone = sorted(set(before) - set(project.members.get(name, ())))
    bound = project.model_sets[name]
    allowed = bound.envelope.spec.guard.max_removed
    if len(gone) <= allowed * len(before):
        return None
    message = f"{len(gone)} of the {len(before)} models of `{name}` are gone ({some(gone)}); its guard allows {allowed:.0%}"
    span = bound.document.span(["spec", "guard", "maxRemoved"])
    return Diagnostic("MLS0507", message, span, "mend the list; or, if it really shrank, raise `guard.maxRemoved`")
