"""How an input of a set is joined, as the stage's parameters say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics.words import PERSONAL


@dataclass(frozen=True, slots=True)
class AsOf:
    """How an input is joined. `max_age`: seconds between `on` and the row's time, at most."""

    alias: str
    on: str
    known: str | None = None
    by: tuple[str, ...] = ()
    max_age: float | None = None
    ties: tuple[str, ...] = ()


def as_of(alias: str, form: Mapping[str, Any]) -> AsOf:
    """Read a join from a stage's parameters."""
    return AsOf(alias, form["on"], form.get("known"), tuple(form.get("by", ())), form.get("maxAge"), tuple(form.get("ties", ())))


def joined_names(alias: str, by: Sequence[str], key: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """{column of the input: its name in the joined table}: one that is called like a column of the key is told apart by the alias."""
    taken = {name.casefold() for name in key}
    same = {name.casefold() for name in by}
    return {c: f"{alias}_{c}" if c.casefold() in taken else c for c in columns if not (c.casefold() in taken and c.casefold() in same)}


@dataclass(frozen=True, slots=True)
class Spine:
    """The rows that are joined to: a file, the columns that name a row, and its time."""

    path: Path
    key: tuple[str, ...]
    time: str
    pii: frozenset[str] = frozenset()


def key_shown(key: Iterable[str], values: Iterable[object], pii: frozenset[str]) -> str:
    """A row by its key: `day = 2026-01-01, shop = a`."""
    return ", ".join(f"{name} = {PERSONAL if name in pii else value}" for name, value in zip(key, values, strict=True))


def instant(column: str) -> str:
    """SQL: a date or timestamp (quoted, maybe with its table) as a timestamp, UTC."""
    return f"CAST({column} AS TIMESTAMP)"
