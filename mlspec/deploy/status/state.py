"""The state of one object, as `mlspec status` prints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ObjectStatus:
    """`state` is one word of docs/reference/status.md; `is_well`: nothing to do."""

    ref: str
    state: str
    desired: str
    observed: str
    details: str
    is_well: bool

    def row(self) -> tuple[str, str, str, str, str]:
        return (self.ref, self.state, self.desired, self.observed, self.details)

    def as_json(self) -> dict[str, Any]:
        names = ("ref", "state", "desired", "observed", "details", "is_well")
        return {"isWell" if n == "is_well" else n: getattr(self, n) for n in names}
