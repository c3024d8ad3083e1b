"""Whether a lock holds all that its libraries ask for: it is installed without resolving, so that what lacks is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from mlspec.adapters.requirements.lock_file import Locked, normal_name

if TYPE_CHECKING:
    from packaging.requirements import Requirement

Metadata = Callable[[str, str], Sequence[str] | None]
"""(Name, version) -> what that release asks for, as its `Requires-Dist` lines say; None where that is not known here."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """`lacking`: in words, what is asked for and not locked. `unknown`: names of releases whose needs are not known here."""

    lacking: tuple[str, ...]
    unknown: tuple[str, ...]


def completeness(lock: Iterable[Locked], metadata: Metadata, environment: Mapping[str, str]) -> Completeness:
    """Follow each requirement of each locked release, extras too, in one environment (`lock_environment`)."""
    held = {one.name: one for one in lock if one.applies(environment)}
    waiting = [(one.name, extra) for one in held.values() for extra in ("", *sorted(one.extras))]
    seen, lacking, unknown = set(waiting), [], set()
    while waiting:
        name, extra = waiting.pop()
        one = held[name]
        asks = metadata(name, one.version) if one.version is not None else None
        if asks is None:
            unknown.add(name)
            continue
        for need in _needs(tuple(asks), extra, environment):
            wanted = normal_name(need.name)
            if (word := _unmet(need, held.get(wanted))) is not None:
                lacking.append(f"{name} {one.version} asks for {need.name}{need.specifier}, and the lock {word}")
            else:
                more = [(wanted, e) for e in ("", *map(normal_name, need.extras)) if (wanted, e) not in seen]
                seen.update(more)
                waiting += more
    return Completeness(tuple(sorted(set(lacking))), tuple(sorted(unknown)))


def _needs(asks: tuple[str, ...], extra: str, environment: Mapping[str, str]) -> Iterator[Requirement]:
    for need in map(_parsed, asks):
        if need.marker is None:
            if not extra:
                yield need
        elif _true(need, extra, environment) and (not extra or not _true(need, "", environment)):
            yield need


def _true(need: Requirement, extra: str, environment: Mapping[str, str]) -> bool:
    return need.marker is None or need.marker.evaluate({**environment, "extra": extra})


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Requirement:
    from packaging.requirements import Requirement

    return Requirement(text)


def _unmet(need: Requirement, held: Locked | None) -> str | None:
    """What the lock has in place of it; None where it is met, or an address, which has no version to compare."""
    if held is None:
        return "lacks it"
    if held.version is None or need.specifier.contains(held.version, prereleases=True):
        return None
    return f"has {held.version}"
