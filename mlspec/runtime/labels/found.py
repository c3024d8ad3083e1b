"""What was read: votes, and labels that nobody votes about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mlspec.diagnostics import Span
from mlspec.diagnostics.words import PERSONAL, some

Label = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file (from the root) and a line."""

    path: str
    line: int

    @property
    def span(self) -> Span:
        return Span(self.path, self.line, 1, self.line, 1)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Vote:
    """One annotation: `time` as the file spells it, None where it has none. `truth`: it is marked as ground truth, and no vote."""

    key: str
    label: Label
    annotator: str | None
    time: str | None
    place: Place
    truth: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What a file of annotations says. `tasks`: things to annotate, as the file lists them; `skipped`: annotations without a label."""

    votes: tuple[Vote, ...]
    tasks: int
    unlabelled: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Found:
    """`votes`: one an annotator and key. `gold`, `adjudicated`: key -> label and place, from files; `gold` from marked annotations, too."""

    votes: tuple[Vote, ...]
    gold: Mapping[str, tuple[Label, Place]]
    adjudicated: Mapping[str, tuple[Label, Place]]
    tasks: int
    unlabelled: int
    skipped: int
    by_key: Mapping[str, tuple[Vote, ...]] = field(default_factory=dict)


def keys_shown(keys: Collection[str], params: Mapping[str, Any]) -> str:
    """The first keys for a message; where the key is personal data, none."""
    return PERSONAL if params.get("pii") else some(keys, 5)


def moment(text: str | None) -> float | None:
    """A time in seconds since 1970, UTC where it names no zone; None for what is no time."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def grouped(votes: Iterable[Vote]) -> dict[str, tuple[Vote, ...]]:
    """Votes by key, keys in order."""
    found: dict[str, list[Vote]] = {}
    for vote in votes:
        found.setdefault(vote.key, []).append(vote)
    return {key: tuple(found[key]) for key in sorted(found)}
