"""Conditions that can be compared: one stands for another when whatever passes it passes the other, too.

So a rewrite, a reordering, a tightening, or the same condition under another object's name is never taken for a loosening; and a condition
that nothing stands for any more always is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlspec.diagnostics import Span
from mlspec.promotion.loosening.found import Loosened

SLACK = 1e-12
"""Numbers this near are equal: `5%` and `0.05` may differ in the last bit."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold.

    `key`: what it is about; only conditions of one key are compared. `exact`: what can't be compared, only be the same.
    `limits`: the smaller, the stricter, each with its name. `members`: the fewer, the stricter.
    For people: `noun` is what it is called; conditions of one `near` may replace one another.
    """

    key: tuple[str, ...]
    noun: str
    text: str
    ref: str
    owner: str | None
    span: Span
    exact: str = ""
    limits: tuple[tuple[str, float], ...] = ()
    members: frozenset[str] = frozenset()
    near: str = ""

    def stands_for(self, other: Condition) -> bool:
        """Whether whatever passes this passes `other`."""
        same = self.key == other.key and self.exact == other.exact and self.members <= other.members
        return same and not self.easier(other)

    def easier(self, other: Condition) -> list[str]:
        """The names of the limits in which this is easier than `other`, a condition of the same key."""
        pairs = zip(self.limits, other.limits, strict=True)
        return [name for (name, mine), (_, theirs) in pairs if mine > theirs + SLACK * max(1.0, abs(theirs))]


def lost(before: Iterable[Condition], after: Iterable[Condition], places: dict[str, Span]) -> Iterator[Loosened]:
    """What `before` asked and `after` does not. `places`: {ref: where to show what is gone}, for objects that are still there."""
    old, new = tuple(before), tuple(after)
    by_key: dict[tuple[str, ...], list[Condition]] = defaultdict(list)
    for condition in new:
        by_key[condition.key].append(condition)
    for condition in old:
        if any(other.stands_for(condition) for other in by_key[condition.key]):
            continue
        yield _told(condition, _instead(condition, by_key[condition.key], new, old), places)


def _instead(gone: Condition, same_key: list[Condition], new: tuple[Condition, ...], old: tuple[Condition, ...]) -> Condition | None:
    """The condition that came in its place: a new one about the same, if there is one."""
    alike = [*same_key, *(c for c in new if gone.near and c.near == gone.near)]
    return next((c for c in alike if not any(_same(c, o) for o in old)), None)


def _same(one: Condition, other: Condition) -> bool:
    return one.key == other.key and one.stands_for(other) and other.stands_for(one)


def _told(gone: Condition, instead: Condition | None, places: dict[str, Span]) -> Loosened:
    place = places.get(gone.ref, gone.span) if instead is None else instead.span
    after = instead.text if instead else None
    return Loosened(gone.ref, _what(gone, instead), gone.text, after, gone.owner, place)


def _what(gone: Condition, instead: Condition | None) -> str:
    if instead is None or instead.key != gone.key:
        return f"{gone.noun} is gone"
    if instead.exact != gone.exact:
        return f"{gone.noun} was changed, and can't be compared with what it was"
    names = instead.easier(gone)
    return f"{gone.noun} is easier ({', '.join(names)})" if names else f"{gone.noun} is easier"
