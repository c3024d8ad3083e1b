"""Data that `.dvc` files track: what they record of a path, above it or below it, and bringing what of it is not here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mlspec.compiler.project.layout import is_made
from mlspec.pipelines.locks import read_locks, read_yaml


class Tracked(NamedTuple):
    """A path from the root, and DVC's md5 of what belongs there."""

    path: str
    md5: str


def recorded(root: Path, path: str) -> str | None:
    """DVC's md5 by the `.dvc` file beside a path; None without one."""
    return _first(root / f"{path}.dvc")[1]


def absent(root: Path, path: str) -> Iterator[Tracked]:
    """What is tracked of a path and not here: itself, the tracked folder that it lies in, or files and folders below it."""
    here = root / path
    if not here.exists():
        names = (path, *map(str, PurePosixPath(path).parents[:-1]))
        found = next(((name, md5) for name in names if (md5 := recorded(root, name))), None)
        if found:
            yield Tracked(*found)
    elif here.is_dir():
        yield from _below(root, here)


def _below(root: Path, folder: Path) -> Iterator[Tracked]:
    for file in sorted(folder.rglob("*.dvc")):
        name, md5 = _first(file) if file.is_file() else ("", None)
        place = file.parent / PurePosixPath(name).name
        if name and md5 and not place.exists():
            yield Tracked(place.relative_to(root).as_posix(), md5)


def bring(root: Path, path: str, say: Callable[[str], None] = lambda _: None, *, tree: Path | None = None) -> None:
    """Fetch what is not here of a path that user code reads: by its `.dvc` file, or by the lock of the stage that makes it.

    `tree`: the checkout that it is brought to, where it is not `root`. Raises MLS0604, MLS0971 and MLS0973.
    """
    from mlspec.adapters.dvc import store as dvc_store
    from mlspec.runtime.context import inside

    place = tree or root
    for path_of, md5 in [*(_made(place, path) if is_made(path) else absent(place, path))]:
        say(f"      {path_of}: fetched by its content")
        dvc_store.fetch(root, {"path": path_of, "md5": md5}, inside(place, place / path_of))


def _made(root: Path, path: str) -> Iterator[Tracked]:
    folder, _, name = path.rpartition("/")
    if not (root / path).exists():
        yield from (Tracked(path, lock.outs[name]) for lock in read_locks(root, folder).values() if name in lock.outs)


def _first(file: Path) -> tuple[str, str | None]:
    """Name and md5 of a `.dvc` file's output."""
    outs = read_yaml(file).get("outs")
    first = outs[0] if isinstance(outs, list) and outs else None
    return (str(first.get("path", "")), str(first["md5"])) if isinstance(first, dict) and "md5" in first else ("", None)
