"""What went or would go, and what stays and why, as lines for people and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from mlspec.adapters.dvc.objects import Stored
from mlspec.diagnostics.words import counted, some, some_lines
from mlspec.reports.aligned import layout
from mlspec.setup.gc.gc import Collected, Place

SHOWN = 20
"""Objects listed of a place, the largest first; JSON has all of them."""
_UNIT = 1000.0


def as_lines(found: Collected) -> Iterator[str]:
    """Every place with its objects, then what else goes, what is lost, and how to go on."""
    for place in found.places:
        yield from _of_place(place, deleted=found.deleted)
    if found.leftovers:
        verb = "deleted" if found.deleted else "would go"
        freed = size(sum(left.size for left in found.leftovers))
        yield f"workspace: {counted(len(found.leftovers), 'leftover')} ({freed}) of copies and records of runs {verb}"
    if found.lost:
        yield f"{counted(len(found.lost), 'output')} of recorded versions in neither place, whatever goes now: {some(found.lost)}"
    if not found.deleted and _goes(found):
        yield "Nothing was deleted. Again with --yes to delete it."


def _goes(found: Collected) -> bool:
    return bool(found.leftovers or any(place.split.goes for place in found.places))


def _of_place(place: Place, *, deleted: bool) -> Iterator[str]:
    goes, stays = place.split.goes, place.split.stays
    verb = "deleted" if deleted else "would go"
    yield f"{place.name} ({place.home}): {_sum(goes)} {verb}, {_sum(o for o, _ in stays)} stay"
    rows = [(o.oid, size(o.size)) for o in sorted(goes, key=lambda o: (-o.size, o.oid))]
    yield from (f"  - {line}" for line in some_lines(list(layout(("object", "bytes"), rows))[1:], SHOWN))
    counts, sizes = _by_reason(stays)
    table = layout(("kept for", "objects", "bytes"), [(why, f"{counts[why]:,}", size(sizes[why])) for why in sorted(counts)])
    yield from (f"  {line}" for line in (table if counts else ()))


def _by_reason(stays: Iterable[tuple[Stored, str]]) -> tuple[Counter[str], Counter[str]]:
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for stored, why in stays:
        counts[why] += 1
        sizes[why] += stored.size
    return counts, sizes


def _sum(stored: Iterable[Stored]) -> str:
    objects = list(stored)
    return f"{counted(len(objects), 'object')} ({size(sum(o.size for o in objects))})"


def size(count: int) -> str:
    """Bytes as people read them: `512 B`, `1.2 MB`."""
    number = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if number < _UNIT:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= _UNIT
    return f"{number:.1f} TB"


def as_form(found: Collected) -> dict[str, Any]:
    """The same for programs: every object, with its reason."""
    return {
        "deleted": found.deleted,
        "places": [_form(place) for place in found.places],
        "leftovers": [{"path": str(left.path), "bytes": left.size} for left in found.leftovers],
        "lost": list(found.lost),
    }


def _form(place: Place) -> dict[str, Any]:
    return {
        "place": place.name,
        "home": place.home,
        "goes": [{"object": o.oid, "bytes": o.size} for o in place.split.goes],
        "stays": [{"object": o.oid, "bytes": o.size, "for": why} for o, why in place.split.stays],
    }
