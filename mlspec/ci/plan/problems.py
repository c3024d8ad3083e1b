"""What the plan shows to be wrong, as diagnostics: nothing trains on it."""

from __future__ import annotations

from collections.abc import Sequence

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layout import LEDGER
from mlspec.diagnostics import Diagnostic, Span
from mlspec.diagnostics.words import some
from mlspec.pipelines.locks import UNREADABLE
from mlspec.pipelines.plan.actions import Plan

SHOWN = 3
MAX_CONFLICTS = 20


def file_problems(plan: Plan, graph: Graph) -> list[Diagnostic]:
    """Generated files that are not what the specs declare, files in their way, and locks that can't be read."""
    found = [_conflict(c.path, c.reason) for c in plan.conflicts[:MAX_CONFLICTS]]
    pending = [c.path for c in plan.pending if c.path != LEDGER] or [c.path for c in plan.pending]
    if pending:
        message = f"generated files are out of date: {some(pending, SHOWN)}"
        found.append(Diagnostic("MLS0503", message, Span(pending[0]), "run `mlspec apply`, then commit what it wrote"))
    broken = {s.ref for s in plan.stages if UNREADABLE in s.reasons}
    return found + [_unreadable(f"{p.folder}/dvc.lock") for p in graph.pipelines if p.ref in broken][:MAX_CONFLICTS]


def _conflict(path: str, reason: str) -> Diagnostic:
    return Diagnostic("MLS0501", f"{path} is in the way: {reason}", Span(path), "mlspec never overwrites it: move it, or rename the object")


def _unreadable(path: str) -> Diagnostic:
    help_text = "take one side's whole (`git checkout --ours` or `--theirs` of it), or delete it: then its stages run again"
    return Diagnostic("MLS0509", f"{path} can't be read", Span(path), help_text)


def queue_problems(stale: Sequence[str]) -> list[Diagnostic]:
    """In a merge queue nothing trains: what the merge would leave stale has to be trained on the branch first."""
    if not stale:
        return []
    message = f"the merge would leave {some(stale, SHOWN)} stale"
    help_text = "update the branch (merge the main branch into it): its checks train what is stale then; and queue it again"
    return [Diagnostic("MLS0563", message, None, help_text)]
