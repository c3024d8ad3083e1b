"""One thing that a change makes easier to pass, as people are told of it."""

from __future__ import annotations

from dataclasses import dataclass

from mlspec.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Loosened:
    """`ref`: the object (`kpis/demand`). `before`, `after`: what stood and what stands there; None where nothing does.

    `owner`: whom to ask, by the project as it was before the change: the object's owner, else the project's; None when nobody is named.
    `span`: where it stands after the change; where it stood, for an object that is gone.
    """

    ref: str
    what: str
    before: str | None
    after: str | None
    owner: str | None
    span: Span

    @property
    def line(self) -> str:
        """All of it in one line: `kpis/demand: the KPI is easier (threshold): mae <= 50 -> mae <= 60`."""
        return f"{self.ref}: {self.what}{self.moved and f': {self.moved}'}"

    @property
    def moved(self) -> str:
        """`mae <= 50 -> mae <= 60`; `nothing` stands where there is none, and it is empty when neither was said."""
        if self.before is None and self.after is None:
            return ""
        return f"{self.before or 'nothing'} -> {self.after or 'nothing'}"
