"""Versions that were ever recorded, and the files that say what each was made of."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from mlspec.adapters.git.log import walk
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import CLAIMS, REGISTRY, is_made, lock_of, model_folder
from mlspec.pipelines.locks import parse_lock

_COMMIT = re.compile(rb"^commit:\s*['\"]?([0-9a-f]{40}(?:[0-9a-f]{24})?)['\"]?\s*$", re.MULTILINE)


class Version(NamedTuple):
    """A model, and a commit at which it stood as it was recorded."""

    model: str
    commit: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Every content that a record or a claim ever had, and where each record says (and came) that its version was."""

    contents: list[bytes]
    versions: set[Version]


def versions_ever(repository: Repository, tips: Sequence[str]) -> Recorded:
    """Records and claims in the whole history of commits, also those that were deleted or reworked since, or never merged."""
    places: dict[str, set[tuple[str, str]]] = {}
    for change in walk(repository, tips, [REGISTRY, CLAIMS], along="all") if tips else ():
        if change.new:
            places.setdefault(change.new, set()).add((change.path, change.step.commit))
    ids = sorted(places)
    contents = repository.contents(ids)
    found = zip(ids, contents, strict=True)
    return Recorded(contents, {v for blob, content in found for path, came in places[blob] for v in _versions(path, content, came)})


def _versions(path: str, content: bytes, came: str) -> Iterator[Version]:
    parts = PurePosixPath(path).parts
    if parts[0] == REGISTRY and len(parts) == 3:
        yield Version(parts[1], came)
        yield from (Version(parts[1], commit.decode()) for commit in _COMMIT.findall(content))


def version_files(repository: Repository, versions: Iterable[Version]) -> list[bytes]:
    """The locks of each version's pipeline and of those it was made from, and the `.dvc` files of what they read, at its commit.

    A commit that is gone (its branch was squashed) has none: the record itself names the outputs, and the commit that brought it the rest.
    """
    wanted = {(commit, model_folder(model)) for model, commit in versions}
    seen: set[tuple[str, str]] = set()
    contents: dict[bytes, None] = {}
    while wanted:
        seen |= wanted
        asked = sorted(wanted)
        locks = repository.read([f"{commit}:{lock_of(folder)}" for commit, folder in asked])
        wanted, tracked = set(), set()
        for (commit, folder), content in zip(asked, locks, strict=True):
            if content is not None:
                contents[content] = None
                for path, md5 in _reads(content, folder):
                    wanted |= {(commit, str(above)) for above in PurePosixPath(path).parents if is_made(f"{above}/")}
                    tracked |= set() if is_made(path) else _beside(repository, commit, path, md5)
        contents |= dict.fromkeys(c for c in repository.read(sorted(tracked)) if c is not None)
        wanted -= seen
    return list(contents)


def _reads(lock: bytes, folder: str) -> Iterator[tuple[str, str]]:
    for stage in parse_lock(lock).values():
        for path, md5 in stage.deps.items():
            yield posixpath.normpath(posixpath.join(folder, path)), md5


def _beside(repository: Repository, commit: str, path: str, md5: str) -> set[str]:
    """Where a `.dvc` file may say what a path was: beside it, beside a folder that it is in, or in the folder that it is."""
    pure = PurePosixPath(path)
    names = {f"{commit}:{place}.dvc" for place in (pure, *pure.parents) if place.name}
    inside = repository.list_files(commit, [path]) if md5.endswith(".dir") else []
    return names | {f"{commit}:{file}" for file in inside if file.endswith(".dvc")}
