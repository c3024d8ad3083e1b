"""Locked requirements (pip's format, as `uv pip compile` and pip-tools write it) as packages with versions, and what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlspec.adapters.requirements.lock_file import read_lock


@dataclass(frozen=True, slots=True)
class Package:
    """A package whose pinned version differs; None where the lock does not have it."""

    name: str
    before: str | None
    after: str | None


def pinned(content: bytes) -> dict[str, str]:
    """{package: version, or the address it comes from}; several, where markers choose between them."""
    found: dict[str, set[str]] = {}
    for one in read_lock(content):
        if place := one.url or one.version:
            found.setdefault(one.name, set()).add(place)
    return {name: " or ".join(sorted(versions)) for name, versions in found.items()}


def changed(before: bytes, after: bytes) -> Iterator[Package]:
    """The packages that were added, removed or moved to another version, by name."""
    old, new = pinned(before), pinned(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield Package(name, old.get(name), new.get(name))
