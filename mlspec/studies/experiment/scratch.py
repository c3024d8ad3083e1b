"""Scratch clones in which experiments run: of the commit that is checked out, with the project's DVC cache, and gone afterwards."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlspec.adapters.dvc.store import opened
from mlspec.adapters.git.checkout import clone_at, on_its_own
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import EXPERIMENTS, EXPERIMENTS_LOCK
from mlspec.pipelines.local_lock import hold
from mlspec.pipelines.run.turn import orderly_end

_BUSY = "busy"


@contextlib.contextmanager
def scratch(repository: Repository, commit: str) -> Iterator[Path]:
    """Yield the folder of a clone. It lies in the project's own state, which Git ignores: on the disk of the cache, so that DVC can link.

    What killed processes left is taken away first. Raises MLS0956 where Git does not know who commits, MLS0959, MLS0970, MLS0508.
    """
    who = repository.identity()
    with orderly_end(), contextlib.ExitStack() as stack:
        with hold(repository.root, EXPERIMENTS_LOCK, wait=None, on_wait=lambda _: None):
            sweep(repository.root)
            home = _made(repository.root)
            stack.callback(shutil.rmtree, home, ignore_errors=True)
            stack.enter_context(_marked(repository.root, home))
        tree = home / "project"
        clone_at(repository, commit, tree)
        on_its_own(tree, who)
        _share(tree, _cache_of(repository.root))
        yield tree


def sweep(root: Path) -> None:
    """Take away what nobody works in any more: its process was killed."""
    place = root / EXPERIMENTS
    for home in sorted(place.iterdir()) if place.is_dir() and not place.is_symlink() else ():
        if home.is_dir() and not home.is_symlink() and not _is_busy(root, home):
            shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def nobody_tries(root: Path) -> Iterator[bool]:
    """Whether no experiment runs in a project; within the block none begins."""
    with hold(root, EXPERIMENTS_LOCK, wait=None, on_wait=lambda _: None):
        sweep(root)
        place = root / EXPERIMENTS
        yield not (place.is_dir() and any(place.iterdir()))


def _made(root: Path) -> Path:
    (root / EXPERIMENTS).mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=root / EXPERIMENTS))


def _marked(root: Path, home: Path) -> contextlib.AbstractContextManager[int | None]:
    return hold(root, (home / _BUSY).relative_to(root).as_posix(), wait=None, on_wait=lambda _: None)


def _is_busy(root: Path, home: Path) -> bool:
    with hold(root, (home / _BUSY).relative_to(root).as_posix(), wait=0.0, on_wait=lambda _: None) as handle:
        return handle is None


def _cache_of(root: Path) -> Path:
    with opened(root, sign_in=False) as store:
        return Path(store.cache.path).resolve().parents[1]  # DVC keeps objects in `files/md5` of it


def _share(tree: Path, cache: Path) -> None:
    (tree / ".dvc").mkdir(exist_ok=True)
    text = f"[core]\n    analytics = false\n    autostage = false\n[cache]\n    dir = {cache}\n"
    (tree / ".dvc/config.local").write_text(text, encoding="utf-8")
