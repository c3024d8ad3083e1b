"""The plan: frozen data, sufficient for apply; the dry run shows the list that apply executes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlspec.pipelines.plan.states import StageState

Action = Literal["create", "update", "delete", "conflict", "keep", "no-op"]


@dataclass(frozen=True, slots=True)
class Change:
    """What would become of one file. `text` is the new content (None for a deletion)."""

    path: str
    action: Action
    reason: str = ""
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every generated file with its action, and every stage with its state. As text (`str`) it is what `mlspec plan` prints."""

    changes: tuple[Change, ...]
    stages: tuple[StageState, ...] = ()

    def __str__(self) -> str:
        from mlspec.pipelines.plan.report import as_text

        return as_text(self)

    def _repr_html_(self) -> str | None:
        from mlspec.pipelines.plan.document import plan_document
        from mlspec.reports.readable import in_notebook

        return in_notebook(plan_document(self))

    def __repr__(self) -> str:
        return f"<Plan: {len(self.pending)} files to write, {len(self.stale)} of {len(self.stages)} stages to run>"

    @property
    def pending(self) -> tuple[Change, ...]:
        """Changes that apply would make."""
        return tuple(c for c in self.changes if c.action in ("create", "update", "delete"))

    @property
    def conflicts(self) -> tuple[Change, ...]:
        return tuple(c for c in self.changes if c.action == "conflict")

    @property
    def kept(self) -> tuple[Change, ...]:
        """What bears mlspec's header and is left alone, each with the reason."""
        return tuple(c for c in self.changes if c.action == "keep")

    @property
    def stale(self) -> tuple[StageState, ...]:
        """Stages that would run, or may."""
        return tuple(s for s in self.stages if s.status != "current")
