"""What a desk finds out about labels: keys as text, labels and numbers, handed over between processes."""

from __future__ import annotations

from dataclasses import dataclass

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A row without a label. `label`: what the model says, with probability `share`. `data`: (column, value) that an annotator is shown."""

    key: str
    label: Value
    share: float
    doubt: float
    data: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """The rows chosen, best first, of `count` without a label."""

    rows: tuple[Doubtful, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that is likely wrong: `looks_like` has probability `theirs`, the label `mine`."""

    key: str
    label: Value
    looks_like: Value
    mine: float
    theirs: float


@dataclass(frozen=True, slots=True)
class Judged:
    """Suspects, likeliest errors first; rows that were judged, and that were not; the estimated share of wrong labels."""

    rows: tuple[Suspect, ...]
    judged: int
    left: int
    share: float
