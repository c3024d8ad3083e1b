"""What else lies in a workspace and is made anew when it is asked for: DVC's records of runs, and mlspec's own copies of artifacts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.dvc.listing import OID
from mlspec.compiler.project.layout import ARTIFACTS, INPUT_CACHE, MODEL_CACHE
from mlspec.diagnostics.words import DAY
from mlspec.pipelines.locks import read_yaml

_RUNS = "runs"
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file or folder that goes, and its bytes."""

    path: Path
    size: int


def dead_runs(cache: Path, gone: Collection[str]) -> Iterator[Leftover]:
    """Records of DVC's run cache with an output among the objects that go: nothing can be restored by them. `cache`: where objects are."""
    for file in (cache.parents[1] / _RUNS).glob("*/*/*"):
        if _KEY.fullmatch(file.name) and file.is_file() and not file.is_symlink() and not _outs(file).isdisjoint(gone):
            yield Leftover(file, file.stat().st_size)


def _outs(file: Path) -> set[str]:
    outs = read_yaml(file).get("outs")
    return {str(row.get("md5")) for row in outs if isinstance(row, dict)} if isinstance(outs, list) else set()


def old_copies(root: Path, needed: Collection[str], recorded: Collection[str], keep_days: float, now: float) -> Iterator[Leftover]:
    """Copies in `.mlspec/cache` of what nothing needs. `needed`: md5s; `recorded`: digests of versions, of which servers hold models."""
    yield from _old(root / ARTIFACTS, lambda name: OID.fullmatch(name) is not None and name not in needed, now - keep_days * DAY)
    yield from _old(root / INPUT_CACHE, lambda name: name.endswith(".parquet") and name[:-8] not in needed, now - keep_days * DAY)
    yield from _old(root / MODEL_CACHE, lambda name: _KEY.fullmatch(name) is not None and name not in recorded, now - keep_days * DAY)


def _old(folder: Path, is_unneeded: Callable[[str], bool], before: float) -> Iterator[Leftover]:
    if folder.is_symlink() or not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if not path.is_symlink() and is_unneeded(path.name) and path.stat().st_mtime < before:
            yield Leftover(path, _size(path))


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file() and not p.is_symlink()]
    return sum(file.stat().st_size for file in files)


def remove(leftovers: Iterable[Leftover]) -> None:
    """Delete them; one that is gone already is no error."""
    for leftover in leftovers:
        if leftover.path.is_dir():
            shutil.rmtree(leftover.path, ignore_errors=True)
        else:
            leftover.path.unlink(missing_ok=True)
