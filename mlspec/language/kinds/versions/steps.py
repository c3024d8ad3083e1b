"""Steps of a conversion: each goes up (to the newer version) and down, in place, on a mapping of parts.

A step leaves alone what is not there and what is malformed in a place that both versions share: the check of the shape tells that.
Paths are dotted keys. The steps of a kind are listed in the order in which they go up; down, they go in the reverse order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mlspec.diagnostics import did_you_mean
from mlspec.language.kinds.versions.part import Log, Part


class Step(Protocol):
    """One change between two versions."""

    def up(self, part: Part, log: Log) -> None: ...

    def down(self, part: Part, log: Log) -> None: ...

    def words(self) -> Iterable[tuple[str, str]]:
        """(newer key, how the older version says it), for messages."""
        ...


def go_up(steps: Sequence[Step], part: Part, log: Log) -> None:
    for step in steps:
        step.up(part, log)


def go_down(steps: Sequence[Step], part: Part, log: Log) -> None:
    for step in reversed(steps):
        step.down(part, log)


def words_of(steps: Iterable[Step]) -> list[tuple[str, str]]:
    return [pair for step in steps for pair in step.words()]


def find(part: Part, path: str) -> Part | None:
    """Return the part at a path, or None."""
    found: Part | None = part
    for key in path.split("."):
        if found is None or not isinstance(found.value, dict):
            return None
        found = found.value.get(key)
    return found


@dataclass(frozen=True, slots=True)
class Move:
    """The value at path `old` stands at path `new`."""

    old: str
    new: str

    def up(self, part: Part, log: Log) -> None:
        _move(part, self.old, self.new, log)

    def down(self, part: Part, log: Log) -> None:
        _move(part, self.new, self.old, log)

    def words(self) -> Iterable[tuple[str, str]]:
        new, old = self.new.split("."), self.old.split(".")
        yield new[-1], self.old
        if len(new) > 1 and new[:-1] != old[:-1]:
            yield new[-2], self.old


def _move(whole: Part, source: str, goal: str, log: Log) -> None:
    there = find(whole, goal)
    if there is not None:
        log.foreign(there, goal, f"write `{source}`")
        return
    way, shared = source.split("."), _shared(source, goal)
    holders = [whole]
    for depth, key in enumerate(way[:-1]):
        inner = holders[-1].value.get(key) if isinstance(holders[-1].value, dict) else None
        if inner is None:
            return
        if not isinstance(inner.value, dict):
            if depth >= shared:
                log.inexpressible(inner.at, f"`{key}` that is no mapping", f"write the mapping that holds `{way[-1]}`")
            return
        holders.append(inner)
    part = holders[-1].value.pop(way[-1], None) if isinstance(holders[-1].value, dict) else None
    if part is not None:
        _put(whole, goal.split("."), part, log)
    _prune(holders, way, shared)


def _shared(one: str, other: str) -> int:
    """How many keys two paths begin with alike."""
    pairs = list(zip(one.split("."), other.split("."), strict=False))
    return next((n for n, (a, b) in enumerate(pairs) if a != b), len(pairs))


def _put(whole: Part, way: list[str], part: Part, log: Log) -> None:
    holder = whole
    for key in way[:-1]:
        inner = holder.value.get(key)
        if inner is None:
            inner = holder.value[key] = Part({}, part.at, part.key_at)
        if not isinstance(inner.value, dict):
            log.foreign(inner, key, f"remove it: `{way[-1]}` stands in its place")
            return
        holder = inner
    holder.value[way[-1]] = part


def _prune(holders: list[Part], way: list[str], shared: int) -> None:
    """Take away the mappings that the version has no more, once they are empty; `spec` and `metadata` stay."""
    for depth in range(len(holders) - 1, shared, -1):
        key = way[depth - 1]
        if not holders[depth].value and key not in ("spec", "metadata"):
            del holders[depth - 1].value[key]


@dataclass(frozen=True, slots=True)
class Words:
    """The text at `path` is said in other words: {older: newer}. A `${…}` is left as it is: its value is the newer version's."""

    path: str
    table: Mapping[str, str]

    def up(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is None or not isinstance(found.value, str) or "${" in found.value:
            return
        if found.value in self.table:
            found.value = self.table[found.value]
        else:
            log.add(found.at, f"`{found.value}` is not allowed here in {log.old}", did_you_mean(found.value, self.table) or "")

    def down(self, part: Part, log: Log) -> None:
        found, table = find(part, self.path), {new: old for old, new in self.table.items()}
        if found is None or found.value is None or (isinstance(found.value, str) and "${" in found.value):
            return
        if isinstance(found.value, str) and found.value in table:
            found.value = table[found.value]
        else:
            what = f"`{found.value}`" if isinstance(found.value, str) else "this value"
            log.inexpressible(found.at, f"`{self.path}`: {what}", did_you_mean("", table) or "")

    def words(self) -> Iterable[tuple[str, str]]:
        return [(new, old) for old, new in self.table.items() if new != old]


@dataclass(frozen=True, slots=True)
class Wrap:
    """The bare value at `path` became a mapping with the one key `key`."""

    path: str
    key: str

    def up(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is None or found.value is None:
            return
        if isinstance(found.value, dict):
            log.add(found.at, f"`{self.path}` is no mapping in {log.old}", f"write the value of `{self.key}` alone: `{self.path}: …`")
            return
        found.value = {self.key: Part(found.value, found.at)}

    def down(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is None or found.value is None:
            return
        if isinstance(found.value, dict) and set(found.value) == {self.key} and not isinstance(found.value[self.key].value, dict | None):
            inner = found.value[self.key]
            found.value, found.at, found.named = inner.value, inner.at, found.key_at
            return
        log.inexpressible(found.at, f"`{self.path}` without a `{self.key}`", f"write `{self.path}: {{{self.key}: …}}`")

    def words(self) -> Iterable[tuple[str, str]]:
        return [(self.key, self.path)]


@dataclass(frozen=True, slots=True)
class Absent:
    """The key at `path` came with the newer version."""

    path: str

    def up(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is not None:
            log.foreign(found, self.path, f"it came with {log.new}: run `mlspec migrate` first, or remove it")

    def down(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is not None:
            log.inexpressible(found.key_at, f"`{self.path}`", "remove it, or stay with the newer version")

    def words(self) -> Iterable[tuple[str, str]]:
        return ()


@dataclass(frozen=True, slots=True)
class Within:
    """Steps below a path that both versions share. Below a list, they are taken for each of its items."""

    path: str
    steps: tuple[Step, ...]

    def up(self, part: Part, log: Log) -> None:
        for each in self._each(part):
            go_up(self.steps, each, log)

    def down(self, part: Part, log: Log) -> None:
        for each in self._each(part):
            go_down(self.steps, each, log)

    def _each(self, part: Part) -> list[Part]:
        found = find(part, self.path)
        items = found.value if found is not None and isinstance(found.value, list) else [found]
        return [item for item in items if item is not None and isinstance(item.value, dict)]

    def words(self) -> Iterable[tuple[str, str]]:
        return words_of(self.steps)
