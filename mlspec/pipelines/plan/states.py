"""The state of a stage: whether it would run, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["run", "may run", "current"]


@dataclass(frozen=True, slots=True)
class StageState:
    """The state of one stage, with a reason a line. `note`: what else is worth knowing of it before it runs, such as its cost."""

    ref: str
    stage: str
    status: Status
    reasons: tuple[str, ...] = ()
    note: str = ""

    @property
    def told(self) -> tuple[str, ...]:
        """All of it, a line each."""
        return (*self.reasons, *([self.note] if self.note else []))
