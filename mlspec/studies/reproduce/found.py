"""What a reproduction found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from mlspec.gates.alongside import Alongside
from mlspec.reports.document import Document
from mlspec.reports.readable import Readable
from mlspec.studies.environment import Environment
from mlspec.studies.measuring import alongside_form

State = Literal["same", "read", "differs"]


@dataclass(frozen=True, slots=True)
class OutFound:
    """An output of a stage: DVC's md5 in the lock of the commit, and made again. `note`: what differs, or why that counts for nothing."""

    path: str
    before: str
    after: str
    same: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class StageFound:
    """A stage: `same`, `differs`, or `read`: taken as it was, since a source is never read again."""

    ref: str
    stage: str
    state: State
    outs: tuple[OutFound, ...]

    @property
    def name(self) -> str:
        return f"{self.ref}:{self.stage}"


@dataclass(frozen=True, slots=True)
class Reproduction(Readable):
    """`digest`: the model's, by the record or the lock; `again`: that of the model made again. `scored`: the two on the test rows of the
    commit, the one of the commit first; None where nothing differs, or `unscored` says why not. `unlike`: (name, locked, installed).
    """

    model: str
    version: str | None
    commit: str
    digest: str
    again: str
    stages: tuple[StageFound, ...]
    environment: Environment
    unlike: tuple[tuple[str, str, str], ...]
    scored: Alongside | None = None
    unscored: str = ""

    def __repr__(self) -> str:
        return f"<Reproduction of {self.name} at {self.commit[:12]}: {self.verdict}>"

    @property
    def name(self) -> str:
        return f"model/{self.model}" + (f" {self.version}" if self.version else "")

    @property
    def differing(self) -> Iterator[StageFound]:
        return (s for s in self.stages if s.state == "differs")

    @property
    def first(self) -> StageFound | None:
        """The first stage that came out otherwise; None where none did."""
        return next(self.differing, None)

    @property
    def is_same(self) -> bool:
        """Whether every stage gave the same bytes, and the model the same digest."""
        return self.first is None and self.digest == self.again

    @property
    def verdict(self) -> str:
        return "identical" if self.is_same else "differs"

    def document(self) -> Document:
        from mlspec.studies.reproduce.document import reproduction_document

        return reproduction_document(self)

    def as_json(self) -> dict[str, Any]:
        """For programs, and as evidence: see docs/reference/contracts.md."""
        where = self.environment
        return {
            "version": 1,
            "kind": "reproduction",
            "model": self.model,
            "modelVersion": self.version,
            "commit": self.commit,
            "verdict": self.verdict,
            "digest": self.digest,
            "again": self.again,
            "stages": [_stage_form(s) for s in self.stages],
            "first": self.first.name if self.first else None,
            "environment": {
                "by": where.by,
                "python": where.version,
                "platform": where.platform,
                "unlike": [{"name": n, "locked": one, "installed": other} for n, one, other in self.unlike],
            },
            "scored": alongside_form(self.scored) if self.scored else None,
        }


def _stage_form(stage: StageFound) -> dict[str, Any]:
    outs = [{"path": o.path, "before": o.before, "after": o.after, "same": o.same, "note": o.note} for o in stage.outs]
    return {"stage": stage.name, "state": stage.state, "outs": outs}
