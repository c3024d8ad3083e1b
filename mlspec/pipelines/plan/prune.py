"""What goes with generated files that nothing declares any more: the lock, and outputs that DVC's cache keeps.

An output left behind without its .gitignore is data that the next `git add -A` commits. So outputs go where nothing is lost by it
(their bytes are what dvc.lock says, and the cache has them), and where one stays, its .gitignore stays too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.words import some
from mlspec.pipelines.content import file_md5
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.plan.actions import Change, Plan

_NOT_LISTED = "has mlspec's header, but the ledger does not list it: left alone; remove it, or its header"
_GONE = "nothing declares it any more"
_OUTPUT = "an output of what is gone; DVC's cache keeps it"

_SHOWN = 20
HANDFUL = 5
"""So many files an apply deletes without a question."""

Cached = Callable[[str], Path | None]
"""An md5 of DVC's -> the file in its local cache, None when it is not there."""


def prune(root: Path, orphans: Sequence[str]) -> list[Change]:
    """Return what becomes of generated files that nothing declares, and of what lies with them."""
    ignoring = [p for p in orphans if PurePosixPath(p).name == ".gitignore"]
    outputs = _outputs(root, [str(PurePosixPath(p).parent) for p in ignoring if _ignored(root, p)])
    gone = set(outputs)
    changes = [Change(path, "delete", _OUTPUT) for path in outputs]
    for path in orphans:
        left = _left(root, path, gone) if path in ignoring else []
        changes.append(_kept(path, left) if left else Change(path, "delete", _GONE))
        lock = path.removesuffix("dvc.yaml") + "dvc.lock"
        if path.endswith("/dvc.yaml") and (root / lock).is_file():
            changes.append(Change(lock, "delete", "its dvc.yaml goes"))
    return changes


def deletions(plan: Plan) -> list[str]:
    """The files that an apply would delete, where they are more than a handful; else none, for nobody need ask."""
    found = sorted(c.path for c in plan.changes if c.action == "delete")
    return found if len(found) > HANDFUL else []


def too_many(paths: Sequence[str]) -> Problems:
    """The diagnostic MLS0510 for deletions that nobody agreed to."""
    advice = "nothing was written; `mlspec plan` lists the files, and `mlspec apply --prune` deletes what nothing declares"
    return problem(
        "MLS0510", f"{len(paths)} files would be deleted, since nothing declares them any more: {some(paths, _SHOWN)}", help=advice
    )


def left_alone(root: Path, path: str) -> Change:
    """What has our header and is not listed: a person's copy, or the .gitignore of outputs that could not go."""
    left = _ignored(root, path) if path.endswith("/.gitignore") and not (root / path).with_name("dvc.yaml").exists() else []
    return _kept(path, left) if left else Change(path, "keep", _NOT_LISTED)


def _kept(path: str, left: Sequence[str]) -> Change:
    return Change(path, "keep", f"keeps {some(left)} out of Git: not what dvc.lock says, or not in DVC's cache; remove that, and this file")


def _ignored(root: Path, path: str) -> list[str]:
    """The names beside a generated .gitignore that it ignores and that are there."""
    folder, own = (root / path).parent, PurePosixPath(path).name
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    names = [p.name for p in folder.iterdir() if p.name != own] if "*" in lines else [line[1:] for line in lines if line.startswith("/")]
    return sorted(n for n in names if os.path.lexists(folder / n))


def _left(root: Path, path: str, gone: set[str]) -> list[str]:
    """The ignored names of which something stays when `gone` are deleted."""
    folder = PurePosixPath(path).parent
    return [name for name in _ignored(root, path) if not set(_files(root, str(folder / name))) <= gone]


def _files(root: Path, path: str) -> Iterator[str]:
    """The files at and under a path, links as they are; a folder without any counts as itself."""
    full = root / path
    if full.is_symlink() or not full.is_dir():
        yield path
        return
    found = [Path(folder) / name for folder, folders, names in os.walk(full) for name in (*names, *_links(folder, folders))]
    yield from (p.relative_to(root).as_posix() for p in found)
    if not found:
        yield path


def _links(folder: str, names: Sequence[str]) -> list[str]:
    return [n for n in names if os.path.islink(os.path.join(folder, n))]  # noqa: PTH118, PTH114 - as os.walk gives them


def _outputs(root: Path, folders: Sequence[str]) -> list[str]:
    """The files in these folders that can go: ignored, in a lock, with the bytes that it records, and in DVC's cache."""
    recorded = {f: {p: m for lock in read_locks(root, f).values() for p, m in lock.outs.items()} for f in folders}
    if not any(recorded.values()):
        return []
    from mlspec.adapters.dvc.store import opened

    try:
        with opened(root) as store:
            cached = _cache(store.cache)
            return sorted(p for folder, outs in recorded.items() for p in _removable(root, folder, outs, cached))
    except Problems:
        return []  # without DVC nothing is known to be kept elsewhere


def _cache(cache: Any) -> Cached:
    def find(md5: str) -> Path | None:
        found = Path(cache.oid_to_path(md5))
        return found if found.is_file() and not found.is_symlink() else None

    return find


def _removable(root: Path, folder: str, outs: dict[str, str], cached: Cached) -> Iterator[str]:
    for name in _ignored(root, f"{folder}/.gitignore"):
        md5 = outs.get(name, "")
        record = _listing(name, cached(md5)) if md5.endswith(".dir") else {name: md5}
        for path in _files(root, f"{folder}/{name}"):
            expected, full = record.get(path.removeprefix(f"{folder}/"), ""), root / path
            copy = cached(expected) if expected else None
            if (
                copy
                and not full.is_symlink()
                and full.is_file()
                and copy.stat().st_size == full.stat().st_size
                and file_md5(full) == expected
            ):
                yield path


def _listing(name: str, file: Path | None) -> dict[str, str]:
    try:
        rows = json.loads(file.read_bytes()) if file else []
        return {f"{name}/{row['relpath']}": str(row["md5"]) for row in rows}
    except (OSError, ValueError, TypeError, KeyError):
        return {}
