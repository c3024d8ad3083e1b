"""What goes and what stays, of the objects that are there: a pure decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mlspec.adapters.dvc.objects import Stored
from mlspec.diagnostics.words import DAY

YOUNG, UNDATED, PART = "written a short while ago", "of unknown age", "part of a folder that stays"


@dataclass(frozen=True, slots=True)
class Split:
    """Objects of one place: those that go, and those that stay, each with why."""

    goes: tuple[Stored, ...]
    stays: tuple[tuple[Stored, str], ...]


def split(
    objects: Iterable[Stored],
    needs: Mapping[str, str],
    keep_days: float,
    now: float,
    members: Callable[[str], Iterable[str]],
) -> Split:
    """Decide for each object. `members`: the md5s of a folder's files.

    A folder stays whole: also one that nobody needs and that is young keeps its files. DVC takes a listing that is there to mean that all
    of its files are, and would push none of them again.
    """
    found = list(objects)
    why = {o.oid: reason for o in found if (reason := _reason(o, needs, now - keep_days * DAY))}
    for oid, reason in [*why.items()]:
        if oid.endswith(".dir") and oid not in needs:
            for member in members(oid):
                why.setdefault(member, PART if reason in (YOUNG, UNDATED) else reason)
    goes = tuple(o for o in found if o.oid not in why)
    return Split(goes, tuple((o, why[o.oid]) for o in found if o.oid in why))


def _reason(stored: Stored, needs: Mapping[str, str], young: float) -> str | None:
    if stored.oid in needs:
        return needs[stored.oid]
    if stored.modified is None:
        return UNDATED
    return YOUNG if stored.modified > young else None
