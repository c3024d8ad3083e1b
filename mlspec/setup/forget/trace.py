"""From rows that were looked at to all that was made of them: a pure decision, by content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

State = Literal["seen", "clean", "unknown"]


def worst(states: Iterable[State]) -> State:
    """Seen where any is, else unknown where any is."""
    found = set(states)
    return "seen" if "seen" in found else "unknown" if "unknown" in found else "clean"


def states(looked: Mapping[str, bool | None], made: Mapping[str, Iterable[str]], contents: Iterable[str]) -> dict[str, State]:
    """{content: whether it saw the person}.

    `looked`: contents that are rows of people, with what was found in them (None: nobody could look). `made`: {content: what it was made
    of}. What was made of rows that saw the person has seen it, whatever it is; rows that could not be looked at, and were made of nothing
    that has, are unknown; and so is what was made of those.
    """
    known = set(contents)
    found: dict[str, State] = {oid: "seen" if held else "clean" for oid, held in looked.items() if held is not None}
    order = [oid for oid in known if oid not in found]
    waiting, stuck = order, False
    while waiting:
        left = []
        for oid in waiting:
            above = [d for d in made.get(oid, ()) if d in known and d != oid]
            if not stuck and any(d not in found for d in above):
                left.append(oid)
                continue
            state = worst(found.get(d, "unknown") for d in above)
            found[oid] = "unknown" if state == "clean" and (oid in looked or not above) else state
        stuck = len(left) == len(waiting)
        waiting = left
    return found
