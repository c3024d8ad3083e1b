"""A proposal, and what is gathered on the way to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mlspec.setup.adopt.facts import Draft, Fact, Gap, Number, Part
from mlspec.setup.adopt.propose.model import Proposed
from mlspec.setup.adopt.propose.names import Names
from mlspec.setup.adopt.propose.noted import unique
from mlspec.setup.adopt.propose.rows import Rows


@dataclass(frozen=True, slots=True)
class Script:
    """A script that the smallest shell program stands for, to be written by a person."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that is proposed of a file. `parts`: what each step of it became; `code`: folders with code that steps need."""

    origin: str
    drafts: tuple[Draft, ...]
    facts: tuple[Fact, ...]
    gaps: tuple[Gap, ...]
    parts: tuple[Part, ...]
    numbers: tuple[Number, ...] = ()
    scripts: tuple[Script, ...] = ()
    code: tuple[str, ...] = ()


@dataclass
class Work:
    """What is gathered on the way."""

    root: Path
    names: Names = field(default_factory=Names)
    drafts: dict[tuple[str, str], Draft] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)
    code: set[str] = field(default_factory=set)
    seen: dict[str, Rows] = field(default_factory=dict)

    def take(self, found: Proposed) -> None:
        for draft in found.drafts:
            self.drafts.setdefault((draft.kind, draft.name), draft)
        self.facts += [f for n in found.notes for f in n.facts]
        self.gaps += found.gaps
        self.numbers += found.numbers

    def proposal(self, origin: str) -> Proposal:
        facts = tuple(dict.fromkeys([*self.names.facts, *self.facts]))
        parts = tuple(self.parts)
        return Proposal(
            origin,
            tuple(self.drafts.values()),
            facts,
            tuple(unique(self.gaps)),
            parts,
            tuple(self.numbers),
            tuple(self.scripts),
            tuple(sorted(self.code)),
        )
