"""What was found: values with the place they stand at and how sure they are, and what was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Sure: TypeAlias = Literal["certain", "likely", "guess"]
ORDER: tuple[Sure, ...] = ("certain", "likely", "guess")
"""certain: read literally; likely: followed through names, files and calls; guess: a person is asked to look."""


def least(*given: Sure) -> Sure:
    """The least sure of them."""
    return max(given, key=ORDER.index, default="certain")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, from 1; of a notebook the cell, from 1, and the line in it."""

    path: str
    line: int = 1
    cell: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.cell is None else f"{self.path}, cell {self.cell}:{self.line}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a proposal says: of which object and key, what, where it was read, how sure it is, and (`how`) why not surer."""

    about: str
    key: str
    value: str
    place: Place
    sure: Sure
    how: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What was not understood, with its place, why, and what a person can do."""

    place: Place
    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A step of what is there (a DVC stage, a node, an entry point), and what it became. `kind`: a kind of the language, or `none`."""

    name: str
    place: Place
    kind: str
    ref: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that the old pipeline measured: of which model, by which of our metrics, its value, and where it stands."""

    model: str
    metric: str
    value: float
    place: Place


@dataclass(frozen=True, slots=True)
class Draft:
    """One object that is proposed. Scalars of `spec` may be `Commented`; `head` and `tail`: lines of comments before and after it."""

    kind: str
    name: str
    spec: Mapping[str, Any]
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
