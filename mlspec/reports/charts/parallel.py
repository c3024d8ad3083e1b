"""Settings and how good they were, side by side: an axis a parameter, a line a setting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter's name, and the words at its lower and its upper end."""

    name: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Way:
    """A setting: where it stands on each axis (0 to 1; NaN where it has none), what it is in words, and how good it was."""

    places: tuple[float, ...]
    words: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Parallel:
    """`ways`: the best first; `good`: so many of them are drawn strongly. `value`: what is measured."""

    title: str
    value: str
    axes: tuple[Axis, ...]
    ways: tuple[Way, ...]
    good: int = 1

    def table(self, most: int = 10) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Headings and the best `most` settings."""
        rows = [way.words for way in self.ways[:most]]
        return tuple(axis.name for axis in self.axes), rows
