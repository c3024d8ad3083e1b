"""Which members of an archive are meant: regular files, each once, that no password protects and whose names stay inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.diagnostics.words import some
from mlspec.runtime.ingest.patterns import Pattern

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""How the names of archives end."""


@dataclass(frozen=True, slots=True)
class Member:
    """An entry. `handle`: what the archive's library knows it by; `trouble`: why it can't be read, empty where it can."""

    name: str
    handle: Any
    is_folder: bool = False
    trouble: str = ""


def is_archive(name: str) -> bool:
    """Whether a name says that it is an archive."""
    return name.casefold().endswith(SUFFIXES)


def chosen(found: Sequence[Member], member: str | None, shown: str) -> list[Member]:
    """The members that a pattern names, by name; without one, the only file. Raises MLS0683."""
    files = [m for m in found if not m.is_folder]
    meant = _named(files, Pattern(member), shown) if member is not None else _only(files, shown)
    twice = next((m.name for i, m in enumerate(meant) if i and meant[i - 1].name == m.name), None)
    if twice is not None:
        raise refused(shown, f"two members are called `{twice}`", "pack it anew: nobody can say which of them is meant")
    for one in meant:
        if one.trouble:
            raise refused(shown, f"`{one.name}` {one.trouble}", "unpack it, and read the files, or pack them anew")
        if one.name.startswith("/") or "\\" in one.name or ".." in one.name.split("/"):
            raise refused(shown, f"the name `{one.name}` leads out of it", "pack it anew, with names that stay inside")
    return meant


def _named(files: Sequence[Member], pattern: Pattern, shown: str) -> list[Member]:
    found = sorted((m for m in files if pattern.names(m.name)), key=lambda m: m.name)
    if not found:
        near = did_you_mean(pattern.text, [m.name for m in files])
        raise refused(shown, f"no member is called `{pattern.text}`", near or f"it holds {_list(files)}")
    return found


def _only(files: Sequence[Member], shown: str) -> list[Member]:
    data = [m for m in files if not any(part.startswith((".", "_")) for part in m.name.split("/"))]
    if len(data) == 1:
        return data
    example = data[0].name if data else "*.csv"
    raise refused(
        shown, f"it holds {_list(data)}, and nothing says which is meant", f"name it, or a pattern of several: `member: {example}`"
    )


def _list(files: Sequence[Member]) -> str:
    return some([f"`{m.name}`" for m in files], 5) if files else "no file"


def refused(shown: str, why: str, fix: str) -> Problems:
    """The diagnostic of an archive that can't be rows."""
    return problem("MLS0683", f"`{shown}`: {why}", help=fix)
