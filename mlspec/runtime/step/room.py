"""The room of a step: a folder in which its inputs stand where they do in the repository, and nothing else does.

Code is copied, so that what finds its place by its own path finds the room; all else is linked. What the program writes stays in the room
until it ended well.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import atomic, problem
from mlspec.runtime.context import Context, inside
from mlspec.runtime.fence.declared import libraries, linked

COPIED = 10_000_000
"""Larger files of code folders are linked."""


@dataclass(frozen=True, slots=True)
class Room:
    """`base`: the folder; `temporary`: where temporary files go; `laid`: {path from the root: is it a link} of all that was put there.

    `holes`: folders of which nothing else can be read, the repository among them; `readable`: what links lead to, and libraries.
    `inputs`: {alias: path from the root, or several}.
    """

    base: Path
    temporary: Path
    holes: tuple[Path, ...]
    inputs: Mapping[str, Any]
    outputs: tuple[str, ...]
    laid: Mapping[str, bool]
    readable: tuple[Path, ...]


@contextlib.contextmanager
def opened(context: Context, holes: Sequence[Path]) -> Iterator[Room]:
    """Lay everything out; remove it all at the end. Raises MLS0603 for what is not there, MLS0604 for a link that leads out."""
    base = context.folder / f"{atomic.PREFIX}room"
    temporary = Path(tempfile.mkdtemp(prefix=atomic.PREFIX))
    try:
        _remove(base)
        base.mkdir()
        yield _laid(context, holes, (base, temporary))
    finally:
        _remove(base)
        _remove(temporary)


def _laid(context: Context, holes: Sequence[Path], places: tuple[Path, Path]) -> Room:
    params, base, laid, readable = context.params, places[0], dict[str, bool](), list[Path]()
    for path in params["code"]:
        laid[path] = _put_code(_there(context.root, path), base / path)
        readable.append((context.root / path).resolve())
    named = [path for paths in params["inputs"].values() for path in ([paths] if isinstance(paths, str) else paths)]
    for path in sorted({*named} - laid.keys()):
        found = _there(context.root, path)
        if not any(path.startswith(f"{outer}/") for outer, is_link in laid.items() if is_link):
            laid |= dict.fromkeys(_link(found, base, path), True)
        readable += [found.resolve(), *(linked(found) if found.is_dir() else ())]
    for path in params["outputs"]:
        (base / path).parent.mkdir(parents=True, exist_ok=True)
    readable += [library for hole in holes for library in libraries(hole.resolve())]
    return Room(base, places[1], tuple(holes), params["inputs"], tuple(params["outputs"]), laid, tuple(readable))


def _there(root: Path, path: str) -> Path:
    full = inside(root, root / path)
    if not full.exists():
        raise problem("MLS0603", f"`{path}`, which the step reads, is not there", help="put it there; `dvc pull` fetches what DVC tracks")
    return full


def _put_code(found: Path, place: Path) -> bool:
    place.parent.mkdir(parents=True, exist_ok=True)
    if found.is_dir() or found.stat().st_size > COPIED:
        place.symlink_to(found)
        return True
    shutil.copy2(found, place)
    return False


def _link(found: Path, base: Path, path: str) -> list[str]:
    """Put a link, or, where something of it is laid already (code in a folder), links to all that is not."""
    place = base / path
    place.parent.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(place):
        place.symlink_to(found.resolve() if found.is_symlink() else found)
        return [path]
    if not (place.is_dir() and found.is_dir()) or place.is_symlink():
        return []
    return [name for child in sorted(found.iterdir()) for name in _link(child, base, f"{path}/{child.name}")]


def _remove(path: Path) -> None:
    """A program may have taken its folders' rights away."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        for folder, _, _ in os.walk(path):
            with contextlib.suppress(OSError):
                Path(folder).chmod(0o700)
        shutil.rmtree(path, ignore_errors=True)
