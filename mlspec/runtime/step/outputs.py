"""What a program left in its room: all of it declared, every output there, plain files in plain folders; then put in its place, whole."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlspec.diagnostics import atomic, problem
from mlspec.diagnostics.words import some
from mlspec.runtime.context import inside
from mlspec.runtime.step.room import Room

_BYCATCH = ("__pycache__", ".ipynb_checkpoints")


def require_declared(room: Room) -> None:
    """Raises MLS0609 for what is not declared, for an input that was written over among it."""
    over = [path for path, is_link in room.laid.items() if (room.base / path).is_symlink() != is_link]
    if over:
        raise problem(
            "MLS0609", f"the step wrote over its input `{over[0]}`", help="let it write elsewhere, and declare that under `outputs`"
        )
    foreign = [path for path in _files(room.base, "") if path not in room.laid and not _is_output(room, path)]
    if foreign:
        advice = f"add `- {foreign[0]}` to `outputs`, or the folder it lies in; temporary files belong in the folder that TMPDIR names"
        raise problem("MLS0609", f"the step wrote {some([f'`{path}`' for path in foreign], 5)}, which it does not declare", help=advice)


def _is_output(room: Room, path: str) -> bool:
    return any(path == output or path.startswith(f"{output}/") for output in room.outputs)


def _files(base: Path, folder: str) -> Iterator[str]:
    """All but folders, as they are."""
    with os.scandir(base / folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            path = f"{folder}/{entry.name}".lstrip("/")
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _BYCATCH:
                    yield from _files(base, path)
            else:
                yield path


def describe(base: Path, path: str) -> dict[str, Any]:
    """{files, bytes} of an output, with plain modes from now on. Raises MLS0634 where it is not there or can't be kept."""
    full = base / path
    if not os.path.lexists(full):
        raise problem("MLS0634", f"the step ended well, and did not write `{path}`", help="let it write that, or remove it from `outputs`")
    for folder in (full.parents[i] for i in range(len(Path(path).parts) - 1)):
        if folder.is_symlink():
            raise problem("MLS0634", f"`{folder.relative_to(base)}`, on the way to `{path}`, is a link", help="write a folder")
    found = list(_plain(base, path))
    if not found:
        raise problem("MLS0634", f"`{path}` is an empty folder, and neither Git nor DVC keeps one", help="write a file in it")
    return {"files": len(found), "bytes": sum(found)}


def _plain(base: Path, path: str) -> Iterator[int]:
    """The size of each file. An executable stays one; all other rights are the usual ones."""
    full = base / path
    info = full.lstat()
    if stat.S_ISDIR(info.st_mode):
        full.chmod(0o755)
        for name in sorted(child.name for child in full.iterdir()):
            if name in _BYCATCH:
                shutil.rmtree(full / name)
            else:
                yield from _plain(base, f"{path}/{name}")
    elif stat.S_ISREG(info.st_mode):
        full.chmod(0o755 if info.st_mode & stat.S_IXUSR else 0o644)
        yield info.st_size
    else:
        what = "a link" if stat.S_ISLNK(info.st_mode) else "neither a file nor a folder"
        raise problem("MLS0634", f"`{path}`, which the step wrote, is {what}", help="write the content itself")


def install(made: Path, root: Path, path: str) -> None:
    """Put an output in its place. A file takes another's by one rename; a folder steps aside first."""
    target = inside(root, root / path)
    target.parent.mkdir(parents=True, exist_ok=True)
    inside(root, target)
    if made.is_dir():
        with atomic.new_folder(target) as place:
            shutil.rmtree(place)
            shutil.move(made, place)  # the room may stand on another disk
    else:
        with atomic.new_file(target) as place:
            mode = made.stat().st_mode
            shutil.move(made, place)
            _remove_folder(target)
        target.chmod(stat.S_IMODE(mode))


def _remove_folder(target: Path) -> None:
    """An output that was a folder, and is a file now."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
