"""What the plan shows to be wrong, as diagnostics: nothing trains on it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layout import LEDGER
from mlspec.diagnostics import Diagnostic, Span
from mlspec.diagnostics.words import some
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.refusals import outdated, unreadable_locks

SHOWN = 3
MAX_CONFLICTS = 20


def file_problems(plan: Plan, graph: Graph) -> list[Diagnostic]:
    """Generated files that are not what the specs declare, files in their way, and locks that can't be read."""
    found = [_conflict(c.path, c.reason) for c in plan.conflicts[:MAX_CONFLICTS]]
    pending = [c.path for c in plan.pending if c.path != LEDGER] or [c.path for c in plan.pending]
    if pending:
        found.append(outdated(pending, Span(pending[0])))
    return found + list(islice(unreadable_locks(plan, graph.pipelines), MAX_CONFLICTS))


def _conflict(path: str, reason: str) -> Diagnostic:
    return Diagnostic("MLS0501", f"{path} is in the way: {reason}", Span(path), "mlspec never overwrites it: move it, or rename the object")


def queue_problems(stale: Sequence[str]) -> list[Diagnostic]:
    """In a merge queue nothing trains: what the merge would leave stale has to be trained on the branch first."""
    if not stale:
        return []
    message = f"the merge would leave {some(stale, SHOWN)} stale"
    help_text = "update the branch (merge the main branch into it): its checks train what is stale then; and queue it again"
    return [Diagnostic("MLS0563", message, None, help_text)]
