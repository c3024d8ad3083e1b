"""What a plan shows to be wrong, as diagnostics: before it is put right nothing runs, is judged or promoted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.layout import lock_of
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.diagnostics.words import some
from mlspec.pipelines.locks import UNREADABLE
from mlspec.pipelines.plan.actions import Plan


def outdated(paths: Sequence[str], span: Span | None = None) -> Diagnostic:
    """MLS0503: generated files that are not what the specs declare."""
    message = f"generated files are out of date: {some(paths)}"
    return Diagnostic("MLS0503", message, span, "run `mlspec apply`, then commit what it wrote")


def require_current_files(plan: Plan) -> None:
    """Raise MLS0503 when generated files differ from the specs: DVC would run yesterday's pipeline."""
    if pending := [c.path for c in (*plan.conflicts, *plan.pending)]:
        raise Problems(outdated(pending))


def unreadable_locks(plan: Plan, pipelines: Sequence[Pipeline]) -> Iterator[Diagnostic]:
    """MLS0509 for each of the pipelines whose lock is no lock, or half of two."""
    broken = {s.ref for s in plan.stages if UNREADABLE in s.reasons}
    help_text = "take one side's whole (`git checkout --ours` or `--theirs` of it), or delete it: then its stages run again"
    for lock in (lock_of(p.folder) for p in pipelines if p.ref in broken):
        yield Diagnostic("MLS0509", f"{lock} can't be read", Span(lock), help_text)
