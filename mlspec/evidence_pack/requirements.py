"""Reads a hash-locked requirements file as pip-tools, uv and pip write it: names, exact versions and sha256 digests."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*===?\s*(?P<version>[A-Za-z0-9][A-Za-z0-9.!+_-]*)")
_HASH = re.compile(r"--hash[= ]sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Library:
    """One pinned library. `hashes`: sha256 of each of its files that may be installed, sorted."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version.replace('+', '%2B')}"


def read_lock(content: bytes) -> tuple[Library, ...]:
    """The libraries of a lock file, by normalised name; lines that pin nothing are left out."""
    text = content.decode("utf-8", "replace").replace("\\\r\n", " ").replace("\\\n", " ")
    found: dict[str, Library] = {}
    for line in text.splitlines():
        match = _PIN.match(line.strip())
        if match:
            name = re.sub(r"[-_.]+", "-", match["name"]).lower()
            found[name] = Library(name, match["version"], tuple(sorted(set(_HASH.findall(line)))))
    return tuple(found[name] for name in sorted(found))
