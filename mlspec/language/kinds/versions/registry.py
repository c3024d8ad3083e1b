"""Which versions there are, how to come from one to another, and the conversion itself: a pure function of plain data."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mlspec.language.kinds.base import API_VERSION
from mlspec.language.kinds.versions import v1alpha1
from mlspec.language.kinds.versions.part import At, Log, Misfit, Part, Route, lift, lower, walk
from mlspec.language.kinds.versions.steps import Step, go_down, go_up, words_of


class Change(NamedTuple):
    """Two neighbouring versions, and the steps between them for each kind. `new_kinds` are not in the older one."""

    old: str
    new: str
    steps: Mapping[str, tuple[Step, ...]]
    new_kinds: tuple[str, ...] = ()


CHANGES: tuple[Change, ...] = (Change("mlspec/v1alpha1", API_VERSION, v1alpha1.STEPS, v1alpha1.NEW_KINDS),)
"""A further version is one more line here, and a package with its steps."""


class Hop(NamedTuple):
    """One step of the way: a change, forwards or backwards."""

    change: Change
    up: bool

    @property
    def ends(self) -> tuple[str, str]:
        return (self.change.old, self.change.new) if self.up else (self.change.new, self.change.old)


def versions(changes: Sequence[Change] = CHANGES) -> tuple[str, ...]:
    """Every version that can be read, in order of mention."""
    return tuple(dict.fromkeys(v for change in changes for v in (change.old, change.new)))


def way(start: str, goal: str, changes: Sequence[Change] = CHANGES) -> tuple[Hop, ...] | None:
    """Return the shortest way between two versions; None where there is none. From a version to itself it is empty."""
    hops = [Hop(change, up) for change in changes for up in (True, False)]
    found: dict[str, tuple[Hop, ...]] = {start: ()}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for hop in hops:
            old, new = hop.ends
            if old == here and new not in found:
                found[new] = (*found[here], hop)
                waiting.append(new)
    return found.get(goal)


@dataclass(frozen=True, slots=True)
class Converted:
    """A document in another version. `value` is sound only where nothing is amiss; `part` says of each piece where it stood."""

    value: Any
    part: Part
    misfits: tuple[Misfit, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    """Key of the newest version on the way -> how the document's own version says it."""

    def places(self) -> dict[Route, At]:
        """Where each value stood in the document that was converted, by its route now."""
        return {route: part.at for route, part in walk(self.part)}


def convert(value: Mapping[str, Any], to: str = API_VERSION, changes: Sequence[Change] = CHANGES) -> Converted:
    """Return a document in version `to`. The input is not changed. Raises ValueError when no way leads from its `apiVersion` to `to`."""
    start, kind = value.get("apiVersion"), value.get("kind")
    hops = way(start, to, changes) if isinstance(start, str) else None
    if hops is None:
        raise ValueError(f"no way leads from {start} to {to}")
    part = lift(dict(value))
    misfits: list[Misfit] = []
    for hop in hops:
        _hop(part, hop, kind if isinstance(kind, str) else "", misfits)
    told = {(m.at, m.message): m for m in reversed(misfits)}
    return Converted(lower(part), part, tuple(reversed(told.values())), _words(hops, kind))


def _hop(part: Part, hop: Hop, kind: str, misfits: list[Misfit]) -> None:
    old, new = hop.ends
    log, steps = Log(old, new, misfits), hop.change.steps.get(kind, ())
    if kind in hop.change.new_kinds:
        what = f"the kind {kind} came with {hop.change.new}"
        log.add(part.value["kind"].at, what, f"write `apiVersion: {new}`" if hop.up else f"stay with {hop.change.new}")
    (go_up if hop.up else go_down)(steps, part, log)
    part.value["apiVersion"].value = new


def _words(hops: Sequence[Hop], kind: Any) -> Mapping[str, str]:
    ups = [hop.change for hop in hops if hop.up]
    return renamed(ups[0].old, kind) if len(ups) == 1 and isinstance(kind, str) else {}


def sayings(old: str, kind: str, changes: Sequence[Change] = CHANGES) -> Mapping[str, frozenset[str]]:
    """Return {key of the next version: what version `old` says for it} of a kind. A mapping that `old` has not is said by what is in it."""
    found: dict[str, set[str]] = {}
    for change in changes:
        if change.old == old:
            for new, said in words_of(change.steps.get(kind, ())):
                found.setdefault(new, set()).add(said)
    return {new: frozenset(said) for new, said in found.items()}


def renamed(old: str, kind: str, changes: Sequence[Change] = CHANGES) -> Mapping[str, str]:
    """Return {key of the next version: how version `old` says it} of a kind, where it differs and is not ambiguous."""
    return {new: next(iter(said)) for new, said in sayings(old, kind, changes).items() if len(said) == 1 and said != {new}}
