"""Whole outputs or none: everything is written to a temporary name beside the target and renamed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PREFIX = ".mlspec-tmp-"
_PLACE: list[Path] = []


def write_in(folder: Path) -> None:
    """Write what is in the making for the same disk in `folder`, from now on: a stage that is fenced in can't read its own folder."""
    _PLACE[:] = [folder]


def _beside(target: Path) -> Path:
    """A folder from which a rename to `target` is one on the same disk: temporary files may stand on another."""
    same = _PLACE and _PLACE[0].stat().st_dev == target.parent.stat().st_dev
    return _PLACE[0] if same else target.parent


def replace_file(target: Path, content: bytes, *, prefix: str = PREFIX, mode: int = 0o644, durable: bool = True) -> None:
    """Write a file beside `target`, whose folder is there, and rename it over; whatever fails leaves the old one and nothing else.

    `prefix`: of the temporary name, so that who sweeps up clears away only their own. Without `durable` nothing waits for the disk: for
    what can be made again.
    """
    handle, name = tempfile.mkstemp(prefix=prefix, dir=_beside(target))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Yield a temporary path, for who writes by a path; when the block ends well it becomes `target`, else it is removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=target.suffix, dir=_beside(target))
    os.close(handle)
    path = Path(name)
    try:
        yield path
        path.chmod(0o644)
        _flush(path)
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield an empty temporary folder; when the block ends well it takes `target`'s place, else it is removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_beside(target)))
    try:
        yield path
        path.chmod(0o755)
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            _flush(file)
        _swap(path, target)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _swap(path: Path, target: Path) -> None:
    """Put a folder where another may stand: a folder can't be renamed over a full one, so the old one steps aside first."""
    if target.is_symlink() or target.is_file():
        target.unlink()
    if not target.exists():
        path.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.parent))
    target.rename(aside / "old")
    path.rename(target)
    shutil.rmtree(aside / "old", ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)


def _flush(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def write_text(target: Path, text: str) -> None:
    """Write UTF-8 text with LF."""
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(target, text.encode())


def to_json(value: Any) -> str:
    """JSON as the contracts write it: sorted, indented by 2, final newline; refuses NaN."""
    return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(target: Path, value: Any) -> None:
    """Write `to_json(value)`."""
    write_text(target, to_json(value))


def sweep(folder: Path, prefix: str = PREFIX) -> None:
    """Remove what a killed run left behind."""
    for path in folder.glob(f"{prefix}*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
