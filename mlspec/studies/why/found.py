"""What makes up a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.registry.records import Estimate
from mlspec.reports.document import Document
from mlspec.reports.readable import Readable
from mlspec.studies.why.sides import Side


@dataclass(frozen=True, slots=True)
class Share:
    """What a part adds to the metric, on average over all orders. `first`: when it alone changes; `last`: when all others did before.

    None where the metric is not defined, and for parts that have one place only.
    """

    name: str
    found: Estimate | None
    first: Estimate | None = None
    last: Estimate | None = None

    @property
    def is_told(self) -> bool:
        """Whether the rows tell it from nothing."""
        ends = self.found and (self.found.low, self.found.high)
        return bool(ends) and None not in ends and not (ends[0] <= 0 <= ends[1])  # type: ignore[index,operator]


@dataclass(frozen=True, slots=True)
class Why(Readable):
    """The metric then (on then's test rows) and now, and the parts that add up to the change. `trained`: how many trainings it took."""

    metric: str
    then: Side
    now: Side
    before: Estimate | None
    after: Estimate | None
    shares: tuple[Share, ...]
    rows: int
    trained: int
    notes: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Why {self.metric} of {self.now.name} changed since {self.then.name}: {', '.join(s.name for s in self.shares)}>"

    @property
    def change(self) -> float | None:
        """Now less then, each on its own test rows."""
        return None if self.before is None or self.after is None else self.after.value - self.before.value

    @property
    def libraries(self) -> tuple[tuple[str, str, str], ...]:
        """(name, then, now) of each library whose release is another one, or that came or went."""
        then, now = self.then.libraries, self.now.libraries
        return tuple((n, then.get(n, "-"), now.get(n, "-")) for n in sorted({*then, *now}) if then.get(n) != now.get(n))

    @property
    def stale(self) -> tuple[Diagnostic, ...]:
        """Nothing: a model that is not up to date is refused."""
        return ()

    def of(self, name: str) -> Share | None:
        """A part by its name."""
        return next((s for s in self.shares if s.name == name), None)

    def document(self) -> Document:
        from mlspec.studies.why.document import why_document

        return why_document(self)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        shares = [
            {"name": s.name, "change": _form(s.found)} | {k: _form(e) for k, e in (("first", s.first), ("last", s.last)) if e}
            for s in self.shares
        ]
        sides = {"since": self.then.candidate.version, "then": _form(self.before), "now": _form(self.after), "change": self.change}
        head = {"version": 1, "kind": "why", "model": self.now.candidate.model, "metric": self.metric, "rows": self.rows, **sides}
        return head | {"shares": shares, "libraries": [list(one) for one in self.libraries]}


def _form(found: Estimate | None) -> dict[str, Any] | None:
    return found.canonical() if found else None
